"""Requests that name themselves, and back-pressure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from made_up import chain, scripted_link, submission

from carelog.app import Carelog
from carelog.identity import Principal, operator
from carelog.kit.clock import ManualClock
from carelog.pipeline.intake import Receipt, Verdict
from carelog.pipeline.pressure import TooMuchWaiting
from carelog.pipeline.run import Lane
from carelog.pipeline.seen import KeyReused
from carelog.pipeline.submission import RequestKey, Submission

ME = operator()
Opened = Callable[..., Any]


def keyed(name: str, digest: str = "d1") -> Submission:
    """A conversation of its own uuid each time, as a transcript that is handed in again becomes."""
    return replace(submission(), key=RequestKey(name, digest))


async def accept(carelog: Carelog, *given: Submission, who: Principal = ME) -> list[Receipt]:
    return await carelog.intake.accept(who, given)


async def test_the_same_request_again_gets_the_same_receipt(carelog: Carelog) -> None:
    [first] = await accept(carelog, keyed("r-1"))
    [second] = await accept(carelog, keyed("r-1"))
    assert second == replace(first, replayed=True)
    together = await accept(carelog, keyed("r-2"), keyed("r-2"))
    assert together[1] == replace(together[0], replayed=True)
    assert len((await carelog.conversations.page(ME)).items) == 2


async def test_another_request_under_the_same_key_is_refused(carelog: Carelog) -> None:
    await accept(carelog, keyed("r-1"))
    [refused] = await accept(carelog, keyed("r-1", digest="d2"))
    assert isinstance(refused.error, KeyReused)
    assert len((await carelog.conversations.page(ME)).items) == 1


async def test_keys_of_two_principals_have_nothing_to_do_with_each_other(carelog: Carelog) -> None:
    other = Principal(id="key:other", scopes=ME.scopes)
    [mine] = await accept(carelog, keyed("r-1"))
    [theirs] = await accept(carelog, keyed("r-1", digest="d2"), who=other)
    assert theirs.verdict is Verdict.ACCEPTED
    assert theirs.conversation_id != mine.conversation_id


async def test_a_refused_request_may_be_put_right_under_its_key(carelog: Carelog) -> None:
    wrong = replace(keyed("r-1"), ingress_lists=("unheard of",))
    [refused] = await accept(carelog, wrong)
    assert refused.verdict is Verdict.REFUSED
    [taken] = await accept(carelog, keyed("r-1", digest="d2"))
    assert taken.verdict is Verdict.ACCEPTED


async def test_while_too_much_waits_who_has_time_is_asked_to_come_again(opened: Opened, clock: ManualClock) -> None:
    lanes = {
        name: chain(scripted_link("never"), lane=name, channels=[]) | {"ingress_lists": [name]}
        for name in ("urgent", "routine", "bulk")
    }

    def to(lane: str) -> Submission:
        return replace(submission(), ingress_lists=(lane,))

    async with opened(chains=lanes, bulk_limit=3, routine_limit=5) as carelog:
        await accept(carelog, *[to("bulk") for _ in range(3)])
        clock.advance(seconds=2)
        bulk, routine, urgent = await accept(carelog, to("bulk"), to("routine"), to("urgent"))
        assert isinstance(bulk.error, TooMuchWaiting)
        assert bulk.error.retry_after > timedelta(0)
        assert (routine.verdict, urgent.verdict) == (Verdict.ACCEPTED, Verdict.ACCEPTED)
        clock.advance(seconds=2)
        routine, urgent, lifted = await accept(
            carelog, to("routine"), to("urgent"), replace(to("bulk"), lane=Lane.URGENT)
        )
        assert isinstance(routine.error, TooMuchWaiting)
        assert (urgent.verdict, lifted.verdict) == (Verdict.ACCEPTED, Verdict.ACCEPTED)
        assert len((await carelog.conversations.page(ME)).items) == 7
