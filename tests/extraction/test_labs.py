"""Results of laboratory tests that were told, and the vocabulary that they are read with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Role, Turn
from carelog.extraction.finding import Finding, Implausible
from carelog.extraction.labs import find_labs
from carelog.extraction.utterances import read
from carelog.extraction.vocabularies.labs import Lab, lab_of, load_labs
from carelog.extraction.wordsets import word_set
from carelog.record.types.lab_result import LabResult

ROLES = {"P": Role.PATIENT, "A": Role.AGENT, "D": Role.CLINICIAN, "C": Role.CARER}


def dialogue(*lines: str) -> list[Turn]:
    """'P: ...' is said by the patient, 'A:' by an agent, 'D:' by a doctor, 'C:' by a carer."""
    return [
        Turn(index=i, text=line[3:], pointer=f"/dialog/{i}/body", role=ROLES[line[0]]) for i, line in enumerate(lines)
    ]


def found(*lines: str) -> list[Finding | Implausible]:
    return find_labs(read(dialogue(*lines)))


def headlines(*lines: str) -> list[str]:
    return [finding.payload.headline() for finding in found(*lines) if isinstance(finding, Finding)]


LABS = [(name, lab) for name in sorted(load_labs().names) if (lab := lab_of(name)) is not None]


@pytest.mark.parametrize(("name", "lab"), LABS, ids=[name for name, _ in LABS])
def test_every_code_is_one_of_loinc_and_every_range_holds_something(name: str, lab: Lab) -> None:
    for unit in lab.units:
        assert unit.low < unit.high
        if unit.loinc is not None:
            number, _, check = unit.loinc.partition("-")
            doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(number))]
            assert (10 - sum(d // 10 + d % 10 for d in doubled) % 10) % 10 == int(check), "the check digit is Luhn's"


@pytest.mark.parametrize(("name", "lab"), LABS, ids=[name for name, _ in LABS])
def test_every_test_is_read_by_its_own_name(name: str, lab: Lab) -> None:
    if not lab.units:
        said = "negative" if lab.illness else "abnormal"
        assert headlines(f"D: Your {name} was {said}.") == [f"{name}: {said}"]
        return
    unit = lab.units[0]
    value = round(unit.low + (unit.high - unit.low) / 4, 1)
    [finding] = found(f"D: Your {name} was {value}.")
    assert isinstance(finding, Finding) and isinstance(finding.payload, LabResult)
    assert finding.payload.value is not None
    assert (finding.payload.test, finding.payload.value.value, finding.payload.value.unit) == (name, value, unit.ucum)
    assert finding.payload.loinc == unit.loinc


def test_a_value_without_its_unit_is_in_the_first_that_can_hold_it() -> None:
    assert headlines("D: Your creatinine is 1.4.") == ["Creatinine: 1.4 mg/dL"]
    assert headlines("D: Your creatinine is 140.") == ["Creatinine: 140 umol/L"]
    assert headlines("D: Your creatinine is 1.4 micromoles per litre.") == []


def test_a_value_that_nobody_can_have_is_for_a_person_to_judge() -> None:
    [doubt] = found("D: Your hemoglobin A1c is 72.5 percent.")
    assert isinstance(doubt, Implausible)
    assert (doubt.payload["test"], doubt.payload["value"], doubt.fields) == (
        "Hemoglobin A1c",
        {"value": 72.5, "unit": "%"},
        ("value",),
    )


def test_what_was_said_is_quoted_with_its_question() -> None:
    lines = ["D: What was your last A1c?", "P: I think it was six point nine."]
    [finding] = found(*lines)
    turns = dialogue(*lines)
    quotes = [turns[span.turn].text[span.start : span.end] for span in finding.spans]
    assert quotes == ["six point nine", "What was your last A1c?"]


@pytest.mark.parametrize(
    "line",
    [
        "D: We'll check a TSH and a lipid panel.",
        "D: The goal is an LDL of 70.",
        "D: If your INR is 4 we stop it.",
        "D: Your INR should be between 2 and 3.",
        "P: My brother's creatinine was 3.",
        "P: I take potassium 20 and vitamin D 1000.",
        "P: She started me on calcium 600 mg twice a day.",
        "D: A normal potassium is 3.5 to 5.",
        "P: I'm waiting for my strep test, hopefully it's negative.",
        "D: Is the COVID test positive?",
        "D: You have high cholesterol.",
        "D: I feel the thyroid, it is normal.",
        "P: My thyroid medicine is fine.",
        "D: Hemoglobin carries 4 molecules of oxygen.",
        "D: We checked your A1c on March 4.",
    ],
)
def test_what_is_no_result(line: str) -> None:
    assert found(line) == []


WORDS = list(
    word_set(
        "your a1c was is 7.2 seven two point potassium low negative strep test sorry no labs if 900 mg % , . ? for"
    )
)


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=4))
def test_any_dialogue_yields_findings_inside_its_turns(texts: list[str]) -> None:
    turns = [Turn(i, text, "/t", role=(Role.CLINICIAN, Role.PATIENT)[i % 2]) for i, text in enumerate(texts)]
    for finding in find_labs(read(turns)):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn].text)
            assert re.search(r"\w", turns[span.turn].text[span.start : span.end])
