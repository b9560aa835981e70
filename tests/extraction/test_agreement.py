"""Two engines over one conversation: agreement, dispute, and what one alone read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_link import made_up

from carelog.extraction.agreement import compare
from carelog.record.entries import NewEntry
from carelog.record.evidence import Evidence
from carelog.record.registry import parse_payload

SAID = made_up("It was said.")


def entry(type_: str, payload: dict[str, Any], *, turn: int = 0, by: str = "local/1") -> NewEntry:
    quote = Evidence(conversation=SAID.uuid, turn=turn, pointer=f"/dialog/{turn}/body", start=0, end=6, quote="It was")
    return NewEntry(type_, parse_payload(type_, payload), (quote,), SAID.started_at, "UTC", by)


def mg(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "mg"}


def pulse(value: float, turn: int = 0) -> NewEntry:
    return entry("vitals", {"kind": "heart_rate", "value": {"value": value, "unit": "/min"}}, turn=turn)


FEVER = {"name": "fever", "polarity": "present"}
LASIX = {"name": "lasix", "ingredient": "furosemide", "dose": mg(20)}


@pytest.mark.parametrize(
    ("type_", "local", "other", "differing"),
    [
        ("symptom", FEVER, FEVER, ()),
        ("symptom", FEVER, {**FEVER, "polarity": "absent"}, ("polarity",)),
        ("symptom", FEVER, {**FEVER, "severity": "severe"}, ()),
        ("symptom", {**FEVER, "severity": "mild"}, {**FEVER, "severity": "severe"}, ("severity",)),
        ("medication", LASIX, {**LASIX, "name": "furosemide"}, ()),
        ("medication", LASIX, {**LASIX, "dose": mg(40)}, ("dose",)),
        ("medication", LASIX, {"name": "Lasix"}, ()),
        ("medication", {**LASIX, "status": "stopped"}, {**LASIX, "status": "taking"}, ("status",)),
        ("vitals", pulse(72).payload.model_dump(), pulse(72.1).payload.model_dump(), ()),
        ("vitals", pulse(72).payload.model_dump(), pulse(27).payload.model_dump(), ("value",)),
        ("sleep", {"hours": 7}, {"hours": 5}, ("hours",)),
    ],
)
def test_two_readings_of_one_thing(
    type_: str, local: dict[str, Any], other: dict[str, Any], differing: tuple[str, ...]
) -> None:
    mine, theirs = entry(type_, local), entry(type_, other, by="llm/2")
    told = compare([mine], [theirs])
    [pair] = told.pairs
    told_of = replace(mine, confidence="disputed" if differing else "agreed")
    assert (pair.local, pair.other, pair.differing) == (told_of, theirs, differing)
    assert told.entries == (told_of,)


def test_what_one_alone_read_stays_with_who_read_it() -> None:
    fever, lasix = entry("symptom", FEVER, turn=1), entry("medication", LASIX, by="llm/2")
    told = compare([fever], [lasix])
    assert (told.pairs, told.only_local, told.only_other) == ((), (fever,), (lasix,))
    assert told.entries == (lasix, fever)


def test_readings_of_other_words_are_other_readings() -> None:
    told = compare([pulse(72, turn=1), pulse(90, turn=5)], [pulse(90, turn=5)])
    assert [pair.local.payload for pair in told.agreed] == [pulse(90, turn=5).payload]
    assert told.only_local == (pulse(72, turn=1),)
    assert compare([pulse(72, turn=1)], [pulse(90, turn=5)]).pairs == ()


def test_a_symptom_told_of_twice_is_disputed_wherever_it_was_told() -> None:
    absent = entry("symptom", {**FEVER, "polarity": "absent"}, turn=7)
    assert len(compare([entry("symptom", FEVER)], [absent]).disputed) == 1


ENTRIES = st.lists(
    st.one_of(
        st.builds(pulse, st.integers(60, 62), st.integers(0, 2)),
        st.builds(
            lambda name, polarity, turn: entry("symptom", {"name": name, "polarity": polarity}, turn=turn),
            st.sampled_from(["fever", "cough"]), st.sampled_from(["present", "absent"]), st.integers(0, 2),
        ),
    ),
    max_size=6,
)  # fmt: skip


@given(ENTRIES, ENTRIES)
def test_every_entry_is_told_of_once(local: Sequence[NewEntry], other: Sequence[NewEntry]) -> None:
    told = compare(local, other)
    mine = [*(replace(p.local, confidence=None) for p in told.pairs), *told.only_local]
    assert sorted(map(repr, mine)) == sorted(map(repr, local))
    assert sorted(map(repr, [*(p.other for p in told.pairs), *told.only_other])) == sorted(map(repr, other))
    assert len(told.entries) == len(local) + len(told.only_other)


@given(ENTRIES)
def test_whoever_says_the_same_agrees(entries: Sequence[NewEntry]) -> None:
    told = compare(entries, entries)
    assert (told.only_local, told.only_other, told.disputed) == ((), (), ())
