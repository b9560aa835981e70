"""Conditions: the vocabulary, and what is and is not claimed of the subject. Every sentence is made up."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.conditions import find_conditions
from carelog.extraction.professionals import professional_after_by, professional_before
from carelog.extraction.utterances import read
from carelog.extraction.vocabularies.conditions import Named, load_conditions
from carelog.extraction.whose import is_anothers
from carelog.extraction.wordsets import word_set
from carelog.record.types.condition import ICD_10_CM, Condition
from carelog.record.values import Code

ROLES = {"D": Role.CLINICIAN, "P": Role.PATIENT, "C": Role.CARER, "A": Role.AGENT, "U": Role.UNKNOWN}


def conditions(*lines: str) -> list[Condition]:
    turns = []
    for index, line in enumerate(lines):
        who, text = line.split(": ", 1)
        turns.append(Turn(index, text, f"/dialog/{index}/body", speaker=who, role=ROLES[who]))
    found = []
    for finding in find_conditions(read(turns)):
        assert isinstance(finding.payload, Condition)
        found.append(finding.payload)
    return found


def headlines(*lines: str) -> list[str]:
    return [condition.headline() for condition in conditions(*lines)]


def lines_of_the_vocabulary() -> list[list[str]]:
    text = files("carelog.extraction.vocabularies").joinpath("conditions.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and line[0] not in "#["]


def test_every_line_of_the_vocabulary_is_whole() -> None:
    known = {re.split(r" \| ", fields[3])[0].lstrip("~") for fields in lines_of_the_vocabulary()}
    for code, past_code, general, names in lines_of_the_vocabulary():
        for written in (code, past_code):
            assert written == "-" or Code(system=ICD_10_CM, code=written)
        assert general == "-" or general in known, names
        assert all(name.strip() for name in names.split("|")), names


def test_no_name_stands_for_two_conditions() -> None:
    names = [name.strip().lstrip("~@") for fields in lines_of_the_vocabulary() for name in fields[3].split("|")]
    assert sorted(names) == sorted(set(names))
    assert len(lines_of_the_vocabulary()) > 300


@pytest.mark.parametrize(
    ("claimed", "only_named"),
    [
        ("P: I have gout.", "P: Gout sounds awful."),
        ("P: They found that I have celiac disease.", "P: They tested me for celiac disease."),
        ("D: You do have COPD.", "D: Smoking causes COPD."),
        ("P: I'm diabetic.", "P: It was a diabetic cookbook."),
        ("P: My asthma is acting up.", "P: My friend's asthma is acting up."),
        ("D: She has a history of stroke.", "D: She has no history of stroke."),
        ("P: I take lisinopril for high blood pressure.", "P: People take lisinopril for high blood pressure."),
        ("D: This is shingles.", "D: This could be shingles."),
        ("P: I get migraines.", "P: I never get migraines."),
        ("P: The doctor said it was gallstones.", "P: I googled gallstones."),
        ("C: He has epilepsy.", "P: He has epilepsy."),
        ("P: Mujhe thyroid hai.", "P: Mujhe thyroid nahi hai."),
    ],
)
def test_a_condition_is_claimed_and_not_only_named(claimed: str, only_named: str) -> None:
    assert len(conditions(claimed)) == 1
    assert conditions(only_named) == []


def test_a_patients_no_settles_nothing_and_an_examiners_does() -> None:
    assert headlines("D: Do you have asthma?", "P: No.") == []
    assert headlines("D: The x-ray is clear, so it's not pneumonia.") == ["pneumonia (J18.9), refuted"]


def test_what_is_over_has_the_code_of_its_history() -> None:
    assert headlines("P: I had a heart attack in 2019.") == ["heart attack (I25.2): resolved, confirmed"]
    assert headlines("D: You've had a heart attack.") == ["heart attack, confirmed"]


def test_a_claim_that_is_taken_back_is_none() -> None:
    asked = "A: Our records say you have asthma. Is that correct?"
    assert headlines(asked, "P: Yes.") == ["asthma (J45.909): active, confirmed"]
    assert headlines(asked, "P: No, I never did.") == []


def test_two_that_are_weighed_are_neither() -> None:
    assert headlines("D: I think you have bronchitis or pneumonia.") == []
    assert headlines("D: I think you have bronchitis.") == ["bronchitis (J40): active, suspected"]


def test_a_yes_to_several_does_not_say_which() -> None:
    assert headlines("D: Do you have gout or lupus?", "P: Yes.") == []
    assert headlines("D: Do you have gout or lupus?", "P: Gout.") == ["gout (M10.9): active, confirmed"]


def test_who_has_it_is_the_nearest_person_named() -> None:
    [said] = read([Turn(0, "My brother has gout and I have lupus.", "/t", role=Role.PATIENT)])
    assert is_anothers(said, 0, 3, 4)
    assert not is_anothers(said, 0, 7, 8)


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("My cardiologist put", "cardiologist"),
        ("Then Dr. Ruiz put", "Dr. Ruiz"),
        ("My primary care doctor put", "primary care"),
        ("I told my doctor I put", None),
        ("My neighbor put", None),
    ],
)
def test_who_of_health_care_did_something(said: str, who: str | None) -> None:
    [utterance] = read([Turn(0, said, "/t")])
    assert professional_before(utterance, 0, len(utterance.words) - 1) == who


def test_by_whom_it_was_done() -> None:
    [utterance] = read([Turn(0, "prescribed by Dr. Ruiz", "/t")])
    assert professional_after_by(utterance, 1, len(utterance.words)) == "Dr. Ruiz"


WORDS = st.sampled_from(
    sorted(
        word_set(
            """
            i have had a the my you your no not if diabetes gout heart attack was is it ruled out and or , . ? for yes
            mother she history of diagnosed with in 2019 type two asthma strep test positive
            """
        )
    )
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=12), min_size=1, max_size=4))
def test_every_quote_stands_in_its_turn_and_holds_something(spoken: list[list[str]]) -> None:
    turns = [
        Turn(i, " ".join(words), f"/{i}", speaker="DP"[i % 2], role=(Role.CLINICIAN, Role.PATIENT)[i % 2])
        for i, words in enumerate(spoken)
    ]
    known = {named.condition.name for named in _all_named(turns)}
    for finding in find_conditions(read(turns)):
        assert isinstance(finding.payload, Condition)
        assert finding.payload.name in known
        assert finding.spans
        assert all(turns[s.turn].text[s.start : s.end].strip() for s in finding.spans)


def _all_named(turns: list[Turn]) -> Iterator[Named]:
    table = load_conditions().phrases
    for utterance in read(turns):
        for i in range(len(utterance.words)):
            if match := table.at(utterance.words, i):
                yield match[1]
