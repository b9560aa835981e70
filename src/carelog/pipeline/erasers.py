"""What is erased of a subject, table by table, in the database of health data.

An eraser deletes some of what there is, in the caller's transaction, and returns how much that was: it is called again
until that is nothing. Rows that a table lists by `subject_id` are found without one; a room that keeps what is a
subject's in another way, or outside of the database, brings its own, and the composition root adds it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Column, and_, delete, or_, select

from carelog.conversations import store
from carelog.conversations.forgetting import forget_deleted_words
from carelog.conversations.tables import conversation
from carelog.db import Connection
from carelog.pipeline import copies
from carelog.pipeline.storage_copy import CopyAction, CopyState
from carelog.pipeline.tables import copy
from carelog.record.joining import tables_of_subjects
from carelog.record.tables import entry, subject, subject_identifier, subject_merge

Eraser = Callable[[Connection, UUID, datetime], Awaitable[int]]

_AT_ONCE: Final = 500


def by_subject(owner: "Column[UUID]") -> Eraser:
    """The eraser of a table whose column says whose a row is."""

    async def erase(connection: Connection, subject_id: UUID, _now: datetime) -> int:
        return (await connection.execute(delete(owner.table).where(owner == subject_id))).rowcount

    return erase


def erasers_of(storages: Collection[str]) -> Mapping[str, Eraser]:
    """Those of all tables, in the order in which they are to go: first the identifiers, by which new conversations
    would still find the subject, and last the subject. A table that has no eraser of its own, and says by `subject_id`
    whose a row is, is emptied of these rows."""
    first: dict[str, Eraser] = {
        "subject_identifier": by_subject(subject_identifier.c.subject_id),
        "conversation": _conversations(storages),
        "conversation_words": _words,
        "entry": _entries,
        "copy": _copies,
        "subject_merge": _merges,
    }
    others = {t.name: by_subject(t.c.subject_id) for t in tables_of_subjects() if t.name not in first}
    return {**first, **others, "subject": by_subject(subject.c.id)}


def _conversations(storages: Collection[str]) -> Eraser:
    async def erase(connection: Connection, subject_id: UUID, now: datetime) -> int:
        """With their search index, runs and dead letters; storages are told to delete their copies."""
        chosen = select(conversation.c.id).where(conversation.c.subject_id == subject_id).limit(_AT_ONCE)
        ids = list((await connection.execute(chosen)).scalars())
        if ids:
            await store.lock(connection, ids)
            await store.remove(connection, ids)
            await copies.enqueue_deletions(connection, dict.fromkeys(ids, subject_id), storages, now)
        return len(ids)

    return erase


async def _words(connection: Connection, _subject_id: UUID, _now: datetime) -> int:
    return await forget_deleted_words(connection)


async def _merges(connection: Connection, subject_id: UUID, _now: datetime) -> int:
    """That other records became a part of this one, or this one of another."""
    either = or_(subject_merge.c.source_id == subject_id, subject_merge.c.target_id == subject_id)
    return (await connection.execute(delete(subject_merge).where(either))).rowcount


async def _entries(connection: Connection, subject_id: UUID, _now: datetime) -> int:
    """With their revisions and all else that refers to them."""
    chosen = select(entry.c.id).where(entry.c.subject_id == subject_id).limit(_AT_ONCE)
    return (await connection.execute(delete(entry).where(entry.c.id.in_(chosen)))).rowcount


async def _copies(connection: Connection, subject_id: UUID, _now: datetime) -> int:
    """Those of which nothing more is to come. What is still to be deleted from a storage stays until it is, and what is
    still on its way to one is discarded there, since its conversation is gone."""
    settled = copy.c.state.in_((CopyState.STORED, CopyState.DISCARDED))
    in_vain = and_(copy.c.action == CopyAction.SAVE, copy.c.state == CopyState.DEAD)
    return (
        await connection.execute(delete(copy).where(copy.c.subject_id == subject_id, or_(settled, in_vain)))
    ).rowcount


async def anything_on_its_way(connection: Connection, subject_id: UUID) -> bool:
    """Whether a storage is still to be told to forget something of this subject."""
    waiting = select(copy.c.id).where(copy.c.subject_id == subject_id).limit(1)
    return (await connection.execute(waiting)).first() is not None
