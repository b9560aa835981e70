"""A batch of copies for one storage: what is to be done with each, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from carelog.conversations import store as conversations
from carelog.conversations.store import Stored
from carelog.conversations.tables import conversation as conversation_table
from carelog.db import Connection, among
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError
from carelog.pipeline import copies, storage_calls, storage_copy
from carelog.pipeline.reading import ConversationReader, ConversationUnavailable
from carelog.pipeline.storage_copy import CopyAction, StorageCopy
from carelog.storages import Copy, Storage, StorageError

_MOST_CHARACTERS: Final = 32_000_000
_PAUSE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class CopyBatch:
    """Copies with the conversations that there still are; `deletions` are the ids of those that are not done yet, of
    these conversations from this storage."""

    copies: Sequence[StorageCopy]
    stored: Mapping[UUID, Stored]
    deletions: Mapping[UUID, Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with the saves of a batch, once its deletions are done. Some are dropped, and some wait for
    something else, which is an error where it may be one for long."""

    saves: Sequence[StorageCopy]
    drops: Sequence[StorageCopy]
    waits: Sequence[tuple[StorageCopy, CarelogError | None]]


async def load(connection: Connection, storage: str, now: datetime, limit: int) -> CopyBatch:
    """The oldest copies that are due, up to a limit, and no more than fit well into memory."""
    due = await copies.due(connection, storage, now, limit)
    fitting = _fitting(due, await _lengths(connection, _saved(due)))
    return CopyBatch(
        copies=fitting,
        stored=await conversations.load(connection, _saved(fitting)),
        deletions=await copies.deletions(connection, storage, _saved(fitting)),
    )


async def bring(
    batch: CopyBatch, storage: Storage[Any], reader: ConversationReader, clock: Clock, *, max_tries: int
) -> list[StorageCopy]:
    """Do it, and return what became of each copy. Raises StorageDown."""
    batch = replace(batch, stored=await reader.fill(batch.stored))
    deletions = [copy for copy in batch.copies if copy.action is CopyAction.DELETE]
    deleted = await storage_calls.delete(storage, sorted({copy.conversation_id for copy in deletions}))
    planned = plan(batch, done={copy.id for copy in deletions if deleted[copy.conversation_id] is None})
    newest = {c.conversation_id: _as_copy(batch.stored[c.conversation_id], c.chain or "") for c in planned.saves}
    saved = await storage_calls.save(storage, list(newest.values()))
    now = clock.now()

    def after(copy: StorageCopy, error: StorageError | None, revision: int | None = None) -> StorageCopy:
        if error is None:
            return storage_copy.stored(copy, now, revision)
        return storage_copy.failed(copy, now, error, max_tries=max_tries)

    return [
        *(after(c, deleted[c.conversation_id]) for c in deletions),
        *(after(c, saved[c.conversation_id], newest[c.conversation_id].revision) for c in planned.saves),
        *(storage_copy.drop(c, now) for c in planned.drops),
        *(storage_copy.postpone(c, now, now + _PAUSE, because=error) for c, error in planned.waits),
    ]


def plan(batch: CopyBatch, done: Collection[UUID]) -> Plan:
    """What is to be done with the saves, when these deletions are `done`.

    A save from before a deletion is not done any more. One from after it, of a conversation that came again, waits
    until that is done: a storage keeps the higher revision, which is the deleted one's.
    """
    last = {c.conversation_id: c.id for c in batch.copies if c.action is CopyAction.DELETE}
    saves: list[StorageCopy] = []
    drops: list[StorageCopy] = []
    waits: list[tuple[StorageCopy, CarelogError | None]] = []
    for copy in batch.copies:
        if copy.action is CopyAction.DELETE:
            continue
        id_ = copy.conversation_id
        stored = batch.stored.get(id_)
        if stored is None or copy.id < last.get(id_, copy.id):
            drops.append(copy)
        elif any(deletion < copy.id and deletion not in done for deletion in batch.deletions.get(id_, ())):
            waits.append((copy, None))
        elif not stored.document:
            waits.append((copy, ConversationUnavailable(id_)))
        else:
            saves.append(copy)
    return Plan(saves, drops, waits)


async def _lengths(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    """In characters."""
    statement = select(conversation_table.c.id, func.length(conversation_table.c.document).label("length"))
    rows = await connection.execute(statement.where(among(connection, conversation_table.c.id, ids)))
    return {row.id: row.length for row in rows}


def _saved(batch: Sequence[StorageCopy]) -> set[UUID]:
    return {copy.conversation_id for copy in batch if copy.action is CopyAction.SAVE}


def _fitting(batch: Sequence[StorageCopy], lengths: Mapping[UUID, int]) -> list[StorageCopy]:
    """As many of the first copies as fit into memory together, and one at least."""
    fitting: list[StorageCopy] = []
    left = _MOST_CHARACTERS
    for copy in batch:
        left -= lengths.get(copy.conversation_id, 0)
        if left < 0 and fitting:
            break
        fitting.append(copy)
    return fitting


def _as_copy(stored: Stored, chain: str) -> Copy:
    return Copy(
        conversation_id=stored.id,
        document=stored.document,
        revision=stored.revision,
        channel=stored.channel,
        subject_id=stored.subject_id,
        title=stored.title,
        started_at=stored.started_at,
        recorded_at=stored.recorded_at,
        chain=chain,
    )
