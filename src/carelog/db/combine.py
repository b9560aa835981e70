"""Combining: callers that come at the same time share one trip to the database. One that comes alone does not wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# About how often the event loop turns between the arrival of a request and its call here.
_TURNS: Final = 3
_PATIENCE_SECONDS: Final = 0.005


class Combiner(Generic[T, R]):
    """Hands items to `work` in batches of at most `most`, one batch at a time.

    Items that come while a batch is under way are in the next one. A batch also waits some milliseconds at most for
    callers who are about to come. `work` returns one result for each item, in order; if it writes, it returns once that
    is committed. When it fails for a batch, each item is tried alone, so that one caller's item does not fail the
    others'. With a `turn`, such as `Database.turn`, a batch is what has come by then.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        most: int = 64,
        turn: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._work = work
        self._most = most
        self._turn = turn
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._working: asyncio.Task[None] | None = None

    async def submit(self, item: T) -> R:
        """The result for this item. Raises what `work` raises for it.

        An item is not taken back when its caller is cancelled: it may be part of a batch already.
        """
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._working is None:
            self._working = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._gathered()
                async with self._turn():
                    batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                    await self._work_together(batch)
        finally:
            self._working = None
            for _, done in self._waiting:  # only while the process is being shut down
                done.cancel()

    async def _gathered(self) -> None:
        """Wait until some turns of the event loop bring no more items. That takes microseconds when the loop is idle;
        when it is busy with other callers, a batch for each of them would make all of them wait longer."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_SECONDS
        here, quiet = len(self._waiting), 0
        while quiet < _TURNS and here < self._most and loop.time() < until:
            await asyncio.sleep(0)
            here, before = len(self._waiting), here
            quiet = quiet + 1 if here == before else 0

    async def _work_together(self, batch: Sequence[tuple[T, "asyncio.Future[R]"]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  it is raised again, at the caller whose item it was
            if len(batch) > 1:
                for one in batch:
                    await self._work_together([one])
            elif not batch[0][1].done():
                batch[0][1].set_exception(error)
            return
        except BaseException:  # the process is being shut down
            for _, done in batch:
                done.cancel()
            raise
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
