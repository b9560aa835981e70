"""The registry and the entry types: what may stand in a record, and what is refused."""

from typing import Any

import pytest

from carelog.kit.errors import InvalidInput
from carelog.record import entry_types, parse_payload

BLOOD_PRESSURE = {
    "kind": "blood_pressure",
    "systolic": {"value": 142, "unit": "mm[Hg]"},
    "diastolic": {"value": 88, "unit": "mm[Hg]"},
}

VALID: dict[str, list[tuple[dict[str, Any], str]]] = {
    "exercise": [({"activity": "walking", "minutes": 30}, "walking, 30 min")],
    "food": [({"name": "roti", "amount": "two", "meal": "breakfast"}, "roti, two (breakfast)")],
    "medication": [
        (
            {
                "name": "metformin",
                "dose": {"value": 500, "unit": "mg"},
                "frequency": {"text": "twice a day", "times_per_day": 2},
                "status": "taking",
            },
            "metformin 500 mg twice a day: taking",
        ),
    ],
    "mood": [({"feeling": "down", "level": "low"}, "mood: down")],
    "sleep": [({"hours": 6.5, "quality": "poor"}, "sleep: 6.5 h, poor")],
    "symptom": [
        ({"name": "chest pain", "polarity": "absent"}, "chest pain: absent"),
        ({"name": "cough", "polarity": "present", "severity": "mild", "duration": "three days"},
         "cough: present, mild, for three days"),
    ],
    "vitals": [
        (BLOOD_PRESSURE, "blood pressure 142/88 mmHg"),
        ({"kind": "spo2", "value": {"value": 97, "unit": "%"}}, "spo2 97 %"),
    ],
    "water": [({"said": "two glasses"}, "water: two glasses")],
}  # fmt: skip

INVALID: list[tuple[str, dict[str, Any]]] = [
    ("symptom", {"name": "cough"}),
    ("symptom", {"name": "", "polarity": "present"}),
    ("symptom", {"name": "cough", "polarity": "maybe"}),
    ("symptom", {"name": "cough", "polarity": "present", "mood": "sad"}),
    ("vitals", {**BLOOD_PRESSURE, "systolic": {"value": 1420, "unit": "mm[Hg]"}}),
    ("vitals", {**BLOOD_PRESSURE, "diastolic": {"value": 150, "unit": "mm[Hg]"}}),
    ("vitals", {"kind": "blood_pressure", "systolic": {"value": 120, "unit": "mm[Hg]"}}),
    ("vitals", {"kind": "temperature", "value": {"value": 101.2, "unit": "[degF]"}}),
    ("vitals", {"kind": "temperature", "value": {"value": 101.2, "unit": "Cel"}}),
    ("vitals", {"kind": "weight", "value": {"value": float("nan"), "unit": "kg"}}),
    ("vitals", {"kind": "heart_rate"}),
    ("sleep", {"hours": 25}),
    ("medication", {"name": "metformin", "status": "liked"}),
]


def test_every_type_has_examples_here() -> None:
    assert set(VALID) == set(entry_types())


@pytest.mark.parametrize(("type_name", "payload", "headline"), [(t, p, h) for t in VALID for p, h in VALID[t]])
def test_a_payload_is_read_and_told_in_a_line(type_name: str, payload: dict[str, Any], headline: str) -> None:
    read = parse_payload(type_name, payload)
    assert read.headline() == headline
    assert parse_payload(type_name, read.model_dump(mode="json")) == read


@pytest.mark.parametrize(("type_name", "payload"), INVALID)
def test_what_breaks_a_type_is_refused_by_place_and_without_its_value(type_name: str, payload: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_payload(type_name, payload)
    assert caught.value.details["problems"]
    assert "1420" not in str(caught.value.details)


def test_an_unknown_type_is_told_which_there_are() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_payload("horoscope", {})
    assert "symptom" in caught.value.details["types"]


def test_prefixes_and_names_are_distinct() -> None:
    types = entry_types().values()
    assert len({t.prefix for t in types}) == len(types)
