"""The ledger of copies (table `copy`): what is still to go to a storage, and what went there.

When the last copy of a run is settled, which is stored or discarded, what the run is to announce on egress lists is
announced. Functions work in the caller's transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, delete, exists, insert, literal_column, select, update

from carelog.db import Connection, among
from carelog.kit import jsontext
from carelog.kit.errors import ConfigurationError
from carelog.kit.ids import new_id
from carelog.pipeline.chains import Chain, Chains
from carelog.pipeline.run import Run
from carelog.pipeline.storage_copy import CopyAction, CopyState, StorageCopy
from carelog.pipeline.tables import copy as table
from carelog.pipeline.tables import egress

# In the statement itself, since a planner uses a partial index only for a condition that it sees.
QUEUED = table.c.state == literal_column("'queued'")
_UNSETTLED = table.c.state.in_([literal_column("'queued'"), literal_column("'dead'")])
_WAITING = egress.c.announced_at.is_(None)

_FIELDS = tuple(field.name for field in fields(StorageCopy))
_MOVING = ("state", "revision", "tries", "due_at", "error", "updated_at")


def require_storages(chains: Chains, storages: Collection[str]) -> None:
    """Raises ConfigurationError for a chain whose conversations would go to a storage that is not there."""
    for chain in chains:
        for name in chain.definition.storages:
            if name not in storages:
                raise ConfigurationError(
                    f"chain {chain.name!r}: there is no storage named {name!r}",
                    details={"storages": sorted(storages)},
                )


async def enqueue(connection: Connection, finished: Sequence[tuple[Run, Chain]], now: datetime) -> bool:
    """Queue a copy for each storage of the chains that these runs have finished, and announce the conversations on
    their egress lists, or note that they are to be announced once all copies are settled. A run that a link stopped
    is neither stored nor announced. Returns whether there is anything for storages to do."""
    rows = []
    announced = []
    for run, chain in finished:
        if run.stopped:
            continue
        storages = dict.fromkeys(chain.definition.storages)
        rows += [_new(name, CopyAction.SAVE, run.conversation_id, run.subject_id, now, run) for name in storages]
        announced += [
            {
                "id": new_id(),
                "list": name,
                "conversation_id": run.conversation_id,
                "run_id": run.id,
                "announced_at": None if storages else now,
            }
            for name in dict.fromkeys(chain.definition.egress_lists)
        ]
    if rows:
        await connection.execute(insert(table), rows)
    if announced:
        await connection.execute(insert(egress), announced)
    return bool(rows)


def select_copies(*conditions: Any) -> Select[Any]:
    """The statement that reads copies which meet all conditions on the table."""
    return select(table).where(and_(True, *conditions))


async def enqueue_deletions(
    connection: Connection, subjects: Mapping[UUID, UUID], storages: Collection[str], now: datetime
) -> None:
    """Have conversations deleted from every storage: those that there are, and those that were known to have them.
    `subjects` says whose each conversation is; they are deleted in the same transaction."""
    known = select(table.c.conversation_id, table.c.storage).where(among(connection, table.c.conversation_id, subjects))
    places = {(id_, storage) for id_, storage in await connection.execute(known.distinct())}
    places |= {(id_, storage) for id_ in subjects for storage in storages}
    if places:
        rows = [_new(name, CopyAction.DELETE, id_, subjects[id_], now) for id_, name in sorted(places)]
        await connection.execute(insert(table), rows)


async def any_due(connection: Connection, storage: str, now: datetime) -> bool:
    """Whether `due` would find anything."""
    first = _due(storage, now).with_only_columns(table.c.id).order_by(table.c.id).limit(1)
    return (await connection.execute(first)).first() is not None


async def due(connection: Connection, storage: str, now: datetime, limit: int) -> list[StorageCopy]:
    """The oldest copies of a storage that are due. One that waits for its own retry holds up none of the others."""
    rows = await connection.execute(_due(storage, now).order_by(table.c.id).limit(limit))
    return [copy_of(row) for row in rows]


async def deletions(connection: Connection, storage: str, conversations: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The ids of the deletions of these conversations from a storage that are not done yet."""
    rows = await connection.execute(
        select(table.c.conversation_id, table.c.id).where(
            among(connection, table.c.conversation_id, conversations),
            table.c.storage == storage,
            table.c.action == CopyAction.DELETE,
            _UNSETTLED,
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for conversation_id, id_ in rows:
        found.setdefault(conversation_id, []).append(id_)
    return found


async def settle(connection: Connection, changed: Sequence[StorageCopy], now: datetime) -> None:
    """Store what became of copies, and announce the runs that have no more copies to wait for."""
    runs = {copy.run_id for copy in changed if copy.settled and copy.run_id}
    waiting = await _lock_waiting(connection, runs)
    for alike in _by_fate(changed):
        moved = {name: getattr(alike[0], name) for name in _MOVING}
        await connection.execute(
            update(table).where(among(connection, table.c.id, [copy.id for copy in alike])).values(moved)
        )
    await _forget_deleted(connection, changed)
    await _announce(connection, waiting, now)


async def announce(connection: Connection, runs: Collection[UUID], now: datetime) -> None:
    """Announce those of these runs that have no more copies to wait for."""
    await _announce(connection, await _lock_waiting(connection, runs), now)


async def holders(
    connection: Connection, revisions: Mapping[UUID, int], storages: Collection[str]
) -> dict[UUID, set[str]]:
    """Which of these storages have these revisions of conversations."""
    rows = await connection.execute(
        select(table.c.conversation_id, table.c.storage, table.c.revision).where(
            among(connection, table.c.conversation_id, revisions),
            table.c.state == CopyState.STORED,
            table.c.action == CopyAction.SAVE,
            table.c.storage.in_(list(storages)),
        )
    )
    found: dict[UUID, set[str]] = {}
    for id_, storage, revision in rows:
        if revision == revisions[id_]:
            found.setdefault(id_, set()).add(storage)
    return found


def _by_fate(changed: Sequence[StorageCopy]) -> Collection[list[StorageCopy]]:
    """The copies in groups that one statement can store: most of a batch. When one is due that is not queued matters to
    nobody."""
    fates: dict[Any, list[StorageCopy]] = {}
    for copy in changed:
        alike = (copy.state, copy.revision, copy.tries, None if copy.error is None else jsontext.canonical(copy.error))
        due_at = copy.due_at if copy.state is CopyState.QUEUED else None
        fates.setdefault((*alike, due_at, copy.updated_at), []).append(copy)
    return fates.values()


async def _forget_deleted(connection: Connection, changed: Sequence[StorageCopy]) -> None:
    """What was stored before a deletion is not there any more."""
    done = [c for c in changed if c.action is CopyAction.DELETE and c.state is CopyState.STORED]
    if done:
        before = delete(table).where(
            table.c.conversation_id == bindparam("_conversation_id"),
            table.c.storage == bindparam("_storage"),
            table.c.id < bindparam("_id"),
            table.c.state == CopyState.STORED,
        )
        await connection.execute(
            before, [{"_conversation_id": c.conversation_id, "_storage": c.storage, "_id": c.id} for c in done]
        )


async def _lock_waiting(connection: Connection, runs: Collection[UUID]) -> set[UUID]:
    """Those of these runs that have something to announce. Of two processes that each settle one of a run's copies
    the second waits here until the first has committed, and so sees that nothing is left to wait for."""
    if not runs:
        return set()
    rows = await connection.execute(
        select(egress.c.run_id)
        .where(_WAITING, among(connection, egress.c.run_id, runs))
        .order_by(egress.c.id)
        .with_for_update()
    )
    return {run_id for run_id in rows.scalars() if run_id is not None}


async def _announce(connection: Connection, runs: Collection[UUID], now: datetime) -> None:
    if runs:
        left = exists().where(table.c.run_id == egress.c.run_id, _UNSETTLED)
        await connection.execute(
            update(egress).where(_WAITING, among(connection, egress.c.run_id, runs), ~left).values(announced_at=now)
        )


def _due(storage: str, now: datetime) -> Select[Any]:
    return select(table).where(QUEUED, table.c.storage == storage, table.c.due_at <= now)


def _new(
    storage: str, action: CopyAction, conversation_id: UUID, subject_id: UUID, now: datetime, run: Run | None = None
) -> dict[str, Any]:
    return _row(
        StorageCopy(
            id=new_id(),
            storage=storage,
            action=action,
            conversation_id=conversation_id,
            subject_id=subject_id,
            run_id=run.id if run else None,
            chain=run.chain if run else None,
            created_at=now,
            updated_at=now,
            due_at=now,
        )
    )


def _row(copy: StorageCopy) -> dict[str, Any]:
    return {name: getattr(copy, name) for name in _FIELDS}


def copy_of(row: Any) -> StorageCopy:
    """A row of the table as a StorageCopy."""
    values = dict(row._mapping)
    values["action"] = CopyAction(values["action"])
    values["state"] = CopyState(values["state"])
    return StorageCopy(**values)
