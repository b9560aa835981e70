"""The executor: effects happen once, failures stay with the one that failed, progress is never lost."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour, CountingLink
from made_up import chain, checkpoint_link, scripted_link, submission, symptom_of
from waiting import until

from carelog.app import Carelog
from carelog.conversations.tags import tags_of
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.pipeline import AddAnalysis, AddTags, LinkError, Outcome, PermanentLinkError, Work, ledger
from carelog.pipeline.run import Run, RunState
from carelog.pipeline.runs import RunQuery
from carelog.record import Entry
from carelog.record.store import EntryQuery

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]


def finds(work: Work) -> Outcome:
    return Outcome(entries=(symptom_of(work.conversation),))


def does_nothing(_work: Work) -> Outcome:
    return Outcome()


class Unsteady:
    """Fails a number of times, then does what it should; remembers how often it was called."""

    def __init__(self, failures: int, error: Exception, then: Callable[[Work], Outcome] = does_nothing) -> None:
        self.failures, self.error, self.then, self.calls = failures, error, then, 0

    def __call__(self, work: Work) -> Outcome:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error
        return self.then(work)


async def take_in(carelog: Carelog, *texts: str) -> list[UUID]:
    receipts = await carelog.intake.accept(ME, [submission(text) for text in texts or ("I have a headache.",)])
    assert all(r.verdict == "accepted" for r in receipts)
    return [r.conversation_id for r in receipts]


async def runs_of(carelog: Carelog, conversation: UUID) -> list[Run]:
    return (await carelog.runs.page(ME, RunQuery(conversation_id=conversation))).items


async def entries_of(carelog: Carelog, conversation: UUID) -> list[Entry]:
    stored = await carelog.conversations.get(ME, conversation)
    entries = (await carelog.record.page(ME, stored.subject_id)).items
    return [e for e in entries if e.evidence[0].conversation == conversation]


async def test_what_links_return_is_stored_and_the_run_is_finished(opened: Opened, scripted: Script) -> None:
    scripted("find", finds)
    scripted("tag", lambda _: Outcome(changes=(AddTags({"triage": "routine"}),)))
    async with opened(chains={"record": chain(scripted_link("find"), scripted_link("tag"))}) as carelog:
        [conversation] = await take_in(carelog)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert (run.state, run.position, run.tries) == (RunState.FINISHED, 2, 1)
        [entry] = await entries_of(carelog, conversation)
        assert entry.evidence[0].quote == "I have a headache."
        stored = await carelog.conversations.get(ME, conversation)
        assert tags_of(stored.conversation) == {"triage": "routine"}
        assert stored.revision == 2


async def test_a_link_sees_what_the_links_before_it_did(opened: Opened, scripted: Script) -> None:
    seen: list[Any] = []
    scripted("first", lambda w: Outcome(changes=(AddTags({"a": "b"}),), entries=(symptom_of(w.conversation),)))

    def second(work: Work) -> Outcome:
        seen.append((tags_of(work.conversation), len(work.entries)))
        return Outcome()

    scripted("second", second)
    async with opened(chains={"record": chain(scripted_link("first"), scripted_link("second"))}) as carelog:
        await take_in(carelog)
        await carelog.worker.drain()
    assert seen == [({"a": "b"}, 1)]


async def test_a_failed_link_is_tried_again_from_where_it_failed(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    unsteady = Unsteady(2, LinkError("the other side was down"))
    found = Unsteady(0, LinkError(""), finds)
    scripted("find", found)
    scripted("call", unsteady)
    async with opened(chains={"record": chain(scripted_link("find"), scripted_link("call"))}) as carelog:
        [conversation] = await take_in(carelog)
        for _ in range(2):
            await carelog.worker.drain()
            [run] = await runs_of(carelog, conversation)
            assert (run.state, run.position) == (RunState.QUEUED, 1)
            assert run.due_at > clock.now()
            clock.advance(seconds=10)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert (run.state, run.error) == (RunState.FINISHED, None)
        assert len(await entries_of(carelog, conversation)) == 1
    assert (found.calls, unsteady.calls) == (1, 3)


async def test_tries_that_are_used_up_make_a_dead_letter_that_goes_on_where_it_failed(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    unsteady = Unsteady(3, LinkError("the other side was down"))
    scripted("find", finds)
    scripted("call", unsteady)
    definition = chain(scripted_link("find"), scripted_link("call"), max_tries=3)
    async with opened(chains={"record": definition}) as carelog:
        [conversation] = await take_in(carelog)
        for _ in range(4):
            await carelog.worker.drain()
            clock.advance(seconds=60)
        [run] = await runs_of(carelog, conversation)
        assert run.state is RunState.DEAD
        assert run.error == {
            "link": "scripted",
            "position": 1,
            "type": "LinkError",
            "code": "link.failed",
            "message": "the other side was down",
        }
        assert await carelog.dead_letters.drive_all(ME) == 1
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert run.state is RunState.FINISHED
        assert len(await entries_of(carelog, conversation)) == 1


async def test_an_error_that_trying_again_cannot_mend_is_a_dead_letter_at_once(
    opened: Opened, scripted: Script
) -> None:
    scripted("call", Unsteady(9, PermanentLinkError("refused with 410")))
    async with opened(chains={"record": chain(scripted_link("call"))}) as carelog:
        [conversation] = await take_in(carelog)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert (run.state, run.tries) == (RunState.DEAD, 1)


async def test_a_crash_keeps_nothing_of_what_was_said(
    opened: Opened, scripted: Script, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(work: Work) -> Outcome:
        raise RuntimeError(work.conversation.turns[0].text)

    scripted("crash", crash)
    async with opened(chains={"record": chain(scripted_link("crash"))}) as carelog:
        [conversation] = await take_in(carelog, "My secret is zanzibar.")
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert run.error is not None
        assert run.error["type"] == "RuntimeError"
        assert "zanzibar" not in str(run) + caplog.text


async def test_one_conversations_failure_leaves_the_others_of_its_batch_alone(opened: Opened, scripted: Script) -> None:
    def picky(work: Work) -> Outcome:
        if "poison" in work.conversation.turns[0].text:
            raise ValueError
        return finds(work)

    scripted("find", picky)
    async with opened(chains={"record": chain(scripted_link("find"))}) as carelog:
        good_1, poison, good_2 = await take_in(carelog, "one", "poison", "two")
        assert await carelog.worker.step() == 3
        states = [(await runs_of(carelog, c))[0].state for c in (good_1, poison, good_2)]
        assert states == [RunState.FINISHED, RunState.QUEUED, RunState.FINISHED]


async def test_an_outcome_that_the_database_refuses_fails_alone(opened: Opened, scripted: Script) -> None:
    def oversized(work: Work) -> Outcome:
        entry = symptom_of(work.conversation)
        if "poison" in work.conversation.turns[0].text:
            object.__setattr__(entry, "type", None)  # a column that may not be null
        return Outcome(entries=(entry,))

    scripted("find", oversized)
    async with opened(chains={"record": chain(scripted_link("find"))}) as carelog:
        good, poison = await take_in(carelog, "one", "poison")
        await carelog.worker.step()
        [run] = await runs_of(carelog, poison)
        assert run.error is not None
        assert run.error["code"] == "link.failed"
        assert await entries_of(carelog, poison) == []
        assert len(await entries_of(carelog, good)) == 1


async def test_a_change_that_makes_no_vcon_is_the_links_failure(opened: Opened, scripted: Script) -> None:
    scripted("break", lambda _: Outcome(changes=(AddAnalysis({"type": "summary"}),)))
    async with opened(chains={"record": chain(scripted_link("break"))}) as carelog:
        [conversation] = await take_in(carelog)
        await carelog.worker.drain()
        assert (await runs_of(carelog, conversation))[0].state is RunState.QUEUED
        assert (await carelog.conversations.get(ME, conversation)).revision == 1


async def test_after_a_checkpoint_a_crash_repeats_nothing_before_it(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    dear = Unsteady(0, LinkError(""), finds)
    scripted("dear", dear)

    def dies(_work: Work) -> Outcome:
        raise SystemExit  # as near to a killed process as a test inside one can come

    scripted("die", dies)
    async with opened(chains={"record": chain(checkpoint_link("dear"), scripted_link("die"))}) as carelog:
        [conversation] = await take_in(carelog)
        with pytest.raises(SystemExit):
            await carelog.worker.step()
        assert len(await entries_of(carelog, conversation)) == 1
        scripted("die", does_nothing)
        clock.advance(seconds=31)
        await carelog.worker.drain()
        clock.advance(seconds=31)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert run.state is RunState.FINISHED
        assert len(await entries_of(carelog, conversation)) == 1
    assert dear.calls == 1


async def test_a_worker_that_lost_its_lease_writes_nothing(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    async with opened(chains={"record": chain(scripted_link("find"))}) as carelog:
        [conversation] = await take_in(carelog)

        def find_slowly(work: Work) -> Outcome:
            clock.advance(seconds=31)
            return finds(work)

        scripted("find", find_slowly)
        async with opened(chains={"record": chain(scripted_link("find"))}) as other:
            from carelog.kit.ids import new_id

            lease = new_id()
            async with carelog.health.write() as connection:
                [run] = await ledger.claim(
                    connection, lease=lease, now=clock.now(), lasting=timedelta(seconds=30), limit=1
                )
            clock.advance(seconds=31)
            scripted("find", finds)
            await other.worker.step()  # gives the lost run back to the queue
            clock.advance(seconds=31)
            await other.worker.drain()
            await carelog.worker._executor.execute([run])  # the one who lost it comes late
        assert len(await entries_of(carelog, conversation)) == 1
        assert (await runs_of(carelog, conversation))[0].state is RunState.FINISHED


async def test_two_chains_on_one_conversation_keep_each_others_changes(opened: Opened, scripted: Script) -> None:
    scripted("a", lambda _: Outcome(changes=(AddTags({"a": "1"}),)))
    scripted("b", lambda _: Outcome(changes=(AddTags({"b": "2"}),)))
    chains = {"one": chain(scripted_link("a")), "two": chain(scripted_link("b"))}
    async with opened(chains=chains) as carelog:
        [conversation] = await take_in(carelog)
        assert await carelog.worker.step() == 2
        stored = await carelog.conversations.get(ME, conversation)
        assert tags_of(stored.conversation) == {"a": "1", "b": "2"}


async def test_what_is_urgent_does_not_wait_for_another_chain_of_its_batch(opened: Opened, scripted: Script) -> None:
    answers = asyncio.Event()

    async def wait(_: Work) -> Outcome:
        await answers.wait()
        return Outcome()

    scripted("tell", lambda work: Outcome(entries=(symptom_of(work.conversation),)))
    scripted("wait", wait)
    slow, fast = chain(scripted_link("wait"), lane="bulk"), chain(scripted_link("tell"), lane="urgent")
    async with opened(chains={"slow": slow, "fast": fast}) as carelog:
        [receipt] = await carelog.intake.accept(ME, [submission()])
        working = asyncio.create_task(carelog.worker.step())

        async def told() -> bool:
            assert receipt.subject_id
            return bool((await carelog.record.page(ME, receipt.subject_id, EntryQuery())).items)

        await until(told)
        assert not working.done()
        answers.set()
        await working


async def test_a_route_runs_the_other_chain_once_and_a_circle_ends(opened: Opened, scripted: Script) -> None:
    there, back = Unsteady(0, LinkError("")), Unsteady(0, LinkError(""))
    there.then = lambda _: Outcome(routes=("two", "two", "unknown"))
    back.then = lambda _: Outcome(routes=("one",))
    scripted("there", there)
    scripted("back", back)
    chains = {"one": chain(scripted_link("there")), "two": {"links": [scripted_link("back")]}}
    async with opened(chains=chains) as carelog:
        [conversation] = await take_in(carelog)
        await carelog.worker.drain()
        assert sorted(run.chain for run in await runs_of(carelog, conversation)) == ["one", "two"]
    assert (there.calls, back.calls) == (1, 1)


async def test_a_link_may_end_the_run(opened: Opened, scripted: Script) -> None:
    after = Unsteady(0, LinkError(""))
    scripted("stop", lambda _: Outcome(stop=True))
    scripted("after", after)
    async with opened(chains={"record": chain(scripted_link("stop"), scripted_link("after"))}) as carelog:
        [conversation] = await take_in(carelog)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert (run.state, run.stopped, run.position) == (RunState.FINISHED, True, 1)
    assert after.calls == 0


async def test_a_run_ends_with_the_chain_that_it_began_with(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    unsteady = Unsteady(1, LinkError("down"), finds)
    scripted("old", unsteady)
    scripted("new", does_nothing)
    async with opened(chains={"record": chain(scripted_link("old"))}) as before:
        [conversation] = await take_in(before)
        await before.worker.drain()
    clock.advance(seconds=10)
    async with opened(chains={"record": chain(scripted_link("new"), scripted_link("new"))}) as after:
        await after.worker.drain()
        assert (await runs_of(after, conversation))[0].state is RunState.FINISHED
        assert len(await entries_of(after, conversation)) == 1


async def test_a_chain_whose_link_is_gone_is_a_failure_that_says_so(opened: Opened, scripted: Script) -> None:
    from sqlalchemy import update

    from carelog.pipeline.tables import chain_version

    scripted("find", finds)
    definition = chain(scripted_link("find"))
    async with opened(chains={"record": definition}) as carelog:
        [conversation] = await take_in(carelog)
        async with carelog.health.write() as connection:
            gone = {**definition, "links": [{"name": "gone"}], "lane": 1}
            await connection.execute(update(chain_version).values(definition=gone))
    async with opened(chains={"record": chain(scripted_link("other"))}) as carelog:
        await carelog.worker.drain()
        [run] = await runs_of(carelog, conversation)
        assert run.error is not None
        assert "no link named 'gone'" in run.error["message"]


async def test_a_batch_goes_through_a_link_together(opened: Opened, scripted: Script) -> None:
    scripted("find", finds)
    CountingLink.sizes.clear()
    async with opened(chains={"record": chain({"scripted_batch": {"does": "find"}})}, worker_batch=7) as carelog:
        await take_in(carelog, *(f"I have a cough, number {n}." for n in range(10)))
        await carelog.worker.drain()
    assert CountingLink.sizes == [7, 3]


async def test_the_messages_of_one_thread_are_worked_on_in_their_order(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    seen: list[str] = []
    fails = [True]

    def note(work: Work) -> Outcome:
        text = work.conversation.turns[0].text
        if text == "one" and fails:
            fails.pop()
            raise LinkError("not now")
        seen.append(text)
        return Outcome()

    scripted("note", note)
    chains = {"record": {"channels": ["whatsapp"], "links": [scripted_link("note")]}}
    async with opened(chains=chains) as carelog:
        for text, tel in (("one", "+12025550120"), ("two", "+12025550120"), ("other", "+12025550121")):
            await carelog.intake.accept(ME, [submission(text, channel="whatsapp", tel=tel)])
        await carelog.worker.drain()
        assert seen == ["other"]
        clock.advance(seconds=10)
        await carelog.worker.drain()
    assert seen == ["other", "one", "two"]


async def test_a_conversation_that_takes_too_long_fails_alone(opened: Opened, scripted: Script) -> None:
    async def hangs_for_one(work: Work) -> Outcome:
        if "headache" in work.conversation.turns[0].text:
            await asyncio.Event().wait()
        return finds(work)

    scripted("slow", hangs_for_one)
    async with opened(chains={"c": chain(scripted_link("slow"), timeout=0.05, max_tries=1)}) as carelog:
        hung, *others = await take_in(carelog, "I have a headache.", "I slept well.", "I slept badly.")
        await carelog.worker.step()
        [dead] = await runs_of(carelog, hung)
        assert (dead.state, dead.error and dead.error["code"]) == (RunState.DEAD, "link.timed_out")
        for other in others:
            [run] = await runs_of(carelog, other)
            assert run.state is RunState.FINISHED
            assert len(await entries_of(carelog, other)) == 1


async def test_a_run_that_waits_goes_on_when_its_time_has_come(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    scripted("wait", lambda work: Outcome(entries=finds(work).entries, wait=timedelta(hours=2)))
    after = Unsteady(0, LinkError("never"))
    scripted("after", after)
    async with opened(chains={"c": chain(scripted_link("wait"), scripted_link("after"))}) as carelog:
        [id_] = await take_in(carelog)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, id_)
        assert (run.state, run.position, run.lease) == (RunState.QUEUED, 1, None)
        assert len(await entries_of(carelog, id_)) == 1, "what was found before the wait is kept"
        clock.advance(seconds=7140)
        await carelog.worker.drain()
        assert after.calls == 0
        clock.advance(seconds=60)
        await carelog.worker.drain()
        assert after.calls == 1
        [run] = await runs_of(carelog, id_)
        assert run.state is RunState.FINISHED
        assert len(await entries_of(carelog, id_)) == 1


async def test_a_wait_after_the_last_link_holds_nothing_up(opened: Opened, scripted: Script) -> None:
    scripted("wait", lambda _: Outcome(wait=timedelta(hours=2)))
    async with opened(chains={"c": chain(scripted_link("wait"))}) as carelog:
        [id_] = await take_in(carelog)
        await carelog.worker.drain()
        [run] = await runs_of(carelog, id_)
        assert run.state is RunState.FINISHED


async def test_a_link_that_waits_for_what_was_cancelled_fails_alone(opened: Opened, scripted: Script) -> None:
    async def give_up(work: Work) -> Outcome:
        if work.conversation.turns[0].text == "odd":
            raise asyncio.CancelledError
        return Outcome()

    scripted("give_up", give_up)
    async with opened(chains={"record": chain(scripted_link("give_up"))}) as carelog:
        receipts = await carelog.intake.accept(ME, [submission("odd"), submission("even")])
        await carelog.worker.step()
        odd, even = [await carelog.runs.get(ME, receipt.runs[0]) for receipt in receipts]
        assert (odd.state, odd.tries, even.state) == (RunState.QUEUED, 1, RunState.FINISHED)


async def test_a_link_that_fails_a_whole_batch_fails_only_the_one_to_blame(opened: Opened, scripted: Script) -> None:
    def breaks(work: Work) -> Outcome:
        if "headache" in work.conversation.turns[0].text:
            raise LinkError("not this one")
        return finds(work)

    scripted("break", breaks)
    async with opened(chains={"c": chain({"scripted_faulty": {"does": "break"}}, max_tries=1)}) as carelog:
        bad, good = await take_in(carelog, "I have a headache.", "I slept well.")
        await carelog.worker.step()
        assert [run.state for run in await runs_of(carelog, bad)] == [RunState.DEAD]
        assert [run.state for run in await runs_of(carelog, good)] == [RunState.FINISHED]
