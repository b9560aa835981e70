"""What payloads work out, keep in order and remind of."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.record import Payload, parse_payload
from carelog.record.duplicates import same_thing
from carelog.record.merging import patched
from carelog.record.types.condition import Condition
from carelog.record.types.emergency_contact import EmergencyContact
from carelog.record.types.vitals import DIASTOLIC, RANGES, SYSTOLIC, Range

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def dump(payload: Payload) -> dict[str, Any]:
    return payload.model_dump(mode="json", exclude_none=True)


@pytest.mark.parametrize("blood_type", ["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-", "A", "B", "AB", "O"])
def test_every_blood_type_can_be_told(blood_type: str) -> None:
    assert dump(parse_payload("profile", {"blood_type": blood_type})) == {"blood_type": blood_type}


@pytest.mark.parametrize("day", ["1960", "1960-01", "1960-01-31"])
def test_a_birth_date_is_kept_as_far_as_it_is_known(day: str) -> None:
    assert dump(parse_payload("profile", {"birth_date": day})) == {"birth_date": day}


def test_a_moment_keeps_the_offset_that_it_was_told_with() -> None:
    dose = {"name": "metformin", "status": "taken", "taken_at": "2026-02-18T08:00:00+05:30"}
    assert dump(parse_payload("medication_log", dose)) == dose


@pytest.mark.parametrize("kind", RANGES)
def test_a_reading_is_taken_up_to_its_bounds_and_no_further(kind: str) -> None:
    bounds: Range = RANGES[kind]

    def reading(value: float) -> Payload:
        return parse_payload("vitals", {"kind": kind, "value": {"value": value, "unit": bounds.unit}})

    assert reading(bounds.low) != reading(bounds.high)
    for beyond in (bounds.low - 0.01, bounds.high + 0.01):
        with pytest.raises(Exception, match="not a valid vitals entry"):
            reading(beyond)


def test_the_lowest_and_the_highest_pressures_are_taken() -> None:
    for systolic, diastolic in [(SYSTOLIC.low, DIASTOLIC.low), (SYSTOLIC.high, DIASTOLIC.high)]:
        told = {
            "kind": "blood_pressure",
            "systolic": {"value": systolic, "unit": "mm[Hg]"},
            "diastolic": {"value": diastolic, "unit": "mm[Hg]"},
        }
        assert parse_payload("vitals", told).headline() == f"blood pressure {systolic}/{diastolic} mmHg"


def test_where_a_biomarker_stands_is_worked_out_whatever_is_sent() -> None:
    told = {"code": "ldl", "value": {"value": 80, "unit": "mg/dL"}, "optimal": {"high": 100}, "safe": {"high": 190}}
    read = parse_payload("biomarker", {**told, "status": "critical"})
    assert dump(read)["status"] == "optimal"
    for value, status in [(100, "optimal"), (101, "warning"), (190, "warning"), (191, "critical")]:
        assert dump(patched("biomarker", read, {"value": {"value": value}}))["status"] == status


def test_without_ranges_nobody_knows_where_a_biomarker_stands() -> None:
    told = {"code": "ldl", "value": {"value": 80, "unit": "mg/dL"}, "status": "optimal"}
    assert "status" not in dump(parse_payload("biomarker", told))
    within_safety = parse_payload("biomarker", {**told, "safe": {"high": 190}})
    assert "status" not in dump(within_safety)
    assert dump(patched("biomarker", within_safety, {"value": {"value": 400}}))["status"] == "critical"


@given(done=st.integers(0, 10000), total=st.integers(1, 10000))
def test_adherence_is_the_share_of_the_planned_sessions(done: int, total: int) -> None:
    read = dump(parse_payload("protocol", {"name": "Sauna", "sessions_done": done, "sessions_total": total}))
    assert read["adherence"] == pytest.approx(min(100, 100 * done / total), abs=0.0501)


def test_adherence_is_not_made_up() -> None:
    read = parse_payload("protocol", {"name": "Sauna", "sessions_done": 3, "adherence": 90})
    assert "adherence" not in dump(read)
    assert dump(patched("protocol", read, {"sessions_total": 4}))["adherence"] == 75


@pytest.mark.parametrize(
    ("phone", "region", "dialled"),
    [
        ("+91-98765 43210", None, "+919876543210"),
        ("098765 43210", "IN", "+919876543210"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("(+91) 98765-43210", None, "+919876543210"),
        ("+45 31 12 34 56", None, "+4531123456"),
        ("०९८७६५ ४३२१०", "IN", "+919876543210"),
        ("98765 43210", None, "9876543210"),
    ],
)
def test_a_telephone_number_is_kept_as_given_and_as_the_world_dials_it(
    phone: str, region: str | None, dialled: str
) -> None:
    told = {"name": "Ravi", "phone": phone, **({"region": region} if region else {})}
    read = cast(EmergencyContact, parse_payload("emergency_contact", told))
    assert (read.phone, read.dialled) == (phone, dialled)
    assert read.e164 == (dialled if dialled.startswith("+") else None)
    moved = cast(EmergencyContact, patched("emergency_contact", read, {"phone": "+1 202 555 0199"}))
    assert moved.e164 == "+12025550199"


def test_one_bad_number_says_nothing_about_its_neighbours() -> None:
    with pytest.raises(Exception, match="not a valid emergency_contact entry"):
        parse_payload("emergency_contact", {"name": "Ravi", "phone": "+91 98"})
    assert parse_payload("emergency_contact", {"name": "Ravi", "phone": "+91 98765 43211"})


def test_a_condition_knows_its_icd_code_among_others() -> None:
    codes = [
        {"system": "http://snomed.info/sct", "code": "44054006"},
        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"},
    ]
    assert cast(Condition, parse_payload("condition", {"name": "diabetes", "codes": codes})).icd10 == "E11.9"
    assert cast(Condition, parse_payload("condition", {"name": "diabetes", "codes": codes[:1]})).icd10 is None


def test_times_and_days_are_put_in_order_and_told_once() -> None:
    told = {"name": "x", "times": ["20:00", "08:00", "20:00"], "days": ["sun", "mon", "sun"]}
    read = dump(parse_payload("medication_schedule", told))
    assert (read["times"], read["days"]) == (["08:00", "20:00"], ["mon", "sun"])


@pytest.mark.parametrize(
    ("type_name", "payload", "moment"),
    [
        ("appointment", {"title": "Eye check", "scheduled_at": "2026-03-15T10:00:00Z"}, "2026-03-15T10:00:00Z"),
        ("appointment", {"title": "Eye check", "when": "next week"}, None),
        ("medication_log", {"name": "x", "scheduled_for": "2026-03-15T10:00:00Z"}, "2026-03-15T10:00:00Z"),
        (
            "medication_log",
            {"name": "x", "scheduled_for": "2026-03-15T10:00:00Z", "taken_at": "2026-03-15T10:05:00Z"},
            "2026-03-15T10:05:00Z",
        ),
        ("food", {"name": "rice", "eaten_at": "2026-03-15T12:00:00+05:30"}, "2026-03-15T06:30:00Z"),
        (
            "sleep",
            {"started_at": "2026-03-14T23:00:00Z", "ended_at": "2026-03-15T06:00:00Z"},
            "2026-03-15T06:00:00Z",
        ),
        ("lab_result", {"test": "CRP", "reported_at": "2026-03-15T10:00:00Z"}, "2026-03-15T10:00:00Z"),
        ("symptom", {"name": "cough", "polarity": "present"}, None),
    ],
)
def test_a_payload_tells_when_it_happens(type_name: str, payload: dict[str, Any], moment: str | None) -> None:
    assert parse_payload(type_name, payload).happens_at() == (at(moment) if moment else None)


@pytest.mark.parametrize("status", [None, "scheduled", "confirmed"])
def test_an_appointment_reminds_so_many_minutes_before_it(status: str | None) -> None:
    told = {"title": "Eye check", "scheduled_at": "2026-03-15T10:00:00+05:30", "reminder_minutes_before": 45}
    read = parse_payload("appointment", {**told, **({"status": status} if status else {})})
    due = at("2026-03-15T03:45:00Z")
    assert read.next_due(due - timedelta(seconds=1), KOLKATA) == due
    assert read.next_due(due, KOLKATA) is None


def test_an_appointment_that_is_off_or_asks_for_no_reminder_reminds_nobody() -> None:
    long_before = at("2026-01-01T00:00:00Z")
    told = {"title": "Eye check", "scheduled_at": "2026-03-15T10:00:00Z"}
    assert parse_payload("appointment", told).next_due(long_before, KOLKATA) is None
    for status in ("proposed", "completed", "cancelled", "missed"):
        off = parse_payload("appointment", {**told, "reminder_minutes_before": 30, "status": status})
        assert off.next_due(long_before, KOLKATA) is None


def test_a_daily_alarm_stays_at_its_hour_when_summer_time_begins() -> None:
    alarm = parse_payload("alarm", {"kind": "water", "title": "Drink", "time": "08:00"})
    saturday = alarm.next_due(at("2026-03-27T12:00:00Z"), BERLIN)
    assert saturday == at("2026-03-28T08:00:00+01:00")
    assert alarm.next_due(saturday, BERLIN) == at("2026-03-29T08:00:00+02:00")


def test_an_alarm_for_one_day_goes_off_once() -> None:
    alarm = parse_payload("alarm", {"kind": "other", "title": "Fast", "time": "20:00", "on": "2026-04-01"})
    due = alarm.next_due(at("2026-01-01T00:00:00Z"), KOLKATA)
    assert due == at("2026-04-01T20:00:00+05:30")
    assert alarm.next_due(due, KOLKATA) is None


def test_what_is_not_active_reminds_nobody() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    told = {"kind": "water", "title": "Drink", "time": "08:00", "active": False}
    assert parse_payload("alarm", told).next_due(now, BERLIN) is None
    schedule = {"name": "x", "times": ["08:00"], "active": False}
    assert parse_payload("medication_schedule", schedule).next_due(now, BERLIN) is None


def test_a_schedule_asks_for_its_doses_in_turn_until_its_last_day() -> None:
    schedule = parse_payload(
        "medication_schedule",
        {"name": "x", "times": ["20:00", "08:00"], "starts_on": "2026-01-10", "ends_on": "2026-01-14", "every_days": 2},
    )
    due, asked = datetime(2026, 1, 1, tzinfo=UTC), []
    while following := schedule.next_due(due, KOLKATA):
        asked.append(f"{following.astimezone(KOLKATA):%d %H:%M}")
        due = following
    assert asked == ["10 08:00", "10 20:00", "12 08:00", "12 20:00", "14 08:00", "14 20:00"]


SAME: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    (
        "appointment",
        {"title": "Eye check", "scheduled_at": "2026-03-15T10:00:00Z", "location": "City Clinic"},
        {"title": "eye-check", "scheduled_at": "2026-03-15T10:05:00Z", "location": "the City Clinic"},
        True,
    ),
    (
        "appointment",
        {"title": "Eye check", "scheduled_at": "2026-03-15T10:00:00Z"},
        {"title": "Blood test", "scheduled_at": "2026-03-15T10:00:00Z"},
        False,
    ),
    (
        "emergency_contact",
        {"name": "Ravi (son)", "phone": "+91 98765 43210"},
        {"name": "Ravi", "phone": "098765-43210", "region": "IN"},
        True,
    ),
    (
        "emergency_contact",
        {"name": "Ravi", "phone": "+91 98765 43210"},
        {"name": "Ravi", "phone": "+91 98765 43211"},
        False,
    ),
    (
        "meditation_session",
        {"title": "Morning calm", "minutes": 5},
        {"title": "Morning Calm", "minutes": 5, "category": "morning"},
        True,
    ),
    ("medication_log", {"name": "metformin"}, {"name": "Metformin", "dose": {"value": 500, "unit": "mg"}}, True),
    ("medication_log", {"name": "metformin"}, {"name": "metformin", "status": "skipped"}, False),
    (
        "medication_log",
        {"name": "metformin", "dose": {"value": 500, "unit": "mg"}},
        {"name": "metformin", "dose": {"value": 1000, "unit": "mg"}},
        False,
    ),
    ("condition", {"name": "Type 2 diabetes"}, {"name": "diabetes, type 2"}, True),
    ("condition", {"name": "type 1 diabetes"}, {"name": "type 2 diabetes"}, False),
    ("treatment", {"name": "Vitamin B6"}, {"name": "Vitamin B12"}, False),
    ("document", {"title": "Letter", "sha256": "0a" * 32}, {"title": "Scan 4", "sha256": "0a" * 32}, True),
    ("document", {"title": "Letter", "sha256": "0a" * 32}, {"title": "Letter", "sha256": "0a" * 31 + "0b"}, False),
]


@pytest.mark.parametrize(("type_name", "one", "other", "same"), SAME)
def test_what_is_about_the_same_thing_is_known_by_its_fields(
    type_name: str, one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    first, second = parse_payload(type_name, one), parse_payload(type_name, other)
    assert first.sameness is not None
    assert same_thing(first.sameness, first, second) is same
    assert same_thing(first.sameness, second, first) is same
