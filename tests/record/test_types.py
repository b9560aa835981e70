"""The registry and the entry types: what may stand in a record, and what is refused."""

from typing import Any

import pytest
from entry_examples import EXAMPLES, TOLD

from carelog.kit.errors import InvalidInput
from carelog.record import entry_types, parse_payload

BLOOD_PRESSURE = {
    "kind": "blood_pressure",
    "systolic": {"value": 142, "unit": "mm[Hg]"},
    "diastolic": {"value": 88, "unit": "mm[Hg]"},
}
LDL = {"code": "ldl", "value": {"value": 130, "unit": "mg/dL"}}
MOMENT = "2026-02-18T08:00:00+05:30"

INVALID: list[tuple[str, dict[str, Any]]] = [
    ("symptom", {"name": "cough"}),
    ("symptom", {"name": "", "polarity": "present"}),
    ("symptom", {"name": "cough", "polarity": "maybe"}),
    ("symptom", {"name": "cough", "polarity": "present", "mood": "sad"}),
    ("symptom", {"name": "cough", "polarity": "present", "score": 1420}),
    ("vitals", {**BLOOD_PRESSURE, "systolic": {"value": 1420, "unit": "mm[Hg]"}}),
    ("vitals", {**BLOOD_PRESSURE, "diastolic": {"value": 150, "unit": "mm[Hg]"}}),
    ("vitals", {"kind": "blood_pressure", "systolic": {"value": 120, "unit": "mm[Hg]"}}),
    ("vitals", {"kind": "temperature", "value": {"value": 101.2, "unit": "[degF]"}}),
    ("vitals", {"kind": "temperature", "value": {"value": 101.2, "unit": "Cel"}}),
    ("vitals", {"kind": "weight", "value": {"value": float("nan"), "unit": "kg"}}),
    ("vitals", {"kind": "bmi", "value": {"value": 1420, "unit": "kg/m2"}}),
    ("vitals", {"kind": "heart_rate"}),
    ("sleep", {"hours": 25}),
    ("sleep", {"started_at": MOMENT, "ended_at": "2026-02-18T07:00:00+05:30"}),
    ("sleep", {"started_at": MOMENT, "ended_at": MOMENT}),
    ("sleep", {"started_at": MOMENT, "ended_at": "2026-02-18T10:00:00+05:30", "hours": 6}),
    ("food", {"name": "rice", "protein_g": -1}),
    ("food", {"name": "rice", "meal": "brunch"}),
    ("water", {}),
    ("water", {"amount": {"value": 2, "unit": "L"}}),
    ("water", {"amount": {"value": 0, "unit": "mL"}}),
    ("exercise", {"activity": "running", "distance": {"value": 3, "unit": "[mi_i]"}}),
    ("medication", {"name": "metformin", "status": "liked"}),
    ("medication", {"name": "metformin", "codes": []}),
    ("medication_schedule", {"name": "metformin", "times": []}),
    ("medication_schedule", {"name": "metformin", "times": ["8:00"]}),
    ("medication_schedule", {"name": "metformin", "times": ["24:00"]}),
    ("medication_schedule", {"name": "metformin", "times": ["08:00"], "days": []}),
    ("medication_schedule", {"name": "metformin", "times": ["08:00"], "days": ["someday"]}),
    ("medication_schedule", {"name": "metformin", "times": ["08:00"], "every_days": 2}),
    ("medication_schedule", {"times": ["08:00"]}),
    (
        "medication_schedule",
        {"name": "metformin", "times": ["08:00"], "starts_on": "2026-02-02", "ends_on": "2026-02-01"},
    ),
    ("medication_log", {"status": "taken"}),
    ("medication_log", {"name": "metformin", "status": "skipped", "taken_at": MOMENT}),
    ("condition", {"name": "diabetes", "codes": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "1420"}]}),
    ("condition", {"name": "diabetes", "codes": [{"system": "ICD", "code": "E11.9"}]}),
    ("condition", {"name": "diabetes", "onset": "2026-02-30"}),
    ("condition", {"name": "diabetes", "onset": "1420"}),
    ("condition", {"name": "diabetes", "status": "cured"}),
    ("allergy", {"substance": "penicillin", "reactions": []}),
    ("lab_result", {"test": "CRP", "comparator": "<"}),
    ("lab_result", {"test": "CRP", "loinc": "CRP"}),
    ("lab_result", {"test": "CRP", "value": {"value": 1, "unit": "mg/L"}, "reference": {}}),
    ("biomarker", {**LDL, "optimal": {"low": 5, "high": 1}}),
    ("biomarker", {**LDL, "code": "LDL cholesterol"}),
    ("biomarker", {"code": "ldl"}),
    ("appointment", {"title": "Eye check", "reminder_minutes_before": 30}),
    ("appointment", {"title": "Eye check", "scheduled_at": MOMENT, "reminder_minutes_before": -1}),
    ("appointment", {"title": "Eye check", "url": "http://meet.example.org/1"}),
    ("appointment", {"title": "Eye check", "url": "https://me:1420@meet.example.org/1"}),
    ("meditation_session", {"title": "Calm", "audio_url": "javascript:alert(1)"}),
    ("emergency_contact", {"name": "Ravi", "phone": "14201420"}),
    ("emergency_contact", {"name": "Ravi", "phone": "call the office 98765 43210"}),
    ("emergency_contact", {"name": "Ravi", "phone": "+91 98765 43210", "region": "India"}),
    ("check_in", {"energy": 11}),
    ("check_in", {"status": "seen"}),
    ("protocol", {"status": "active"}),
    ("protocol", {"name": "Sauna", "starts_on": "2026-02-02", "ends_on": "2026-02-01"}),
    ("treatment", {"name": "Sauna", "cost": {"amount": "-1", "currency": "USD"}}),
    ("treatment", {"name": "Sauna", "cost": {"amount": "1", "currency": "dollars"}}),
    ("alarm", {"kind": "water", "title": "Drink", "time": "09:00", "days": ["mon"], "on": "2026-02-18"}),
    ("alarm", {"kind": "water", "title": "Drink", "time": "nine"}),
    ("chat_message", {"channel": "web"}),
    ("document", {"title": "Letter", "sha256": "0F" * 32}),
    ("profile", {"blood_type": "C+"}),
    ("profile", {"birth_date": "15/01/1960"}),
    ("profile", {"language": "Hindi, please"}),
]

NO_MOMENT = ["2026-02-18T08:00:00", "2026-02-18", "1771401600", 1771401600, "0001-01-01T00:00:00+14:00",
             "9999-12-31T23:59:59-12:00", "yesterday", True]  # fmt: skip


@pytest.mark.parametrize("type_name", entry_types())
def test_the_examples_set_every_field_of_a_type(type_name: str) -> None:
    fields = set(entry_types()[type_name].model.model_fields)
    assert fields == {name for payload in EXAMPLES[type_name] for name in payload}


@pytest.mark.parametrize(("type_name", "payload", "headline"), [(t, p, h) for t in TOLD for p, h in TOLD[t]])
def test_a_payload_is_read_and_told_in_a_line(type_name: str, payload: dict[str, Any], headline: str) -> None:
    read = parse_payload(type_name, payload)
    assert read.headline() == headline
    stored = read.model_dump(mode="json", exclude_none=True)
    assert parse_payload(type_name, stored) == read
    assert stored.keys() >= payload.keys()


@pytest.mark.parametrize(("type_name", "payload"), INVALID)
def test_what_breaks_a_type_is_refused_by_place_and_without_its_value(type_name: str, payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_payload(type_name, payload)
    assert caught.value.details["problems"]
    assert "1420" not in str(caught.value.details)


@pytest.mark.parametrize("moment", NO_MOMENT)
@pytest.mark.parametrize("type_name", entry_types())
def test_a_moment_has_an_offset_and_is_within_reach_of_a_life(type_name: str, moment: object) -> None:
    schema = entry_types()[type_name].model.model_json_schema()["properties"]
    moments = [name for name, field in schema.items() if "date-time" in str(field)]
    for name in moments:
        with pytest.raises(InvalidInput) as caught:
            parse_payload(type_name, {**EXAMPLES[type_name][0], name: moment})
        assert {problem["place"] for problem in caught.value.details["problems"]} == {f"/{name}"}


@pytest.mark.parametrize("type_name", entry_types())
def test_every_field_is_described_and_lists_are_filtered_by_fields_that_there_are(type_name: str) -> None:
    model = entry_types()[type_name].model
    schema = model.model_json_schema()
    for one in [schema, *schema.get("$defs", {}).values()]:
        for name, field in one.get("properties", {}).items():
            assert field.get("description") or one is not schema, name
    assert set(model.filters) <= set(model.model_fields)
    assert all(
        hasattr(parse_payload(type_name, EXAMPLES[type_name][-1]), name)
        for name in (model.sameness.weights if model.sameness else ())
    )


def test_an_unknown_type_is_told_which_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_payload("horoscope", {})
    assert "symptom" in caught.value.details["types"]


def test_prefixes_and_places_in_addresses_are_distinct() -> None:
    types = entry_types().values()
    assert len({t.prefix for t in types}) == len({t.path for t in types}) == len(types)


def test_a_record_has_one_profile_and_all_records_share_the_catalogue() -> None:
    types = entry_types().values()
    assert {t.name for t in types if t.one} == {"profile"}
    assert {t.name for t in types if t.shared} == {"treatment", "meditation_session"}
