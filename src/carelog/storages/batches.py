"""How a batch of copies is brought to a storage."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from carelog.storages.storage import Copy, StorageDown, StorageError, StorageRefused

T = TypeVar("T")


def newest(copies: Iterable[Copy]) -> list[Copy]:
    """One copy of each conversation, that of the highest revision, in the order in which they were first named."""
    best: dict[UUID, Copy] = {}
    for copy in copies:
        if copy.conversation_id not in best or copy.revision > best[copy.conversation_id].revision:
            best[copy.conversation_id] = copy
    return list(best.values())


def in_pieces(copies: Sequence[Copy], most_characters: int) -> Iterator[list[Copy]]:
    """The copies in pieces of no more text than that, apart from one that is alone too long."""
    piece: list[Copy] = []
    size = 0
    for copy in copies:
        if piece and size + len(copy.document) > most_characters:
            yield piece
            piece, size = [], 0
        piece.append(copy)
        size += len(copy.document)
    if piece:
        yield piece


def in_order(copies: Sequence[Copy], failures: dict[UUID, StorageError]) -> list[StorageError | None]:
    """The results of a batch: what befell a conversation's newest copy is the result of all its copies."""
    return [failures.get(copy.conversation_id) for copy in copies]


async def one_by_one(
    copies: Sequence[Copy], save: Callable[[Copy], Awaitable[None]], *, at_once: int
) -> list[StorageError | None]:
    """Save copies in a storage that takes one at a time, some at once. `save` raises one of these:

    - StorageDown: raised for the whole batch.
    - StorageRefused: the result of that copy.
    - StorageError: it cannot be told whether the copy is to blame or the storage. When all others failed in the
      same way, the storage is down; when any was decided, it is the copy, and it counts as a try.
    """
    failures: dict[UUID, StorageError] = {}
    chosen = newest(copies)

    async def one(copy: Copy) -> None:
        try:
            await save(copy)
        except StorageDown:
            raise
        except StorageError as error:
            failures[copy.conversation_id] = error

    await each(chosen, one, at_once=at_once)
    undecided = [error for error in failures.values() if not isinstance(error, StorageRefused)]
    if undecided and len(undecided) == len(chosen):
        waits = [error.retry_after for error in undecided if error.retry_after is not None]
        raise StorageDown(undecided[0].message, retry_after=max(waits, default=None))
    return in_order(copies, failures)


async def each(items: Iterable[T], action: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Do it for every item, some at once. The first StorageError ends it."""
    gate = asyncio.Semaphore(at_once)

    async def one(item: T) -> None:
        async with gate:
            await action(item)

    try:
        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(one(item))
    except* StorageError as errors:
        raise _first(errors) from None


def _first(errors: "BaseExceptionGroup[StorageError]") -> StorageError:
    """One error for a group of them, which tell of the same trouble."""
    inner = errors.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
