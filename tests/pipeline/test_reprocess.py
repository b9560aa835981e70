"""Reprocessing: what a newer engine says takes the place of what an older one said, and of nobody's judgement."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission
from said import Engine, Fact, Unbelieved, dump, reprocess
from sqlalchemy import update

from carelog.app import Carelog
from carelog.identity import Principal, operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, InvalidInput
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome
from carelog.pipeline.pressure import TooMuchWaiting
from carelog.pipeline.reprocessing import ReprocessQuery
from carelog.pipeline.run import Lane
from carelog.record import Entry
from carelog.record.review.store import ReviewQuery
from carelog.record.store import EntryQuery
from carelog.record.tables import entry as entry_table

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., AbstractAsyncContextManager[Carelog]]

TALK = "I have a headache and some fever, and my pulse was 72."
ONE = {"chains": {"record": chain(scripted_link("engine"))}}
HEADACHE = Fact("symptom", "a headache", {"name": "headache", "polarity": "present"})
FEVER = Fact("symptom", "some fever", {"name": "fever", "polarity": "present"})
PULSE = Fact("vitals", "my pulse was 72", {"kind": "heart_rate", "value": {"value": 72, "unit": "/min"}})
PENICILLIN = Fact("allergy", "allergic to penicillin", {"substance": "penicillin", "status": "active"})
ALLERGIC = "I am allergic to penicillin."
STILL = "As I said, I am allergic to penicillin, it gives me hives."


@pytest.fixture
def engine(scripted: Script) -> Engine:
    made = Engine(says={TALK: [HEADACHE, PULSE]})
    scripted("engine", made)
    return made


async def hand_in(carelog: Carelog, *texts: str, tel: str = "+12025550100") -> tuple[UUID, list[UUID]]:
    """Conversations of one subject, read once, and whose they are."""
    receipts = await carelog.intake.accept(ME, [submission(text, tel=tel) for text in texts])
    await carelog.worker.drain()
    subject = receipts[0].subject_id
    assert subject
    return subject, [receipt.conversation_id for receipt in receipts]


async def entries(carelog: Carelog, subject: UUID, *, retracted: bool = False) -> list[Entry]:
    return (await carelog.record.page(ME, subject, EntryQuery(retracted=retracted), limit=200)).items


async def headlines(carelog: Carelog, subject: UUID) -> list[str]:
    return sorted(entry.payload.headline() for entry in await entries(carelog, subject))


async def history(carelog: Carelog, id_: UUID) -> list[tuple[str, str, str | None]]:
    return [(one.state, one.recorded_by, one.reason) for one in await carelog.record.history(ME, id_)]


async def test_what_is_said_alike_stays_untouched(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        await hand_in(carelog, TALK)
        engine.version = "made/2"
        before = await dump(carelog)
        assert await reprocess(carelog) == 1
        after = await dump(carelog)
        assert before.pop("reading") != after.pop("reading")
        assert before == after


async def test_what_is_not_said_any_more_goes_and_what_is_new_comes(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        old = {entry.type: entry.id for entry in await entries(carelog, subject)}
        engine.version, engine.says[TALK] = "made/2", [PULSE, FEVER]
        await reprocess(carelog)
        assert await headlines(carelog, subject) == ["fever: present", "heart rate 72 per minute"]
        assert await history(carelog, old["symptom"]) == [
            ("active", "made/1", None),
            ("retracted", "made/2", "superseded by made/2"),
        ]
        assert len(await history(carelog, old["vitals"])) == 1


async def test_what_is_said_otherwise_is_a_revision_of_the_same_entry(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        [old] = [entry for entry in await entries(carelog, subject) if entry.type == "symptom"]
        milder = Fact("symptom", "have a headache", {"name": "headache", "polarity": "present", "severity": "mild"})
        engine.version, engine.says[TALK] = "made/2", [milder, PULSE]
        await reprocess(carelog)
        now = await carelog.record.get(ME, old.id)
        assert (now.payload.headline(), now.evidence[0].quote) == ("headache: present, mild", "have a headache")
        assert await history(carelog, old.id) == [
            ("active", "made/1", None),
            ("active", "made/2", "read again by made/2"),
        ]
        assert len(await entries(carelog, subject)) == 2


async def test_another_name_for_the_same_words_is_the_same_entry(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        old = {entry.id for entry in await entries(carelog, subject)}
        cephalgia = Fact("symptom", "a headache", {"name": "cephalgia", "polarity": "present"})
        engine.version, engine.says[TALK] = "made/2", [cephalgia, PULSE]
        await reprocess(carelog)
        assert {entry.id for entry in await entries(carelog, subject, retracted=True)} == old
        assert await headlines(carelog, subject) == ["cephalgia: present", "heart rate 72 per minute"]


async def test_another_moment_is_a_change(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        yesterday = datetime(2026, 1, 4, 12, tzinfo=UTC)
        engine.version = "made/2"
        engine.says[TALK] = [HEADACHE, Fact(PULSE.type, PULSE.quote, PULSE.payload, happened=yesterday)]
        await reprocess(carelog)
        [pulse] = [entry for entry in await entries(carelog, subject) if entry.type == "vitals"]
        assert (pulse.revision, pulse.occurred_at) == (2, yesterday)
        [listed] = (await carelog.record.page(ME, subject, EntryQuery(until=yesterday + timedelta(hours=1)))).items
        assert listed.id == pulse.id


async def test_what_went_comes_back_as_the_entry_that_it_was(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        before = {entry.id for entry in await entries(carelog, subject)}
        for version, says in (("made/2", []), ("made/3", [HEADACHE, PULSE])):
            engine.version, engine.says[TALK] = version, says
            await reprocess(carelog)
        assert {entry.id for entry in await entries(carelog, subject)} == before
        assert len(await entries(carelog, subject, retracted=True)) == 2


@pytest.mark.parametrize("judgement", ["confirm", "correct", "retract"])
async def test_what_a_person_judged_is_never_touched_nor_brought_back(
    opened: Opened, engine: Engine, judgement: str
) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        [headache] = [entry for entry in await entries(carelog, subject) if entry.type == "symptom"]
        match judgement:
            case "confirm":
                await carelog.record.confirm(ME, headache.id, revision=1)
            case "correct":
                await carelog.record.revise(ME, headache.id, {"name": "migraine"}, revision=1)
            case _:
                await carelog.record.retract(ME, headache.id, revision=1)
        await carelog.worker.drain()
        judged = await history(carelog, headache.id)
        kept = await headlines(carelog, subject)
        milder = Fact("symptom", "have a headache", {"name": "headache", "polarity": "present", "severity": "mild"})
        for number, says in enumerate(([HEADACHE, PULSE], [milder, PULSE], [PULSE], [HEADACHE, PULSE]), start=2):
            engine.version, engine.says[TALK] = f"made/{number}", says
            await reprocess(carelog)
            assert await history(carelog, headache.id) == judged
            assert await headlines(carelog, subject) == kept


async def test_what_several_conversations_tell_loses_only_the_words_of_one(opened: Opened, engine: Engine) -> None:
    engine.says |= {ALLERGIC: [PENICILLIN], STILL: [PENICILLIN]}
    async with opened(**ONE) as carelog:
        subject, [first] = await hand_in(carelog, ALLERGIC)
        _, [second] = await hand_in(carelog, STILL)
        [allergy] = await entries(carelog, subject)
        assert [quote.conversation for quote in allergy.evidence] == [first, second]
        engine.version = "made/2"
        unchanged = await dump(carelog)
        await reprocess(carelog)
        assert (await dump(carelog))["entry_revision"] == unchanged["entry_revision"]

        engine.version, engine.says[STILL] = "made/3", []
        await reprocess(carelog)
        [allergy] = await entries(carelog, subject)
        assert [quote.conversation for quote in allergy.evidence] == [first]

        engine.version, engine.says[STILL] = "made/4", [PENICILLIN]
        await reprocess(carelog)
        [allergy] = await entries(carelog, subject)
        assert {quote.conversation for quote in allergy.evidence} == {first, second}

        # The one that told it first goes: the other tells it from now on.
        engine.version, engine.says[ALLERGIC] = "made/5", []
        await reprocess(carelog)
        [allergy] = await entries(carelog, subject)
        assert [quote.conversation for quote in allergy.evidence] == [second]
        await carelog.deletion.delete(ME, [first])
        assert await headlines(carelog, subject) == [allergy.payload.headline()]

        engine.version, engine.says[STILL] = "made/6", []
        await reprocess(carelog)
        assert await entries(carelog, subject) == []


async def test_what_was_left_by_a_deleted_conversation_is_nobodys_judgement(opened: Opened, engine: Engine) -> None:
    engine.says |= {ALLERGIC: [PENICILLIN], STILL: [PENICILLIN]}
    async with opened(**ONE) as carelog:
        subject, [first] = await hand_in(carelog, ALLERGIC)
        await hand_in(carelog, STILL)
        await carelog.deletion.delete(ME, [first])
        assert len(await entries(carelog, subject)) == 1
        engine.version, engine.says[STILL] = "made/2", []
        await reprocess(carelog)
        assert await entries(carelog, subject) == []


@pytest.mark.parametrize(("silent", "left"), [(STILL, "low"), (ALLERGIC, "high")], ids=["later", "first"])
async def test_what_several_tell_says_what_they_say_now_and_comes_to_rest(
    opened: Opened, engine: Engine, silent: str, left: str
) -> None:
    hives = Fact("allergy", "it gives me hives", {"substance": "penicillin", "reactions": ["hives"]})
    engine.says |= {ALLERGIC: [PENICILLIN], STILL: [PENICILLIN, hives]}
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, ALLERGIC)
        await hand_in(carelog, STILL)

        async def told() -> dict[str, Any]:
            [allergy] = await entries(carelog, subject)
            return allergy.payload.model_dump(exclude_none=True)

        assert await told() == {"substance": "penicillin", "status": "active", "reactions": ("hives",)}
        low = Fact("allergy", PENICILLIN.quote, {**PENICILLIN.payload, "criticality": "low"})
        high = Fact("allergy", PENICILLIN.quote, {**PENICILLIN.payload, "criticality": "high"})
        engine.version, engine.says[ALLERGIC], engine.says[STILL] = "made/2", [low], [high]
        await reprocess(carelog)
        assert await told() == {"substance": "penicillin", "status": "active", "criticality": "high"}
        before = await dump(carelog)
        await reprocess(carelog)
        assert await dump(carelog) == before
        engine.version, engine.says[silent] = "made/3", []
        await reprocess(carelog)
        assert await told() == {"substance": "penicillin", "status": "active", "criticality": left}


async def test_what_links_add_to_the_conversation_is_added_once(opened: Opened) -> None:
    async with opened(chains={"record": chain("extract", "summarize")}) as carelog:
        _, [conversation] = await hand_in(carelog, TALK)
        before = await carelog.conversations.get(ME, conversation)
        assert len(before.conversation.document["analysis"]) >= 1
        assert await reprocess(carelog) == 1
        assert await carelog.conversations.get(ME, conversation) == before


async def test_two_chains_keep_to_what_each_said(opened: Opened, engine: Engine, scripted: Script) -> None:
    other = Engine(says={TALK: [FEVER]})
    scripted("other", other)
    chains = {"record": chain(scripted_link("engine")), "beside": chain(scripted_link("other"))}
    async with opened(chains=chains) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        engine.version, engine.says[TALK] = "made/2", [PULSE]
        assert await reprocess(carelog, ReprocessQuery(chain="record")) == 1
        assert await headlines(carelog, subject) == ["fever: present", "heart rate 72 per minute"]


async def test_an_engine_answers_for_its_own_types_and_name_only(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        engine.says[TALK] = []
        engine.version, engine.types = "made/2", frozenset({"vitals"})
        await reprocess(carelog)
        assert await headlines(carelog, subject) == ["headache: present"]
        engine.version, engine.types = "another/1", None
        await reprocess(carelog)
        assert await headlines(carelog, subject) == ["headache: present"]


async def test_a_passage_of_another_kind_takes_nothing_away(opened: Opened, engine: Engine) -> None:
    lists = {"chains": {"record": chain(scripted_link("engine"), ingress_lists=["again"])}}
    async with opened(**lists) as carelog:
        subject, [conversation] = await hand_in(carelog, TALK)
        engine.version, engine.says[TALK] = "made/2", [FEVER]
        await carelog.intake.send(ME, [conversation], "again")
        await carelog.worker.drain()
        assert len(await entries(carelog, subject)) == 3
        # What the older version said is still there to be superseded.
        assert await reprocess(carelog, ReprocessQuery(engine="made/1")) == 1
        assert await headlines(carelog, subject) == ["fever: present"]


async def test_chains_that_it_leads_to_supersede_too(opened: Opened, engine: Engine, scripted: Script) -> None:
    scripted("first", lambda _: Outcome(routes=("then",)))
    chains = {"record": chain(scripted_link("first")), "then": {"links": [scripted_link("engine")]}}
    async with opened(chains=chains) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        engine.version, engine.says[TALK] = "made/2", [PULSE]
        assert await reprocess(carelog, ReprocessQuery(chain="record")) == 1
        assert await headlines(carelog, subject) == ["heart rate 72 per minute"]
        assert {run.lane for run in (await carelog.runs.page(ME)).items if run.pass_ == 2} == {Lane.BULK}


async def test_of_whom_it_is_not_known_which_chain_told_it_is_replaced_all_the_same(
    opened: Opened, engine: Engine
) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        async with carelog.health.write() as connection:
            await connection.execute(update(entry_table).values(chain=None))
        engine.version, engine.says[TALK] = "made/2", [PULSE]
        await reprocess(carelog)
        before = await dump(carelog)
        assert await headlines(carelog, subject) == ["heart rate 72 per minute"]
        await reprocess(carelog)
        assert await dump(carelog) == before


async def test_open_doubts_are_replaced_and_decided_ones_stay(opened: Opened, engine: Engine) -> None:
    high = Unbelieved("vitals", "my pulse was 72", {"kind": "heart_rate", "value": {"value": 9000, "unit": "/min"}})
    cold = Unbelieved("vitals", "some fever", {"kind": "body_temperature", "value": {"value": 4, "unit": "Cel"}})
    engine.says[TALK] = [high, cold]
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        items = (await carelog.reviews.page(ME, subject_id=subject)).items
        assert len(items) == 2
        await carelog.reviews.reject(ME, items[0].id)
        before = await dump(carelog)
        engine.version = "made/2"
        await reprocess(carelog)
        assert (await dump(carelog))["review"] == before["review"]
        other = Unbelieved("vitals", "72", {"kind": "heart_rate", "value": {"value": 7200, "unit": "/min"}})
        engine.version, engine.says[TALK] = "made/3", [other]
        await reprocess(carelog)
        now = (await carelog.reviews.page(ME, ReviewQuery(status=None), subject_id=subject)).items
        assert [(item.status, item.readings[0].engine) for item in now] == [("open", "made/3"), ("rejected", "made/1")]


async def test_only_what_is_asked_for_is_read_again(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        mine, _ = await hand_in(carelog, TALK)
        engine.version = "made/2"
        await hand_in(carelog, TALK, tel="+12025550111")
        day = datetime(2026, 1, 5, tzinfo=UTC)
        for query, found in (
            (ReprocessQuery(engine="made/1"), 1),
            (ReprocessQuery(engine="made/2"), 1),
            (ReprocessQuery(engine="made/3"), 0),
            (ReprocessQuery(engine="other/1"), 0),
            (ReprocessQuery(subject_id=mine), 1),
            (ReprocessQuery(since=day), 2),
            (ReprocessQuery(since=day + timedelta(days=1)), 0),
            (ReprocessQuery(until=day), 0),
            (ReprocessQuery(chain="record", engine="made/1", subject_id=mine), 1),
        ):
            step = await carelog.reprocessing.step(ME, query, dry_run=True)
            assert (step.conversations, sum(step.runs.values())) == (found, found), query
        assert len((await carelog.runs.page(ME)).items) == 2
        # What was read by the version of now is not in question any more: whoever was interrupted goes on so.
        assert await reprocess(carelog, ReprocessQuery(engine="made/1")) == 1
        assert await reprocess(carelog, ReprocessQuery(engine="made/1")) == 0


async def test_steps_go_on_where_the_last_one_ended_and_what_is_unfinished_is_left_alone(
    opened: Opened, engine: Engine
) -> None:
    async with opened(**ONE) as carelog:
        await hand_in(carelog, *[TALK] * 5)
        await carelog.intake.accept(ME, [submission(TALK)])
        steps: list[int] = []
        after = None
        while not steps or after:
            step = await carelog.reprocessing.step(ME, ReprocessQuery(), after=after, limit=2)
            steps.append(step.conversations)
            after = step.next
        assert sum(steps) == 5
        assert (await carelog.reprocessing.step(ME, ReprocessQuery())).conversations == 0
        assert {run.lane for run in (await carelog.runs.page(ME)).items if run.pass_ == 2} == {Lane.BULK}


async def test_of_those_who_ask_at_once_one_queues(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        _, conversations = await hand_in(carelog, *(f"Day {n}." for n in range(20)))
        steps = await asyncio.gather(*(carelog.reprocessing.step(ME, ReprocessQuery()) for _ in range(4)))
        assert sum(step.conversations for step in steps) == len(conversations)


async def test_it_waits_while_too_much_waits(opened: Opened, engine: Engine, clock: ManualClock) -> None:
    async with opened(**ONE, bulk_limit=2) as carelog:
        await hand_in(carelog, *[TALK] * 4)
        clock.advance(seconds=2)
        await carelog.reprocessing.step(ME, ReprocessQuery(), limit=2)
        clock.advance(seconds=2)
        with pytest.raises(TooMuchWaiting):
            await carelog.reprocessing.step(ME, ReprocessQuery())
        assert (await carelog.reprocessing.step(ME, ReprocessQuery(), dry_run=True)).conversations == 2


async def test_only_for_whom_it_is(opened: Opened, engine: Engine) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await hand_in(carelog, TALK)
        for who in (
            Principal(id="key:a", scopes=ME.scopes, subjects=frozenset({new_id()})),
            Principal(id="key:b", scopes=ME.scopes, subjects=frozenset({subject}), read_only=frozenset({subject})),
        ):
            assert (await carelog.reprocessing.step(who, ReprocessQuery())).conversations == 0
        with pytest.raises(Forbidden):
            await carelog.reprocessing.step(Principal(id="key:c", scopes=frozenset()), ReprocessQuery())
        with pytest.raises(InvalidInput):
            await carelog.reprocessing.step(ME, ReprocessQuery(chain="none"))
