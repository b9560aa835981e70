"""A storage for tests, in a package of its own, found as any other package's storages are: by entry points."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from carelog.storages import Copy, Storage, StorageError, StorageOptions


@dataclass
class Shelf:
    """What a storage keeps, and how it behaves. `saves` are the batches that it was given, in order; while `free` is
    not set, those who want to save wait; while it `keeps` what it has, nothing can be deleted."""

    kept: dict[UUID, Copy] = field(default_factory=dict)
    saves: list[list[UUID]] = field(default_factory=list)
    down: bool = False
    keeps: bool = False
    fails: Callable[[Copy], Exception | None] = lambda _: None
    free: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    serving: int = 0
    most_serving: int = 0

    def __post_init__(self) -> None:
        self.free.set()

    @property
    def arrived(self) -> list[UUID]:
        """The conversations, in the order in which they came."""
        return [id_ for batch in self.saves for id_ in batch]


# By the name that a test gives.
shelves: defaultdict[str, Shelf] = defaultdict(Shelf)


class ShelfOptions(StorageOptions):
    shelf: str


class ShelfStorage(Storage[ShelfOptions]):
    """Keeps copies on a shelf of the test's."""

    options_model = ShelfOptions

    @property
    def shelf(self) -> Shelf:
        return shelves[self.options.shelf]

    def _look(self) -> Shelf:
        if self.shelf.down:
            raise self.down("is not there")
        return self.shelf

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        shelf = self._look()
        shelf.serving += 1
        shelf.most_serving = max(shelf.serving, shelf.most_serving)
        try:
            shelf.waiting.set()
            await shelf.free.wait()
            results: list[StorageError | None] = []
            for copy in copies:
                failure = shelf.fails(copy)
                if failure is not None and not isinstance(failure, StorageError):
                    raise failure
                results.append(failure)
        finally:
            shelf.serving -= 1
        saved = [copy for copy, failure in zip(copies, results, strict=True) if failure is None]
        for copy in saved:
            there = shelf.kept.get(copy.conversation_id)
            if there is None or there.revision <= copy.revision:
                shelf.kept[copy.conversation_id] = copy
        shelf.saves.append([copy.conversation_id for copy in saved])
        return results

    async def get(self, conversation_id: UUID) -> str | None:
        copy = self._look().kept.get(conversation_id)
        return copy.document if copy else None

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        if self._look().keeps:
            raise self.failed("does not delete")
        for id_ in conversation_ids:
            self._look().kept.pop(id_, None)


class WriteOnlyStorage(ShelfStorage):
    """The same, but nothing can be read from it."""

    readable: ClassVar[bool] = False
