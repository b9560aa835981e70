"""The red-flag rules themselves, and that no talk breaks them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import submission

from carelog.conversations.turns import Turn
from carelog.extraction.local import extract
from carelog.extraction.symptoms.lexicon import lexicon
from carelog.extraction.symptoms.mentions import mentions
from carelog.extraction.urgency import RULES, Level, amounts, assess, spreading, threats
from carelog.extraction.urgency.accidents import ACCIDENTS
from carelog.extraction.urgency.named import TRIGGERS
from carelog.extraction.urgency.phrases import MEANINGS, PHRASES
from carelog.extraction.urgency.readings import signs_of
from carelog.extraction.urgency.together import TOGETHER
from carelog.extraction.urgency.told import signs_told
from carelog.extraction.utterances import words_of
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity
from carelog.record.types.vitals import Kind, Vitals


def level(text: str) -> Level:
    conversation = submission(text).conversation
    return assess(conversation, extract(conversation).entries, zone="UTC").level


def test_every_rule_has_a_source_that_can_be_looked_up_and_a_name_of_its_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.level > Level.ROUTINE
        assert rule.sources and all(urlsplit(s.url).scheme == "https" for s in rule.sources)


def test_no_rule_asks_for_a_sign_that_nothing_tells() -> None:
    told = {together.sign for together in (*TOGETHER, *ACCIDENTS)} | {PHRASES.at(words_of(p), 0)[1] for p in _ONE_EACH}  # type: ignore[index]
    told |= {sign for vitals in _readings() for sign in signs_of(vitals)} | {"severe headache"}
    told |= {
        amounts.GLUCOSE_OUT,
        amounts.GLUCOSE_FAR_OUT,
        amounts.INFANT,
        amounts.INFANT_FEVER,
        spreading.SIGN,
        threats.SIGN,
        threats.OF_SUBJECT,
    }
    asked = {sign for rule in RULES for group in rule.looks_for for sign in group}
    assert {sign for sign in asked - told if not _is_symptom(sign)} == set()


_ONE_EACH = (
    "kill myself", "worst headache", "slurred speech", "gasping", "throat closing", "hives", "overdose", "pregnant",
    "went blind", "saddle numbness", "wet myself", "hit my head", "newborn", "won't wake up",
    "suddenly see double", "i'm having a heart attack", "i'm having a stroke",
    "hit me", "afraid of him", "end it", "can't pee at all", "warfarin", "chemo",
)  # fmt: skip


def _is_symptom(sign: str) -> bool:
    named = {name for names in lexicon().concepts.values() for name in names.split(" + ")}
    return sign in named or any(mention.name == sign for mention in mentions(words_of(sign), lexicon()))


def _readings() -> Iterator[Vitals]:
    for systolic, diastolic in ((200, 130), (80, 50)):
        yield Vitals(
            kind="blood_pressure",
            systolic=Quantity(value=systolic, unit="mm[Hg]"),
            diastolic=Quantity(value=diastolic, unit="mm[Hg]"),
        )
    extremes: tuple[tuple[Kind, float, str], ...] = (
        ("glucose", 40, "mg/dL"), ("glucose", 400, "mg/dL"), ("spo2", 85, "%"), ("temperature", 39, "Cel"),
        ("heart_rate", 150, "/min"), ("respiratory_rate", 30, "/min"),
    )  # fmt: skip
    for kind, value, unit in extremes:
        yield Vitals(kind=kind, value=Quantity(value=value, unit=unit))


def test_every_phrase_of_danger_has_a_trigger() -> None:
    phrases = [phrase.split() for text in MEANINGS.values() for phrase in text.split("|")]
    assert [phrase for phrase in phrases if TRIGGERS.isdisjoint(phrase)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My oxygen is 91 percent.", Level.URGENT),
        ("My oxygen is 92 percent.", Level.FOLLOW_UP),
        ("My oxygen is 94 percent.", Level.ROUTINE),
        ("My blood pressure is 180 over 95.", Level.FOLLOW_UP),
        ("My blood pressure is 179 over 95.", Level.ROUTINE),
        ("My sugar is 53.", Level.URGENT),
        ("My sugar is 54.", Level.FOLLOW_UP),
        ("My sugar is 70.", Level.ROUTINE),
    ],
)
def test_a_threshold_is_where_its_source_has_it(text: str, expected: Level) -> None:
    assert level(text) is expected


_SAID = st.lists(
    st.sampled_from(
        sorted(
            word_set(
                """
            i my don't want to live anymore kill myself suddenly weak left arm face droop chest pain hives throat is
            closing six weeks old baby her . , ? not if no yes and but father pregnant bleeding worst headache
            overdose मरना चाहता saans nahi
            """
            )
        )
    ),
    min_size=1,
    max_size=20,
).map(" ".join)


@given(st.lists(_SAID, min_size=1, max_size=4))
def test_nothing_that_is_said_breaks_it(texts: list[str]) -> None:
    conversation = submission().conversation
    turns = [Turn(i, text, f"/t{i}") for i, text in enumerate(texts)]
    for sign in signs_told(turns, zone="UTC", started_at=conversation.started_at):
        for span in sign.spans:
            assert turns[span.turn].text[span.start : span.end].strip()
