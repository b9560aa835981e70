"""Combining: shared trips, no waiting alone, no failing for others."""

import asyncio
from collections.abc import Sequence

import pytest

from carelog.db import Combiner


class Work:
    """Doubles numbers; a batch waits for its gate, and thirteen is refused."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await self.gate.wait()
        if 13 in items:
            raise ValueError
        return [item * 2 for item in items]


async def test_who_comes_alone_goes_at_once() -> None:
    work = Work()
    combiner = Combiner(work)
    assert [await combiner.submit(n) for n in (1, 2)] == [2, 4]
    assert work.batches == [[1], [2]]


async def test_those_who_come_meanwhile_share_the_next_trip() -> None:
    work = Work()
    work.gate.clear()
    combiner = Combiner(work, most=3)
    waiting = [asyncio.create_task(combiner.submit(0))]
    await asyncio.sleep(0)
    waiting += [asyncio.create_task(combiner.submit(n)) for n in range(1, 6)]
    await asyncio.sleep(0)
    work.gate.set()
    assert await asyncio.gather(*waiting) == [0, 2, 4, 6, 8, 10]
    assert len(work.batches) < 6
    assert max(len(batch) for batch in work.batches) == 3


async def test_one_that_is_refused_does_not_fail_the_others() -> None:
    combiner = Combiner(Work())
    results = await asyncio.gather(*(combiner.submit(n) for n in (1, 13, 2)), return_exceptions=True)
    assert [type(r) if isinstance(r, Exception) else r for r in results] == [2, ValueError, 4]


async def test_a_caller_that_goes_away_does_not_hold_up_the_others() -> None:
    work = Work()
    work.gate.clear()
    combiner = Combiner(work)
    first, second, third = (asyncio.create_task(combiner.submit(n)) for n in (1, 2, 3))
    await asyncio.sleep(0)
    second.cancel()
    work.gate.set()
    assert await first == 2
    assert await third == 6
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_those_who_are_on_their_way_are_waited_for() -> None:
    work = Work()
    combiner = Combiner(work)

    async def comes_after(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await combiner.submit(turns)

    assert await asyncio.gather(*map(comes_after, range(6))) == [0, 2, 4, 6, 8, 10]
    assert work.batches == [[0, 1, 2, 3, 4, 5]]
