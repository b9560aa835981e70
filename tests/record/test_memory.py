"""The memory interface: events under context ids of the caller's own, and what they are related to."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.identity import CATALOGUE, SCOPES, Principal, operator
from carelog.kit.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from carelog.kit.ids import new_id
from carelog.record.editing import Draft
from carelog.record.memory import ContextTaken, NewEvent, StoredEvent
from carelog.record.recall import Recall

ME = operator()
PULSE = {"kind": "heart_rate", "value": {"value": 64, "unit": "/min"}}
RAMIPRIL = {"name": "ramipril", "instructions": "One tablet with water"}


@pytest.fixture
async def subject(carelog: Carelog) -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission()])
    assert receipt.subject_id
    return receipt.subject_id


async def store(carelog: Carelog, subject: UUID, context: str, payload: dict[str, Any], **more: Any) -> StoredEvent:
    return await carelog.memory.store_event(more.pop("by", ME), subject, NewEvent(context, payload, **more))


async def recalled(carelog: Carelog, subject: UUID, **wanted: Any) -> list[str]:
    return [e.context_id for e in (await carelog.memory.retrieve_context(ME, subject, Recall(**wanted))).items]


async def test_an_event_is_an_entry_under_the_callers_own_context_id(carelog: Carelog, subject: UUID) -> None:
    stored = await store(carelog, subject, "vitals:this morning", PULSE, event_kind="observation", source="tool")
    assert stored.status == "created"
    assert stored.event.context_id == "vitals:this morning"
    assert (stored.event.event_kind, stored.event.source, stored.event.entry.source) == (
        "observation",
        "tool",
        "device",
    )
    listed = await carelog.record.get(ME, stored.event.entry.id)
    assert listed.payload == stored.event.entry.payload
    assert await recalled(carelog, subject, context_ids=("vitals:this morning",)) == ["vitals:this morning"]
    assert await recalled(carelog, subject, context_ids=(listed.context_id,)) == ["vitals:this morning"]
    unnamed = await store(carelog, subject, "water", {"said": "two glasses"})
    assert unnamed.event.context_id == f"water:{unnamed.event.entry.id}"


async def test_the_same_again_is_unchanged_and_other_text_is_refused_unless_it_replaces(
    carelog: Carelog, subject: UUID
) -> None:
    first = await store(carelog, subject, "vitals:v1", PULSE)
    again = await store(carelog, subject, "vitals:v1", PULSE)
    assert (again.status, again.event.entry.revision) == ("unchanged", 1)
    other = PULSE | {"value": {"value": 90, "unit": "/min"}}
    with pytest.raises(ContextTaken) as refused:
        await store(carelog, subject, "vitals:v1", other)
    assert refused.value.details == {"context_id": "vitals:v1", "revision": 1}
    replaced = await store(carelog, subject, "vitals:v1", other, replace=True)
    assert (replaced.status, replaced.event.entry.id) == ("replaced", first.event.entry.id)
    assert [e.revision for e in await carelog.record.history(ME, first.event.entry.id)] == [1, 2]


async def test_of_two_that_take_a_context_id_at_once_one_is_told(carelog: Carelog, subject: UUID) -> None:
    payloads = [PULSE, PULSE | {"value": {"value": 90, "unit": "/min"}}]
    results = await asyncio.gather(
        *(store(carelog, subject, "vitals:v1", payload) for payload in payloads), return_exceptions=True
    )
    assert sorted(type(r).__name__ for r in results) == ["ContextTaken", "StoredEvent"]
    assert len(await recalled(carelog, subject, context_type="vitals")) == 1


async def test_a_name_leads_to_an_entry_of_its_own_record_alone(carelog: Carelog, subject: UUID) -> None:
    [other] = await carelog.intake.accept(ME, [submission(tel="+12025550177")])
    assert other.subject_id
    mine = await store(carelog, subject, "food:breakfast", {"name": "idli"})
    theirs = await store(carelog, other.subject_id, "food:breakfast", {"name": "toast"})
    assert (mine.status, theirs.status) == ("created", "created")
    # Even an entry's own id is only a name in another record, which tells nothing of whose it is.
    unlike = await store(carelog, other.subject_id, mine.event.entry.context_id, {"name": "dosa"})
    assert unlike.status == "created"
    assert unlike.event.entry.id != mine.event.entry.id
    stranger = Principal("key:1", frozenset(SCOPES), frozenset({other.subject_id}))
    with pytest.raises(NotFound):
        await carelog.memory.retrieve_context(stranger, subject)
    with pytest.raises(NotFound):
        await carelog.memory.delete_event(stranger, subject, "food:breakfast")
    reader = Principal("key:2", frozenset(SCOPES), frozenset({subject}), read_only=frozenset({subject}))
    with pytest.raises(Forbidden):
        await store(carelog, subject, "food:lunch", {"name": "rice"}, by=reader)


async def test_a_profile_is_one_whatever_it_is_called(carelog: Carelog, subject: UUID) -> None:
    first = await store(carelog, subject, "profile:user-7", {"blood_type": "AB+"})
    with pytest.raises(ContextTaken):
        await store(carelog, subject, "profile:user-8", {"blood_type": "O-"})
    replaced = await store(carelog, subject, "profile:user-8", {"blood_type": "O-"}, replace=True)
    assert replaced.event.entry.id == first.event.entry.id


async def test_a_profile_does_not_come_back_beside_another(carelog: Carelog, subject: UUID) -> None:
    await store(carelog, subject, "profile:user-7", {"blood_type": "AB+"})
    await carelog.memory.delete_event(ME, subject, "profile:user-7")
    await store(carelog, subject, "profile:user-8", {"blood_type": "O-"})
    for again in (False, True):
        with pytest.raises(Conflict):
            await store(carelog, subject, "profile:user-7", {"blood_type": "AB+"}, replace=again)
    assert await recalled(carelog, subject, context_type="profile") == ["profile:user-8"]
    await carelog.memory.delete_event(ME, subject, "profile:user-8")
    await store(carelog, subject, "profile:user-7", {"blood_type": "AB+"})
    assert await recalled(carelog, subject, context_type="profile") == ["profile:user-7"]


async def test_letters_are_looked_for_as_they_are_spelt(carelog: Carelog, subject: UUID) -> None:
    await store(carelog, subject, "food:f1", {"name": "Pizza", "notes": "in der Großen Straße"})
    await store(carelog, subject, "food:f2", {"name": "Tea", "notes": "AUF DER STRASSE, 5 \u212a, ΟΔΟΣ"})
    for text, found in {
        "Straße": ["food:f1"], "STRAẞE große": ["food:f1"], "strasse": ["food:f2"], "οδος": ["food:f2"],
        "\u212a": ["food:f2"], "k": [],
    }.items():  # fmt: skip
        assert await recalled(carelog, subject, text=text) == found, text


async def test_references_and_links_are_context_ids(carelog: Carelog, subject: UUID) -> None:
    await store(carelog, subject, "medication:m1", RAMIPRIL)
    schedule = await store(carelog, subject, "med_schedule:s1", {"medication_id": "medication:m1", "times": ["08:00"]})
    medication = (await carelog.memory.retrieve_context(ME, subject, Recall("medication"))).items[0].entry
    assert schedule.event.entry.payload.medication_id == medication.id  # type: ignore[attr-defined]
    reading = await store(
        carelog, subject, "vitals:v1", PULSE, links={"related_to": ["med_schedule:s1"], "extends": ["medication:m1"]}
    )
    links = await carelog.links.of(ME, reading.event.entry.id)
    assert sorted((link.kind, links.entries[link.to_id].type) for link in links.links) == [
        ("extends", "medication"),
        ("related_to", "medication_schedule"),
    ]
    with pytest.raises(InvalidInput) as refused:
        await store(carelog, subject, "vitals:v2", PULSE, links={"related_to": ["med_schedule:s9"]})
    assert refused.value.details["problems"][0]["place"] == "/related_to/0"
    assert await recalled(carelog, subject, context_ids=("vitals:v2",)) == []


async def test_events_are_found_by_type_fields_and_words(carelog: Carelog, subject: UUID) -> None:
    await store(carelog, subject, "food:f1", {"name": "Rice and dal", "meal": "lunch"})
    await store(carelog, subject, "food:f2", {"name": "Idli", "meal": "breakfast", "notes": "mit Süßem und चटनी"})
    await store(carelog, subject, "mood:m1", {"feeling": "cheerful"})
    assert await recalled(carelog, subject, context_type="food", filters={"meal": "lunch"}) == ["food:f1"]
    assert await recalled(carelog, subject, text="DAL rice") == ["food:f1"]
    assert await recalled(carelog, subject, text="süß") == ["food:f2"]
    assert await recalled(carelog, subject, text="चटनी") == ["food:f2"]
    assert await recalled(carelog, subject, text="ice") == []  # within a word
    assert await recalled(carelog, subject, text="100%") == []
    assert await recalled(carelog, subject, text="cheer") == ["mood:m1"]
    with pytest.raises(InvalidInput):
        await recalled(carelog, subject, context_type="food", filters={"notes": "x"})
    with pytest.raises(InvalidInput):
        await recalled(carelog, subject, context_type="horoscope")


async def test_words_are_looked_for_over_many_pages(carelog: Carelog, subject: UUID) -> None:
    drafts = [Draft("food", {"name": f"dish {n}"}) for n in range(620)]
    await carelog.record.create_all(ME, subject, drafts)
    first = await carelog.memory.retrieve_context(ME, subject, Recall(text="dish"), limit=200)
    seen = [e.entry.id for e in first.items]
    while first.next:
        first = await carelog.memory.retrieve_context(ME, subject, Recall(text="dish"), limit=200, cursor=first.next)
        seen += [e.entry.id for e in first.items]
    assert len(seen) == len(set(seen)) == 620
    assert len(await recalled(carelog, subject, text="dish 600")) == 1


async def test_updates_merge_and_what_is_deleted_may_be_stored_again(carelog: Carelog, subject: UUID) -> None:
    await store(carelog, subject, "medication:m1", RAMIPRIL)
    changed = await carelog.memory.update_event(ME, subject, "medication:m1", {"instructions": None, "form": "tablet"})
    assert changed.event.entry.payload.model_dump(exclude_none=True) == {"name": "ramipril", "form": "tablet"}
    with pytest.raises(PreconditionFailed):
        await carelog.memory.update_event(ME, subject, "medication:m1", {"form": "drops"}, revision=1)
    await carelog.memory.delete_event(ME, subject, "medication:m1", reason="mistaken")
    assert await recalled(carelog, subject, context_type="medication") == []
    again = await store(carelog, subject, "medication:m1", RAMIPRIL)
    assert (again.status, again.event.entry.revision) == ("created", 4)
    assert await recalled(carelog, subject, context_type="medication") == ["medication:m1"]
    for missing in ("medication:m2", str(new_id())):
        with pytest.raises((NotFound, InvalidInput)):
            await carelog.memory.delete_event(ME, subject, missing)


async def test_the_catalogue_has_events_too(carelog: Carelog, subject: UUID) -> None:
    session = await store(carelog, CATALOGUE, "meditation_session:calm", {"title": "Morning calm", "minutes": 5})
    log = await store(carelog, subject, "meditation_log:l1", {"session_id": "meditation_session:calm"})
    assert log.event.entry.payload.session_id == session.event.entry.id  # type: ignore[attr-defined]
