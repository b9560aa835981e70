"""Passages: ingress lists, newer documents of a conversation, and passing through a chain again."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission, symptom_of

from carelog.app import Carelog
from carelog.conversations import Conversation
from carelog.conversations.search import ConversationQuery
from carelog.identity import Principal, operator
from carelog.kit.errors import Conflict, Forbidden
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome, Work
from carelog.pipeline.intake import Receipt, UnknownList, Verdict
from carelog.pipeline.run import RunState
from carelog.pipeline.runs import RunQuery
from carelog.pipeline.submission import Submission
from carelog.record import Entry

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]

FEED = {"links": [scripted_link("read")], "ingress_lists": ["feed", "also"]}


def reads(work: Work) -> Outcome:
    return Outcome(entries=(symptom_of(work.conversation),))


def to_list(name: str, given: Submission | None = None, *, replaces: bool = False) -> Submission:
    return replace(given or submission(channel="vcon"), ingress_lists=(name,), replaces=replaces)


def newer(given: Submission, text: str, tel: str = "+12025550100") -> Submission:
    """The same conversation with other words in its first turn."""
    document = given.conversation.document
    dialog = [document["dialog"][0] | {"body": text}]
    parties = [document["parties"][0] | {"tel": tel}]
    return replace(given, conversation=Conversation.of(document | {"dialog": dialog, "parties": parties}))


async def accept(carelog: Carelog, *given: Submission) -> list[Receipt]:
    return await carelog.intake.accept(ME, given)


async def entries(carelog: Carelog, receipt: Receipt) -> list[Entry]:
    assert receipt.subject_id
    return (await carelog.record.page(ME, receipt.subject_id)).items


async def test_a_list_feeds_the_chains_that_read_it_each_once(opened: Opened, scripted: Script) -> None:
    scripted("read", reads)
    both = replace(submission(), ingress_lists=("feed", "also"))
    async with opened(chains={"own": chain(scripted_link("read")), "fed": FEED}) as carelog:
        [with_lists, without] = await accept(carelog, both, submission(channel="vcon"))
        assert len(with_lists.runs) == 2
        assert without.verdict is Verdict.ACCEPTED
        assert without.runs == ()
        assert {run.chain for run in (await carelog.runs.page(ME)).items} == {"own", "fed"}


async def test_a_list_that_nobody_reads_is_refused_and_takes_nothing_else_along(opened: Opened) -> None:
    async with opened(chains={"fed": FEED}) as carelog:
        refused, taken = await accept(carelog, to_list("feeed"), to_list("feed"))
        assert isinstance(refused.error, UnknownList)
        assert taken.verdict is Verdict.ACCEPTED
        assert len((await carelog.conversations.page(ME)).items) == 1
        with pytest.raises(UnknownList):
            await carelog.intake.send(ME, [taken.conversation_id], "feeed")


async def test_a_disabled_chain_takes_nothing_from_its_channel_and_its_list_is_refused(opened: Opened) -> None:
    disabled = chain(scripted_link("read")) | FEED | {"enabled": False}
    async with opened(chains={"fed": disabled}) as carelog:
        [by_channel, by_list] = await accept(carelog, submission(), to_list("feed"))
        assert (by_channel.verdict, by_channel.runs) == (Verdict.ACCEPTED, ())
        assert isinstance(by_list.error, UnknownList)


async def test_a_newer_document_takes_the_place_of_the_old_one(opened: Opened, scripted: Script) -> None:
    scripted("read", reads)
    first = to_list("feed", replaces=True)
    async with opened(chains={"fed": FEED}) as carelog:
        [taken] = await accept(carelog, first)
        await carelog.worker.drain()
        second = newer(first, "My elbow itches.", tel="+12025550177")
        [again] = await accept(carelog, second)
        assert again.verdict is Verdict.REPLACED
        assert again.conversation_id == taken.conversation_id
        await carelog.worker.drain()
        stored = await carelog.conversations.get(ME, taken.conversation_id)
        assert stored.document == second.conversation.json
        for query, found in (
            (ConversationQuery(words="elbow"), 1),
            (ConversationQuery(words="headache"), 0),
            (ConversationQuery(tel="+12025550177"), 1),
            (ConversationQuery(tel="+12025550100"), 0),
        ):
            assert len((await carelog.conversations.page(ME, query)).items) == found, query
        assert {e.evidence[0].quote for e in await entries(carelog, taken)} == {
            "I have a headache.",
            "My elbow itches.",
        }


async def test_another_document_is_refused_unless_it_says_that_it_is_the_newer_one(opened: Opened) -> None:
    first = submission(channel="vcon")
    async with opened(chains={"fed": FEED}) as carelog:
        await accept(carelog, first)
        [refused] = await accept(carelog, newer(first, "Another."))
        assert isinstance(refused.error, Conflict)


async def test_what_was_read_before_is_not_written_twice_and_what_was_retracted_stays_so(
    opened: Opened, scripted: Script
) -> None:
    scripted("read", reads)
    async with opened(chains={"fed": FEED}) as carelog:
        kept, gone = await accept(
            carelog, to_list("feed"), to_list("feed", submission("My knee hurts.", tel="+12025550101"))
        )
        await carelog.worker.drain()
        [wrong] = await entries(carelog, gone)
        await carelog.record.retract(ME, wrong.id, revision=wrong.revision)
        assert await carelog.intake.send(ME, [kept.conversation_id, gone.conversation_id], "feed") == []
        await carelog.worker.drain()
        assert len(await entries(carelog, kept)) == 1
        assert await entries(carelog, gone) == []
        states = [run.state for run in (await carelog.runs.page(ME)).items]
        assert states == [RunState.FINISHED] * 4


async def test_what_waits_already_is_not_queued_a_second_time(opened: Opened) -> None:
    given = to_list("feed", replaces=True)
    async with opened(chains={"fed": FEED}) as carelog:
        [taken] = await accept(carelog, given)
        await accept(carelog, given, newer(given, "Other words."))
        await carelog.intake.send(ME, [taken.conversation_id], "feed")
        assert len((await carelog.runs.page(ME)).items) == 1


async def test_those_who_send_the_same_at_once_queue_it_once(opened: Opened, scripted: Script) -> None:
    scripted("read", lambda _: Outcome())
    async with opened(chains={"feeding": FEED}) as carelog:
        receipts = await accept(carelog, *(to_list("feed", submission(f"Day {n}.", channel="vcon")) for n in range(10)))
        await carelog.worker.drain()
        ids = [receipt.conversation_id for receipt in receipts]
        sent = await asyncio.gather(*(carelog.intake.send(ME, ids, "feed") for _ in range(4)))
        assert sent == [[]] * 4
        queued = (await carelog.runs.page(ME, RunQuery(states=(RunState.QUEUED,)))).items
        assert sorted(run.conversation_id for run in queued) == sorted(ids)


async def test_a_second_passage_goes_through_the_routes_again(opened: Opened, scripted: Script) -> None:
    scripted("read", lambda _: Outcome(routes=("after",)))
    scripted("nothing", lambda _: Outcome())
    async with opened(chains={"fed": FEED, "after": {"links": [scripted_link("nothing")]}}) as carelog:
        [taken] = await accept(carelog, to_list("feed"))
        await carelog.worker.drain()
        await carelog.intake.send(ME, [taken.conversation_id], "feed")
        await carelog.worker.drain()
        passed = sorted((run.chain, run.pass_) for run in (await carelog.runs.page(ME)).items)
        assert passed == [("after", 1), ("after", 2), ("fed", 1), ("fed", 2)]


async def test_unknown_and_other_peoples_conversations_are_told_apart_by_nobody(opened: Opened) -> None:
    async with opened(chains={"fed": FEED}) as carelog:
        [taken] = await accept(carelog, submission(channel="vcon"))
        stranger = Principal(id="key:other", scopes=ME.scopes, subjects=frozenset({new_id()}))
        nobody = new_id()
        assert await carelog.intake.send(stranger, [taken.conversation_id, nobody], "feed") == [
            taken.conversation_id,
            nobody,
        ]
        assert (await carelog.runs.page(ME)).items == []
        assert await carelog.deletion.delete(stranger, [taken.conversation_id]) == []
        with pytest.raises(Forbidden):
            await carelog.deletion.delete(Principal(id="key:reader", scopes=frozenset()), [taken.conversation_id])


async def test_what_is_deleted_is_gone(opened: Opened, scripted: Script) -> None:
    scripted("read", reads)
    async with opened(chains={"fed": FEED}) as carelog:
        done, waiting, other = await accept(carelog, to_list("feed"), *[to_list("feed") for _ in range(2)])
        await carelog.worker.step()
        await carelog.intake.send(ME, [waiting.conversation_id], "feed")
        both = [done.conversation_id, waiting.conversation_id]
        assert set(await carelog.deletion.delete(ME, [*both, new_id()])) == set(both)
        await carelog.worker.drain()
        for query in (None, ConversationQuery(tel="+12025550100"), ConversationQuery(words="headache")):
            found = (await carelog.conversations.page(ME, query)).items
            assert [c.id for c in found] == [other.conversation_id]
        assert {run.conversation_id for run in (await carelog.runs.page(ME)).items} == {other.conversation_id}
        assert [e.evidence[0].conversation for e in await entries(carelog, other)] == [other.conversation_id]
        assert await carelog.deletion.delete(ME, both) == []
