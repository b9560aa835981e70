"""The record store: nothing is overwritten, nobody sees what is not theirs, pages are whole."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from made_up import submission, symptom_of

from carelog.app import Carelog
from carelog.identity import Principal, operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Conflict, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.record import Entry
from carelog.record import store as record
from carelog.record.store import EntryQuery, Placed
from carelog.record.types.mood import Mood

ME = operator()
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


async def written(carelog: Carelog, count: int = 1, *, tel: str = "+12025550100") -> tuple[UUID, list[Entry]]:
    """A subject with that many symptoms, an hour apart, and the entries, the latest first."""
    given = submission(tel=tel)
    [receipt] = await carelog.intake.accept(ME, [given])
    assert receipt.subject_id
    entry = symptom_of(given.conversation)
    placed = [
        Placed(
            receipt.subject_id,
            receipt.conversation_id,
            str(new_id()),
            replace(entry, occurred_at=START + timedelta(hours=n)),
        )
        for n in range(count)
    ]
    async with carelog.health.write() as connection:
        await record.add(connection, placed, carelog.clock.now())
    return receipt.subject_id, (await carelog.record.page(ME, receipt.subject_id, limit=200)).items


async def test_an_entry_comes_back_with_its_quote_and_both_times(carelog: Carelog) -> None:
    _, [entry] = await written(carelog)
    assert entry.evidence[0].quote == "I have a headache."
    assert entry.occurred_at == START
    assert entry.recorded_at == carelog.clock.now()
    assert entry.context_id == f"symptom:{entry.id}"
    assert await carelog.record.get(ME, entry.id) == entry


async def test_an_update_merges_and_the_history_stays(carelog: Carelog, clock: ManualClock) -> None:
    _, [entry] = await written(carelog)
    clock.advance(seconds=60)
    change = await carelog.record.revise(ME, entry.id, {"severity": "severe"}, revision=1, reason="asked again")
    revised = change.entry
    assert revised.revision == 2
    assert revised.payload.model_dump(exclude_none=True) == {
        "name": "headache",
        "polarity": "present",
        "severity": "severe",
    }
    assert revised.evidence == entry.evidence
    assert revised.recorded_at > entry.recorded_at
    assert await carelog.record.history(ME, entry.id) == [entry, revised]


async def test_a_retracted_entry_is_in_no_list_but_in_the_history(carelog: Carelog) -> None:
    subject, [entry] = await written(carelog)
    await carelog.record.retract(ME, entry.id, revision=1, reason="said of someone else")
    assert (await carelog.record.page(ME, subject)).items == []
    [shown] = (await carelog.record.page(ME, subject, EntryQuery(retracted=True))).items
    assert (shown.state, shown.reason) == ("retracted", "said of someone else")
    assert [e.state for e in await carelog.record.history(ME, entry.id)] == ["active", "retracted"]
    with pytest.raises(Conflict):
        await carelog.record.revise(ME, entry.id, {"severity": "mild"}, revision=2)


async def test_of_two_who_change_the_same_revision_one_is_told(carelog: Carelog) -> None:
    _, [entry] = await written(carelog)
    results = await asyncio.gather(
        *(carelog.record.revise(ME, entry.id, {"severity": s}, revision=1) for s in ("mild", "severe")),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["PreconditionFailed", "Written"]
    assert len(await carelog.record.history(ME, entry.id)) == 2


async def test_a_payload_that_breaks_the_type_changes_nothing(carelog: Carelog) -> None:
    _, [entry] = await written(carelog)
    with pytest.raises(InvalidInput) as caught:
        await carelog.record.revise(ME, entry.id, {"severity": "a bit", "colour": "red"}, revision=1)
    assert {p["place"] for p in caught.value.details["problems"]} == {"/severity", "/colour"}
    assert (await carelog.record.get(ME, entry.id)).revision == 1


async def test_an_origin_is_written_once(carelog: Carelog) -> None:
    from sqlalchemy.exc import IntegrityError

    subject, [entry] = await written(carelog)
    again = Placed(subject, None, "run:0:0", replace(symptom_of(submission().conversation)))
    with pytest.raises(IntegrityError):
        async with carelog.health.write() as connection:
            await record.add(connection, [again, again], carelog.clock.now())
    assert (await carelog.record.page(ME, subject)).items == [entry]


async def test_pages_neither_repeat_nor_skip_while_entries_arrive(carelog: Carelog) -> None:
    subject, entries = await written(carelog, 7)
    seen: list[Entry] = []
    cursor = None
    while True:
        page = await carelog.record.page(ME, subject, limit=3, cursor=cursor)
        seen += page.items
        await written(carelog)  # one more, earlier than all but one of the others
        if page.next is None:
            break
        cursor = page.next
    assert [e for e in seen if e in entries] == entries
    assert len({e.id for e in seen}) == len(seen)


async def test_lists_are_by_type_time_and_conversation(carelog: Carelog) -> None:
    subject, entries = await written(carelog, 3)
    mood = Placed(
        subject,
        None,
        "mood",
        replace(symptom_of(submission().conversation), type="mood", payload=Mood(level="good"), occurred_at=START),
    )
    async with carelog.health.write() as connection:
        await record.add(connection, [mood], carelog.clock.now())

    async def types(query: EntryQuery) -> list[str]:
        return [e.type for e in (await carelog.record.page(ME, subject, query)).items]

    assert sorted(await types(EntryQuery(types=("mood",)))) == ["mood"]
    assert len(await types(EntryQuery(types=("mood", "symptom")))) == 4
    window = EntryQuery(since=START + timedelta(hours=1), until=START + timedelta(hours=2))
    assert len(await types(window)) == 1
    conversation = entries[0].evidence[0].conversation
    assert await types(EntryQuery(conversation_id=conversation)) == ["symptom"] * 3
    with pytest.raises(InvalidInput):
        await types(EntryQuery(types=("horoscope",)))


async def test_a_stranger_finds_nothing_and_can_change_nothing(carelog: Carelog) -> None:
    subject, [entry] = await written(carelog)
    other, _ = await written(carelog, tel="+12025550199")
    stranger = Principal("key:x", operator().scopes, frozenset({other}))
    for attempt in (
        carelog.record.page(stranger, subject),
        carelog.record.get(stranger, entry.id),
        carelog.record.history(stranger, entry.id),
        carelog.record.revise(stranger, entry.id, {"severity": "mild"}, revision=1),
        carelog.record.retract(stranger, entry.id, revision=1),
        carelog.subjects.get(stranger, subject),
        carelog.subjects.find(stranger, "+12025550100"),
        carelog.conversations.get(stranger, entry.evidence[0].conversation),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert [s.id for s in (await carelog.subjects.page(stranger)).items] == [other]
    assert {c.subject_id for c in (await carelog.conversations.page(stranger)).items} == {other}
    assert {r.subject_id for r in (await carelog.runs.page(stranger)).items} == {other}
    nobody = Principal("key:y", operator().scopes, frozenset())
    assert (await carelog.subjects.page(nobody)).items == []
    assert await carelog.runs.counts(nobody) == {}
