"""Water that was drunk, with an amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding
from carelog.extraction.utterances import read
from carelog.extraction.water import find_water
from carelog.extraction.wordsets import word_set
from carelog.record.types.water import Water

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}


def found(*lines: str) -> list[Finding]:
    """'P: ...' is said by the patient, 'A:' by an agent, 'D:' by a doctor, 'C:' by a carer."""
    return find_water(read(Turn(i, line[3:], f"/d/{i}", role=ROLES[line[0]]) for i, line in enumerate(lines)))


@pytest.mark.parametrize(
    ("line", "millilitres", "said"),
    [
        ("P: I drank two litres of water today", 2000, "two litres of water today"),
        ("P: 1.5 L water", 1500, "1.5 L water"),
        ("P: I've been drinking about 64 ounces of water a day", 1893, "64 ounces of water a day"),
        ("P: I drink about 8 glasses of water a day", None, "8 glasses of water a day"),
        ("P: 6 glasses of water", None, "6 glasses of water"),
        ("P: I had a glass of water", None, "a glass of water"),
        ("P: drank two to three litres of water", None, "two to three litres of water"),
        ("P: maine do gilas paani piya", None, "do gilas paani"),
        ("C: she drank 500 ml of water", 500, "500 ml of water"),
    ],
)
def test_volumes_become_millilitres_and_vessels_stay_what_was_said(
    line: str, millilitres: float | None, said: str
) -> None:
    [finding] = found(line)
    assert isinstance(finding.payload, Water)
    assert (finding.payload.amount.value if finding.payload.amount else None) == millilitres
    assert finding.payload.said == said


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("How much water do you drink?", "about two litres", "two litres"),
        ("How many glasses of water did you have?", "maybe six glasses", "six glasses"),
        ("Are you drinking enough water?", "Yes, around 64 ounces a day", "64 ounces a day"),
    ],
)
def test_answers_take_the_water_from_the_question(question: str, answer: str, said: str) -> None:
    [finding] = found(f"A: {question}", f"P: {answer}")
    assert isinstance(finding.payload, Water)
    assert finding.payload.said == said
    assert [span.turn for span in finding.spans] == [1, 0]


@pytest.mark.parametrize(
    "line",
    [
        "D: drink at least 48 ounces of water a day",
        "P: you told me to drink 3 liters of water",
        "P: I should drink two litres of water",
        "P: I didn't drink 2 litres of water",
        "P: maine 2 litre paani nahi piya",
        "P: I'm not drinking enough water",
        "P: paani kam piya",
        "P: my husband drinks 3 litres of water",
        "P: I put 2 litres of water in the tank",
        "P: I lost 3 pounds of water weight",
        "P: I take two water pills",
    ],
)
def test_water_that_was_not_drunk_or_has_no_amount(line: str) -> None:
    assert found(line) == []


def test_an_answer_about_what_should_be_is_none() -> None:
    assert found("A: How much water should you drink?", "P: two litres") == []


WORDS = list(word_set("i drank drink two 2 litres glasses a of water paani piya not , . day every to 3 ml about"))


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=4))
def test_any_dialogue_yields_findings_inside_its_turns(texts: list[str]) -> None:
    turns = [Turn(i, text, "/t", role=(Role.AGENT, Role.PATIENT)[i % 2]) for i, text in enumerate(texts)]
    for finding in find_water(read(turns)):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
