"""Whatever is said, however it is spaced: what is measured and lived is read without a fault, and quoted rightly."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.exercise import find_exercise
from carelog.extraction.food import find_food
from carelog.extraction.labs import find_labs
from carelog.extraction.local import Finder
from carelog.extraction.mood import find_mood
from carelog.extraction.sleep import find_sleep
from carelog.extraction.utterances import read
from carelog.extraction.vitals import find_vitals
from carelog.extraction.water import find_water
from carelog.extraction.wordsets import word_set

FINDERS = [find_vitals, find_labs, find_food, find_water, find_sleep, find_exercise, find_mood]

WORDS = [
    *sorted(
        word_set(
            """
            i my you she had drank ate slept walked went to bed woke up at was is it's about between and or not no
            sorry wait blood pressure sugar temp pulse weigh waist bmi oxygen fasting a1c potassium urine culture
            grew negative strep creatinine platelets labs high low normal roti dal coffee water glass litre ml grams
            protein calories breakfast lunch for of with a an half hours minutes miles steps yoga run mood energy
            sad happy times twice pm o'clock every day week from over / . , ? : - % mg kg pounds stone feet inches f
            celsius mmol 0 1 2 7.2 10 98.6 140 90 900 12345 99999999999 0.0001 ek do sau aadha baje soya neend khaya
            piya nahi kal one two hundred thousand point thirty oh
            """
        )
    ),
    "x" * 300,
    "7" * 14,
]


def spaced(words: list[tuple[str, int]]) -> str:
    return "".join(word + " " * gap for word, gap in words)


TALK = st.lists(
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([1, 1, 1, 0, 2, 90])), min_size=1, max_size=14).map(
        spaced
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("find", FINDERS, ids=lambda find: find.__name__)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(texts=TALK, first=st.sampled_from([Role.PATIENT, Role.AGENT, Role.CARER, Role.CLINICIAN, Role.UNKNOWN]))
def test_any_talk_is_read_without_a_fault(find: Finder, texts: list[str], first: Role) -> None:
    roles = (first, Role.PATIENT)
    turns = [Turn(i, text, "/t", role=roles[i % 2]) for i, text in enumerate(texts)]
    for finding in find(read(turns)):
        for span in finding.spans:
            quote = turns[span.turn].text[span.start : span.end]
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
            assert quote == quote.strip() != ""
