"""Combining: callers that come at the same time share one trip to the database; one that comes alone does not wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# Between the arrival of a request's bytes and its call here, the event loop turns about so often.
_TURNS: Final = 3
_PATIENCE_SECONDS: Final = 0.005


class Combiner(Generic[T, R]):
    """Hands items to `work` in batches of at most `most`, one batch at a time.

    While a batch is under way, those who come gather into the next one; and so do, for some milliseconds at the most,
    those who are on their way here when it could begin. `work` returns one result for each item, in
    order, and where it writes, once that is committed. When it fails for a batch, each item is tried alone, so that
    one caller's item cannot fail the others'.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, most: int = 64) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._working: asyncio.Task[None] | None = None

    async def submit(self, item: T) -> R:
        """The result for this item. Raises what `work` raises for it.

        A caller that is cancelled does not take its item back: it may already be a part of a batch.
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
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._work_together(batch)
        finally:
            self._working = None
            for _, done in self._waiting:  # only when the process is being taken down
                done.cancel()

    async def _gathered(self) -> None:
        """Until some turns of the event loop have brought nobody more. They take microseconds when it has nothing else
        to do; when it is busy with those who are on their way, a batch for each of them would make all of them wait."""
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
        except BaseException:  # the process is being taken down
            for _, done in batch:
                done.cancel()
            raise
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
