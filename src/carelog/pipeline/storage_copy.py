"""A copy: one conversation's way to one storage, or out of it, and every step that its state may take.

    queued ──save/delete──► stored
      ▲  │ └─ the conversation is gone ─► discarded
      │  └─ tries used up ─► dead ──discard──► discarded
      └─────drive again───────┘

The functions here are pure: the ledger of copies stores what they return.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from carelog.kit.backoff import at_least, backoff
from carelog.kit.errors import CarelogError, Conflict
from carelog.storages import StorageError, StorageRefused


class CopyAction(StrEnum):
    SAVE = "save"
    DELETE = "delete"


class CopyState(StrEnum):
    QUEUED = "queued"
    STORED = "stored"
    DEAD = "dead"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class StorageCopy:
    """One conversation's way to one storage, or out of it. `revision` is that of the document that was stored; a
    deletion has neither run nor chain."""

    id: UUID
    storage: str
    action: CopyAction
    conversation_id: UUID
    subject_id: UUID
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    run_id: UUID | None = None
    chain: str | None = None
    revision: int | None = None
    state: CopyState = CopyState.QUEUED
    tries: int = 0
    error: Mapping[str, Any] | None = None

    @property
    def settled(self) -> bool:
        """Whether nothing more is going to be done about it."""
        return self.state in (CopyState.STORED, CopyState.DISCARDED)


def stored(copy: StorageCopy, now: datetime, revision: int | None = None) -> StorageCopy:
    """The storage has it, in this revision; or has it no longer, where it was to be deleted."""
    return replace(copy, state=CopyState.STORED, revision=revision, error=None, updated_at=now)


def failed(copy: StorageCopy, now: datetime, error: StorageError, *, max_tries: int) -> StorageCopy:
    """Queue it again after a growing delay; when its tries are used up, or trying again would not help, it is dead."""
    tried = replace(copy, tries=copy.tries + 1, error=error.report, updated_at=now)
    if isinstance(error, StorageRefused) or tried.tries >= max_tries:
        return replace(tried, state=CopyState.DEAD)
    return replace(tried, due_at=now + at_least(backoff(tried.tries), error.retry_after))


def postpone(copy: StorageCopy, now: datetime, until: datetime, *, because: CarelogError | None = None) -> StorageCopy:
    """Something else has to be so first, which is no fault of this copy: it does not count as a try."""
    return replace(copy, due_at=until, error=because.report if because else copy.error, updated_at=now)


def drop(copy: StorageCopy, now: datetime) -> StorageCopy:
    """There is nothing to store any more: the conversation was deleted."""
    return replace(copy, state=CopyState.DISCARDED, updated_at=now)


def discard(copy: StorageCopy, now: datetime) -> StorageCopy:
    """Give a dead one up; it stays to be seen, and is never tried again."""
    _expect_dead(copy)
    return replace(copy, state=CopyState.DISCARDED, updated_at=now)


def drive_again(copy: StorageCopy, now: datetime) -> StorageCopy:
    """Queue a dead one."""
    _expect_dead(copy)
    return replace(copy, state=CopyState.QUEUED, tries=0, due_at=now, updated_at=now)


def _expect_dead(copy: StorageCopy) -> None:
    if copy.state is not CopyState.DEAD:
        raise Conflict(f"the copy is {copy.state.value}, not dead", details={"state": copy.state.value})
