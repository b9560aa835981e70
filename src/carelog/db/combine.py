"""Combining: callers that come at the same time share one trip to the database; one that comes alone does not wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Combiner(Generic[T, R]):
    """Hands items to `work` in batches of at most `most`, one batch at a time.

    While a batch is under way, those who come gather into the next one. `work` returns one result for each item, in
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
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._work_together(batch)
        finally:
            self._working = None
            for _, done in self._waiting:  # only when the process is being taken down
                done.cancel()

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
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
