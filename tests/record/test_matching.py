"""Matching what is told now with what was told before: whatever that was, what stands then is what is told now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from carelog.kit.ids import new_id
from carelog.record import Entry, Evidence, NewEntry, parse_payload
from carelog.record.rereading.matching import Known, matched
from carelog.record.rereading.revising import said_again

TALK = UUID("0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def quote(start: int) -> Evidence:
    return Evidence(conversation=TALK, turn=0, pointer="/dialog/0/body", start=start, end=start + 8, quote="x" * 8)


def told(type_: str, start: int, **payload: object) -> NewEntry:
    return NewEntry(type_, parse_payload(type_, payload), (quote(start),), NOON, "UTC", "made/2", confidence="single")


def pulse(start: int, value: int) -> NewEntry:
    return told("vitals", start, kind="heart_rate", value={"value": value, "unit": "/min"})


def symptom(start: int, name: str, polarity: str = "present") -> NewEntry:
    return told("symptom", start, name=name, polarity=polarity)


def written(new: NewEntry, *, judged: bool = False) -> Known:
    """The entry that was written of it."""
    entry = Entry(
        new_id(), TALK, new.type, 1, "active", new.payload, new.evidence, new.occurred_at, new.occurred_zone, NOON,
        new.recorded_by, None, confidence=new.confidence,
    )  # fmt: skip
    return Known(entry, (new.payload,), judged)


def read_again(known: Sequence[Known], now: Sequence[NewEntry]) -> tuple[list[Entry], list[NewEntry]]:
    """What stands of what was known, and what is new."""
    pairs = matched(known, now, TALK)
    kept = {pairs[n].entry.id: said_again(pairs[n].entry, [now[n]]) for n in pairs if not pairs[n].judged}
    return list(kept.values()), [new for n, new in enumerate(now) if n not in pairs]


FACTS = st.lists(
    st.one_of(
        st.builds(pulse, st.sampled_from([0, 4, 20, 40]), st.integers(60, 63)),
        st.builds(
            symptom,
            st.sampled_from([0, 4, 20, 40]),
            st.sampled_from(["fever", "cough", "chest pain"]),
            st.sampled_from(["present", "absent"]),
        ),
    ),
    max_size=7,
)


def said(entry: Entry | NewEntry) -> str:
    return repr((entry.type, entry.payload, entry.evidence, entry.occurred_at))


@given(FACTS, FACTS)
def test_what_stands_is_what_is_told_now_and_the_second_time_nothing_changes(
    before: Sequence[NewEntry], now: Sequence[NewEntry]
) -> None:
    kept, fresh = read_again([written(new) for new in before], now)
    standing_now: list[Entry | NewEntry] = [*kept, *fresh]
    assert sorted(map(said, standing_now)) == sorted(map(said, now))
    standing = [Known(entry, (entry.payload,), judged=False) for entry in kept] + [written(new) for new in fresh]
    again, more = read_again(standing, now)
    assert more == []
    assert {entry.id: entry for entry in again} == {known.entry.id: known.entry for known in standing}


@given(FACTS)
def test_what_is_told_alike_is_matched_with_what_was_written_of_it(facts: Sequence[NewEntry]) -> None:
    known = [written(new) for new in facts]
    pairs = matched(known[::-1], facts, TALK)
    assert len({pair.entry.id for pair in pairs.values()}) == len(facts)
    for n, pair in pairs.items():
        assert said(pair.entry) == said(facts[n])


@given(FACTS, FACTS)
def test_what_a_person_judged_answers_for_what_is_told_of_it(
    judged: Sequence[NewEntry], now: Sequence[NewEntry]
) -> None:
    """As the person left it, whatever that is: none of what was said before is new."""
    wrong = parse_payload("symptom", {"name": "something else", "polarity": "present"})
    known = [
        replace(one, entry=replace(one.entry, payload=wrong), said=(*one.said, wrong)) if n % 2 else one
        for n, new in enumerate(judged)
        if new.type == "symptom"
        for one in [written(new, judged=True)]
    ]
    symptoms = [new for new in judged if new.type == "symptom"]
    kept, fresh = read_again(known, symptoms)
    assert (kept, fresh) == ([], [])
    kept, fresh = read_again(known, now)
    assert kept == []
    assert all(new in now for new in fresh)


def test_two_readings_of_one_kind_are_two_and_a_symptom_told_elsewhere_is_one() -> None:
    assert matched([written(pulse(0, 60))], [pulse(40, 72)], TALK) == {}
    fever = written(symptom(0, "fever"))
    assert matched([fever], [symptom(40, "fever", "absent")], TALK) == {0: fever}


def test_another_name_for_the_same_words_is_the_same_only_where_nothing_else_rests_on_them() -> None:
    cough = written(symptom(0, "cough"))
    assert matched([cough], [symptom(0, "dry cough")], TALK) == {0: cough}
    assert matched([cough, written(symptom(0, "fever"))], [symptom(0, "wheeze")], TALK) == {}
    assert matched([cough], [symptom(0, "wheeze"), symptom(0, "rash")], TALK) == {}
