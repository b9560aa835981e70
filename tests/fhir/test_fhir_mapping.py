"""Every entry as a resource that two validators accept, and every resource of Carelog's own as the entry it was."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from entry_examples import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from carelog.record import Entry, entry_types, parse_payload
from carelog.record.fhir import fields
from carelog.record.fhir.mappings import mappings
from carelog.record.fhir.reception import receive, taken_kinds
from carelog.record.fhir.resources import resource_of, said_by
from carelog.record.fhir.search import Span

Accepted = Callable[[Iterable[dict[str, Any]]], None]
SUBJECT = UUID("01928f00-0000-7000-8000-000000000077")


def entry(type_name: str, payload: dict[str, Any], *, number: int = 1, **changes: Any) -> Entry:
    given: dict[str, Any] = {
        "id": UUID(int=(7 << 76) | (1 << 63) | number),
        "subject_id": SUBJECT,
        "type": type_name,
        "revision": 3,
        "state": "active",
        "payload": parse_payload(type_name, payload),
        "evidence": (),
        "occurred_at": datetime(2026, 1, 4, 20, 15, 30, 250000, tzinfo=UTC),
        "occurred_zone": "Asia/Kolkata",
        "recorded_at": datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        "recorded_by": "test",
        "reason": None,
    }
    return Entry(**{**given, **changes})


def examples() -> Iterator[Entry]:
    for number, (name, payload) in enumerate((n, p) for n, payloads in EXAMPLES.items() for p in payloads):
        yield entry(name, payload, number=number)


def test_there_are_examples_of_every_type() -> None:
    assert set(EXAMPLES) == set(entry_types())


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_round_trip_keeps_every_field(name: str) -> None:
    for payload in EXAMPLES[name]:
        before = entry(name, payload)
        resource = resource_of(before)
        assert resource["resourceType"] == entry_types()[name].fhir
        after = said_by(json.loads(json.dumps(resource)))
        assert (after.type, after.payload) == (name, before.payload)
        assert (after.occurred_at, after.occurred_zone) == (before.occurred_at, before.occurred_zone)


@pytest.mark.parametrize("name", EXAMPLES)
def test_of_what_carelog_wrote_itself_everything_is_read(name: str) -> None:
    for payload in EXAMPLES[name]:
        own = resource_of(entry(name, payload))
        assert said_by(own).unread == ()
        assert "structure" not in {issue.code for issue in receive(own).issues}


def test_what_somebody_added_to_a_resource_of_carelogs_own_is_told() -> None:
    own = resource_of(entry("condition", {"name": "asthma"}))
    assert said_by(own | {"stage": [{"summary": {"text": "II"}}]}).unread == ("stage",)


def test_both_validators_accept_every_example(accepted: Accepted) -> None:
    accepted(resource_of(example) for example in examples())


def test_both_validators_accept_what_was_retracted(accepted: Accepted) -> None:
    accepted(resource_of(entry(e.type, EXAMPLES[e.type][-1], state="retracted")) for e in examples())


def test_blood_pressure_is_a_panel_of_two() -> None:
    """https://hl7.org/fhir/R4/bp.html, of which one of the validators does not see the components."""
    pressure = {
        "kind": "blood_pressure",
        "systolic": {"value": 120, "unit": "mm[Hg]"},
        "diastolic": {"value": 80, "unit": "mm[Hg]"},
    }
    resource = resource_of(entry("vitals", pressure))
    assert resource["meta"]["profile"] == ["http://hl7.org/fhir/StructureDefinition/bp"]
    coded = [(c["code"]["coding"][0], c["valueQuantity"]) for c in resource["component"]]
    assert [(coding["system"], coding["code"], value["value"], value["code"]) for coding, value in coded] == [
        ("http://loinc.org", "8480-6", 120, "mm[Hg]"),
        ("http://loinc.org", "8462-4", 80, "mm[Hg]"),
    ]


def test_a_symptom_that_is_absent_is_never_read_as_present() -> None:
    absent = resource_of(entry("symptom", {"name": "chest pain", "polarity": "absent"}))
    assert (absent["code"]["text"], absent["valueBoolean"]) == ("chest pain", False)


# Anything that a text can hold but what FHIR has no way to say: nothing at all, and U+0000.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1).filter(str.strip)
values = st.recursive(
    texts | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(texts.filter(lambda t: t != "item"), inner, min_size=1),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex(r"[a-z]{1,12}(_[a-z]{1,12}){0,3}", fullmatch=True), values))
def test_a_field_without_a_home_comes_back_as_it_was(payload: dict[str, Any]) -> None:
    written = json.loads(json.dumps({"extension": fields.written("some_type", payload)}))
    assert fields.read("some_type", written, payload) == payload


@given(st.dates(date(1, 1, 2), date(9998, 1, 1)), st.sampled_from(["eq", "ge", "lt", "gt", "le", "ne"]))
def test_a_date_parameter_means_what_its_prefix_says(day: date, prefix: str) -> None:
    span = Span.parse(prefix + day.isoformat())
    assert span is not None
    begins = datetime.combine(day, time(), UTC)
    inside, before, after = begins, begins - timedelta.resolution, begins + timedelta(days=1)
    expected = {
        "eq": (True, False, False), "ne": (False, True, True), "ge": (True, False, True),
        "gt": (False, False, True), "lt": (False, True, False), "le": (True, True, False),
    }[prefix]  # fmt: skip
    assert (span.holds(inside), span.holds(before), span.holds(after)) == expected


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(
    st.sampled_from(["coding", "code", "system", "text", "value", "unit", "reference", "start", "extension", "url"]), v,
)), st.sampled_from(sorted(taken_kinds())))  # fmt: skip
def test_whatever_stands_in_a_resource_is_read_or_refused(junk: Any, kind: str) -> None:
    names = {name for mapping in mappings().values() if mapping.resource == kind for name in mapping.reads}
    item = receive({"resourceType": kind, "id": "1", **dict.fromkeys(names, junk)})
    assert item.verdict in ("refused", "unsupported") or item.said is not None or item.links
