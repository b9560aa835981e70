"""The queue of what a person has to judge: where items come from, and what becomes of them and of the record."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission
from said import Engine, Fact, Unbelieved, dump, quoted
from sqlalchemy import func, select, text
from waiting import until

from carelog.app import Carelog
from carelog.conversations import store as conversations
from carelog.identity import Principal, operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome, Work
from carelog.record import Entry, NewEntry, parse_payload
from carelog.record.fhir.resources import resource_of
from carelog.record.joining import join
from carelog.record.review.items import Doubt, NewReview, Reading
from carelog.record.review.store import AlreadyDecided, ReviewQuery
from carelog.record.review.tables import review
from carelog.record.store import EntryQuery, retract_said_in

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., AbstractAsyncContextManager[Carelog]]

TALK = "My pressure was 900 over 80, and I have a headache."
ONE = {"chains": {"record": chain(scripted_link("engine"))}}
HIGH = {
    "kind": "blood_pressure",
    "systolic": {"value": 900, "unit": "mm[Hg]"},
    "diastolic": {"value": 80, "unit": "mm[Hg]"},
}
RIGHT = HIGH | {"systolic": {"value": 190, "unit": "mm[Hg]"}}
PRESSURE = Unbelieved("vitals", "My pressure was 900 over 80", HIGH)


@pytest.fixture
def engine(scripted: Script) -> Engine:
    made = Engine(says={TALK: [PRESSURE]})
    scripted("engine", made)
    return made


def two_readings(work: Work) -> Outcome:
    """A headache that one engine read as there and another as not."""
    conversation = work.conversation
    there, absent = (
        NewEntry(
            "symptom", parse_payload("symptom", {"name": "headache", "polarity": polarity}),
            (quoted(conversation, "I have a headache"),), conversation.started_at, "UTC", by, confidence="disputed",
        )
        for polarity, by in (("present", "local/1"), ("absent", "llm/1"))
    )  # fmt: skip
    doubt = NewReview(
        "symptom", Doubt.DISPUTED, (Reading.told(there), Reading.told(absent)), there.occurred_at, "UTC",
        ("polarity",), about=there,
    )  # fmt: skip
    return Outcome(entries=(there,), reviews=(doubt,))


async def hand_in(carelog: Carelog, text: str = TALK, tel: str = "+12025550100") -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission(text, tel=tel)])
    await carelog.worker.drain()
    assert receipt.subject_id
    return receipt.subject_id


async def entries(carelog: Carelog, subject: UUID, *, retracted: bool = False) -> list[Entry]:
    return (await carelog.record.page(ME, subject, EntryQuery(retracted=retracted))).items


async def items_in(carelog: Carelog) -> int:
    async with carelog.health.read() as connection:
        return await connection.scalar(select(func.count()).select_from(review)) or 0


async def test_what_cannot_be_true_waits_and_is_no_entry(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        assert await entries(carelog, subject) == []
        [item] = (await carelog.reviews.page(ME)).items
        assert (item.subject_id, item.doubt, item.status, item.chain) == (subject, "implausible", "open", "record")
        assert item.readings[0].payload == HIGH
        assert item.readings[0].evidence[0].quote == PRESSURE.quote
        with pytest.raises(InvalidInput):  # no entry can be so: it wants correcting
            await carelog.reviews.confirm(ME, item.id)
        decision = await carelog.reviews.correct(ME, item.id, RIGHT, reason="misheard")
        assert (decision.review.status, decision.review.decided_by) == ("corrected", "operator")
        [entry] = await entries(carelog, subject)
        assert decision.entry == entry
        assert (entry.payload.headline(), entry.confidence) == ("blood pressure 190/80 mmHg", "confirmed")
        assert entry.evidence == item.readings[0].evidence
        assert entry.occurred_at == item.occurred_at
        assert (await carelog.reviews.page(ME)).items == []


async def test_the_same_conversation_asks_once_however_often_it_passes(opened: Opened, engine: Engine) -> None:
    lists = {"chains": {"record": chain(scripted_link("engine"), ingress_lists=["again"])}}
    async with opened(**lists) as carelog:
        await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        for decided in (False, True):
            if decided:
                await carelog.reviews.reject(ME, item.id)
            await carelog.intake.send(ME, [item.conversation_id], "again")
            await carelog.worker.drain()
            assert await items_in(carelog) == 1


@pytest.mark.parametrize(
    ("which", "polarity"), [(0, "present"), ("local", "present"), (1, "absent"), ("llm/1", "absent")]
)
async def test_of_two_readings_the_one_that_is_confirmed_becomes_the_entry(
    opened: Opened, scripted: Script, which: int | str, polarity: str
) -> None:
    scripted("engine", two_readings)
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [standing] = await entries(carelog, subject)
        assert standing.confidence == "disputed"
        [label] = resource_of(standing)["meta"]["security"]
        assert label["code"] == "UNCERTREL"
        [item] = (await carelog.reviews.page(ME, ReviewQuery(entry_id=standing.id))).items
        for unclear in (None, 2, "gpt"):
            with pytest.raises(InvalidInput):
                await carelog.reviews.confirm(ME, item.id, reading=unclear)
        decision = await carelog.reviews.confirm(ME, item.id, reading=which)
        [entry] = await entries(carelog, subject)
        assert decision.entry == entry
        assert (entry.id, entry.revision, entry.confidence) == (standing.id, 2, "confirmed")
        assert entry.payload.headline() == f"headache: {polarity}"
        assert "security" not in resource_of(entry)["meta"]
        assert (entry.recorded_by, entry.reason) == ("operator", "confirmed in review")


async def test_to_reject_both_readings_retracts_what_stood_meanwhile(opened: Opened, scripted: Script) -> None:
    scripted("engine", two_readings)
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        decision = await carelog.reviews.reject(ME, item.id)
        assert decision.entry and decision.entry.state == "retracted"
        assert await entries(carelog, subject) == []


async def test_what_is_decided_is_decided(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        await carelog.reviews.correct(ME, item.id, RIGHT)
        before = await dump(carelog)
        for again in (
            carelog.reviews.reject(ME, item.id),
            carelog.reviews.correct(ME, item.id, RIGHT | {"note": "again"}),
            carelog.reviews.confirm(ME, item.id),
        ):
            with pytest.raises(AlreadyDecided) as refused:
                await again
            assert refused.value.details == {"status": "corrected"}
        assert await dump(carelog) == before


@pytest.mark.parametrize(
    ("change", "status"), [("confirm", "confirmed"), ("revise", "corrected"), ("retract", "rejected")]
)
async def test_whoever_judges_the_entry_itself_has_decided_the_item(
    opened: Opened, scripted: Script, change: str, status: str
) -> None:
    scripted("engine", two_readings)
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [entry] = await entries(carelog, subject)
        said = ({"severity": "mild"},) if change == "revise" else ()
        await getattr(carelog.record, change)(ME, entry.id, *said, revision=None)
        [item] = (await carelog.reviews.page(ME, ReviewQuery(status=None))).items
        assert (item.status, item.decided_by) == (status, "operator")


async def test_a_confirmed_entry_stays_so_and_says_so_once(opened: Opened, engine: Engine) -> None:
    engine.says[TALK] = [Fact("symptom", "I have a headache", {"name": "headache", "polarity": "present"})]
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [entry] = await entries(carelog, subject)
        assert entry.confidence == "single"
        for _ in range(2):
            written = await carelog.record.confirm(ME, entry.id, revision=None)
            assert (written.entry.revision, written.entry.confidence) == (2, "confirmed")


async def test_what_a_conversation_says_against_a_confirmed_entry_is_asked_and_not_written(
    opened: Opened, engine: Engine
) -> None:
    first, later = "I am allergic to penicillin.", "My penicillin allergy is a grave one; it gave me hives."
    said = {"substance": "penicillin", "criticality": "low"}
    engine.says[first] = [Fact("allergy", "allergic to penicillin", said)]
    engine.says[later] = [
        Fact("allergy", "penicillin allergy is a grave one", {**said, "criticality": "high", "reactions": ["hives"]})
    ]
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog, first)
        [allergy] = await entries(carelog, subject)
        await carelog.record.confirm(ME, allergy.id, revision=None)
        await hand_in(carelog, later)
        [allergy] = await entries(carelog, subject)
        told = allergy.payload.model_dump(exclude_none=True)
        assert (told["criticality"], told["reactions"], allergy.confidence) == ("low", ("hives",), "confirmed")
        assert len(allergy.evidence) == 2
        [item] = (await carelog.reviews.page(ME)).items
        assert (item.doubt, item.fields, item.entry_id) == ("disputed", ("criticality",), allergy.id)
        assert [one.payload["criticality"] for one in item.readings] == ["low", "high"]
        await carelog.reviews.confirm(ME, item.id, reading=1)
        [allergy] = await entries(carelog, subject)
        assert allergy.payload.model_dump()["criticality"] == "high"


async def test_items_are_narrowed_and_paged(opened: Opened, engine: Engine, clock: ManualClock) -> None:
    async with opened(**ONE) as carelog:
        mine = await hand_in(carelog)
        for n in range(3):
            clock.advance(seconds=1)
            await hand_in(carelog, tel=f"+1202555011{n}")
        seen, cursor = [], None
        while True:
            page = await carelog.reviews.page(ME, limit=3, cursor=cursor)
            seen += page.items
            cursor = page.next
            if cursor is None:
                break
        assert len({item.id for item in seen}) == 4
        assert [item.recorded_at for item in seen] == sorted((item.recorded_at for item in seen), reverse=True)
        for query, found in (
            (ReviewQuery(type="vitals"), 4),
            (ReviewQuery(type="symptom"), 0),
            (ReviewQuery(doubt=Doubt.IMPLAUSIBLE), 4),
            (ReviewQuery(doubt=Doubt.DISPUTED), 0),
            (ReviewQuery(conversation_id=seen[0].conversation_id), 1),
        ):
            assert len((await carelog.reviews.page(ME, query)).items) == found, query
        assert [item.subject_id for item in (await carelog.reviews.page(ME, subject_id=mine)).items] == [mine]


async def test_only_who_may_see_a_record_sees_its_items_and_only_who_may_change_it_decides(
    opened: Opened, engine: Engine
) -> None:
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        stranger = Principal(id="key:a", scopes=ME.scopes, subjects=frozenset({new_id()}))
        assert (await carelog.reviews.page(stranger)).items == []
        for asked in (
            carelog.reviews.get(stranger, item.id),
            carelog.reviews.page(stranger, subject_id=subject),
            carelog.reviews.confirm(stranger, item.id),
            carelog.reviews.correct(stranger, item.id, RIGHT),
            carelog.reviews.reject(stranger, item.id),
        ):
            with pytest.raises(NotFound):
                await asked
        reader = Principal(id="key:b", scopes=ME.scopes, subjects=frozenset({subject}), read_only=frozenset({subject}))
        assert (await carelog.reviews.get(reader, item.id)).id == item.id
        with pytest.raises(Forbidden):
            await carelog.reviews.reject(reader, item.id)
        assert (await carelog.reviews.get(ME, item.id)).status == "open"


async def test_items_go_with_their_conversation_and_move_with_their_record(
    opened: Opened, engine: Engine, clock: ManualClock
) -> None:
    async with opened(**ONE) as carelog:
        source, target = await hand_in(carelog), await hand_in(carelog, tel="+12025550111")
        async with carelog.health.write() as connection:
            await join(connection, source, target, clock.now(), by="test")
        items = (await carelog.reviews.page(ME, subject_id=target)).items
        assert len(items) == 2
        await carelog.deletion.delete(ME, [items[0].conversation_id])
        assert [item.id for item in (await carelog.reviews.page(ME)).items] == [items[1].id]
        await carelog.erasure.erase(ME, target)
        assert await items_in(carelog) == 0


@pytest.mark.parametrize(
    "payload", [{"kind": "blood_pressure"}, {"kind": "nothing"}, {**RIGHT, "note": "a\x00b"}, {}], ids=str
)
async def test_a_correction_is_checked_as_any_entry_is(opened: Opened, engine: Engine, payload: dict[str, Any]) -> None:
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        with pytest.raises(InvalidInput):
            await carelog.reviews.correct(ME, item.id, payload)
        assert await entries(carelog, subject) == []
        assert (await carelog.reviews.get(ME, item.id)).status == "open"


async def test_of_two_who_decide_at_once_one_is_told_that_it_is_decided(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog, opened(**ONE) as other:
        subject = await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        both = [whole.reviews.correct(ME, item.id, RIGHT) for whole in (carelog, other) for _ in range(3)]
        done = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(one, AlreadyDecided) for one in done) == 5
        assert len(await entries(carelog, subject)) == 1


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_what_is_decided_while_its_conversation_is_deleted_does_not_outlive_it(
    opened: Opened, engine: Engine
) -> None:
    async with opened(**ONE) as carelog:
        subject = await hand_in(carelog)
        [item] = (await carelog.reviews.page(ME)).items
        there = [item.conversation_id]
        async with carelog.health.write() as connection:
            await conversations.lock(connection, there)
            await retract_said_in(connection, there, by="operator", at=carelog.clock.now())
            decided = asyncio.create_task(carelog.reviews.correct(ME, item.id, RIGHT))

            async def waits() -> bool:
                waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                here = " AND datname = current_database()"
                async with carelog.health.read() as looking:  # a transaction sees it once, as it is then
                    return decided.done() or bool(await looking.scalar(text(waiting + here)))

            await until(waits)
            await conversations.remove(connection, there)
        with pytest.raises(NotFound):
            await decided
        assert await entries(carelog, subject) == []
