"""Codes and units of what a model found are those of the vocabularies, never the model's."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from model_server import fact

from carelog.conversations.turns import Role, Turn
from carelog.extraction.llm.holding import Dropped, Held, hold
from carelog.extraction.utterances import read
from carelog.record.types.condition import Condition
from carelog.record.types.lab_result import LabResult

STARTED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def held(words: str, type_name: str, fields: dict[str, str], **more: Any) -> Held:
    said = read([Turn(0, words, "/0", role=Role.PATIENT)], started_at=STARTED, zone="Asia/Kolkata")
    return hold([fact(type_name, 0, words, fields, **more)], said)


@pytest.mark.parametrize(
    ("words", "fields", "headline", "loinc"),
    [
        ("my A1c was seven point two", {"test": "A1c", "value": "seven point two"}, "Hemoglobin A1c: 7.2 %", "4548-4"),
        ("potassium 4.1", {"test": "potassium", "value": "4.1"}, "Potassium: 4.1 mmol/L", "2823-3"),
        ("my strep test was negative", {"test": "strep test", "value": "negative"}, None, None),
        ("the zorbin level was 12", {"test": "zorbin level", "value": "12"}, "zorbin level: 12", None),
    ],
)
def test_a_result_gets_the_unit_and_the_code_of_its_test(
    words: str, fields: dict[str, str], headline: str | None, loinc: str | None
) -> None:
    [finding] = held(words, "lab_result", fields).findings
    payload = finding.payload
    assert isinstance(payload, LabResult)
    assert payload.loinc == loinc
    assert payload.headline() == headline if headline else payload.text == "negative"


def test_a_result_that_nobody_can_have_is_for_a_person_to_judge() -> None:
    told = held("my A1c was seventy two hundred", "lab_result", {"test": "A1c", "value": "seventy two hundred"})
    assert not told.findings
    assert [doubt.type for doubt in told.implausible] == ["lab_result"]


@pytest.mark.parametrize(
    ("words", "name", "status", "expected", "code"),
    [
        ("I have high blood pressure", "high blood pressure", "active", "hypertension", "I10"),
        ("I had breast cancer", "breast cancer", "resolved", "breast cancer", "Z85.3"),
        ("I have Zorbin's disease", "Zorbin's disease", "active", "zorbin's disease", None),
    ],
)
def test_a_condition_gets_the_code_of_having_it_or_of_having_had_it(
    words: str, name: str, status: str, expected: str, code: str | None
) -> None:
    temporality = "past" if status == "resolved" else "now"
    told = held(words, "condition", {"name": name, "status": status}, temporality=temporality)
    [finding] = told.findings
    assert isinstance(finding.payload, Condition)
    assert (finding.payload.name, finding.payload.icd10) == (expected, code)


def test_what_happened_at_another_time_is_dated_by_code() -> None:
    [finding] = held("I slept six hours on Saturday.", "sleep", {"hours": "six hours"}).findings
    assert finding.happened_at is not None
    assert finding.happened_at.astimezone(ZoneInfo("Asia/Kolkata")).date() == date(2026, 1, 3)


def test_what_the_words_put_into_the_future_has_not_happened() -> None:
    words = "Tomorrow I will walk for thirty minutes."
    told = held(words, "exercise", {"activity": "walk", "minutes": "thirty minutes"})
    assert told.fates == {Dropped.ANOTHER_TIME: 1}
