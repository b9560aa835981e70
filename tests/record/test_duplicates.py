"""Duplicates: what is the same thing is found however it is written, and what is not is left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.record import Payload, entry_types, parse_payload
from carelog.record.duplicates import likeness, text_likeness
from carelog.record.sameness import Sameness

TEN = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)


def score(kind: str, one: Mapping[str, object], other: Mapping[str, object]) -> float:
    sameness = entry_types()[kind].model.sameness
    assert sameness
    return likeness(sameness, parse_payload(kind, one), parse_payload(kind, other))


def is_same(kind: str, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    sameness = entry_types()[kind].model.sameness
    assert sameness
    return score(kind, one, other) >= sameness.threshold


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"title": "Eye check", "doctor": "Dr. Rao"}, {"title": "eye check", "doctor": "dr rao"}, True),
        ({"title": "Eye check, Dr Rao"}, {"title": "Dr Rao: eye check"}, True),
        ({"title": "Eye check"}, {"title": "Dentist"}, False),
        ({"title": "Eye check", "location": "Pune"}, {"title": "Eye check", "location": "Nagpur"}, False),
    ],
)
def test_appointments_at_the_same_hour(one: Mapping[str, object], other: Mapping[str, object], same: bool) -> None:
    at = {"scheduled_at": TEN.isoformat()}
    assert is_same("appointment", {**one, **at}, {**other, **at}) is same


def test_minutes_apart_an_appointment_is_the_same_and_half_an_hour_apart_it_is_not() -> None:
    def apart(minutes: int) -> float:
        first, second = ({"title": "Eye check", "scheduled_at": m} for m in (TEN, TEN + timedelta(minutes=minutes)))
        return score("appointment", first, second)

    assert apart(0) == 1
    assert apart(5) > 0.9 > apart(25)
    assert apart(0) > apart(5) > apart(20) > apart(29)


def test_a_contact_is_known_by_the_number_however_it_is_written() -> None:
    ines = {"name": "Ines Moreno", "phone": "+1 202 555 0143"}
    assert is_same("emergency_contact", ines, {"name": "ines moreno", "phone": "+1 (202) 555-0143"})
    assert not is_same("emergency_contact", ines, {"name": "Ines Moreno", "phone": "+1 202 555 0144"})


def test_what_only_one_says_is_no_difference_but_too_little_in_common_is_no_likeness() -> None:
    sameness = Sameness({"name": 3.0, "dose": 1.0})
    payloads: list[Mapping[str, object]] = [{"name": "ramipril"}, {"name": "ramipril", "dose": None}]
    said, more = (parse_payload("medication_log", payload) for payload in payloads)
    assert likeness(sameness, said, more) == 1
    few = Sameness({"name": 1.0, "taken_at": 3.0})
    assert likeness(few, said, more) == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_of_texts_is_mutual_and_within_bounds(one: str, other: str) -> None:
    assert 0 <= text_likeness(one, other) <= 1
    assert text_likeness(one, one) == 1
    assert text_likeness(one, other) == text_likeness(other, one)


def test_vowel_signs_tell_words_apart() -> None:
    assert text_likeness("दवा की", "दवा का") < 1


def test_every_field_that_is_compared_is_there() -> None:
    for kind in entry_types().values():
        model: type[Payload] = kind.model
        for field in model.sameness.weights if model.sameness else ():
            assert field in model.model_fields or hasattr(model, field), (kind.name, field)
