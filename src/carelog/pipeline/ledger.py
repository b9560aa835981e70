"""The ledger (table `run`): the truth about what is still to be done. Functions work in the caller's transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from carelog.db import Connection, among, among_given, given_ids, insert_all
from carelog.kit import jsontext
from carelog.pipeline import run as run_states
from carelog.pipeline.error_text import error_text
from carelog.pipeline.outcome import LinkParked
from carelog.pipeline.places import Place
from carelog.pipeline.run import Lane, Run, RunState, expire
from carelog.pipeline.tables import run as table

_FIELDS = tuple(field.name for field in fields(Run))
_values = attrgetter(*_FIELDS)
# By place, not by name: a batch's rows have some thousand values.
_in_their_order = itemgetter(*(table.c.keys().index("pass" if name == "pass_" else name) for name in _FIELDS))
_STATE: Final = _FIELDS.index("state")
_LANE: Final = _FIELDS.index("lane")
_SWEEP = 200

# Written out, not bound: with a parameter the planners cannot tell that the partial indexes serve.
QUEUED = table.c.state == literal_column("'queued'")
RUNNING = table.c.state == literal_column("'running'")
WAITING = table.c.state == literal_column("'waiting'")

# What changes in a run's life. Only one that is queued again is due at another time than before.
_MOVING_ON = ("state", "position", "tries", "lease", "lease_until", "stopped", "lane", "error", "updated_at")
_MOVING = (*_MOVING_ON, "due_at")


async def enqueue(connection: Connection, runs: Sequence[Run]) -> None:
    """Write new runs."""
    await insert_all(connection, table, [_row(run) for run in runs])


async def claim(
    connection: Connection,
    *,
    lease: UUID,
    now: datetime,
    lasting: timedelta,
    limit: int,
    but_at: frozenset[Place] = frozenset(),
) -> list[Run]:
    """Take up to `limit` runs that are due, urgent ones first, all under one lease; `but_at` these places.

    Runs with the same ordering key are taken strictly one after another, in the order in which they were made; behind
    one that is put off, others come as far as it has come.
    Workers that claim at the same time never get the same run, nor wait for one another.
    """
    statement = _claim(connection.dialect.name, but_at)
    return await _claimed(connection, statement, {"_most": limit}, lease, now, lasting)


async def claim_these(
    connection: Connection,
    ids: Collection[UUID],
    *,
    lease: UUID,
    now: datetime,
    lasting: timedelta,
    but_at: frozenset[Place] = frozenset(),
) -> list[Run]:
    """Of these runs, take those that `claim` might have taken."""
    if not ids:
        return []
    dialect = connection.dialect.name
    which = {"_most": len(ids), **given_ids(dialect, "_ids", ids)}
    return await _claimed(connection, _claim(dialect, but_at, given=True), which, lease, now, lasting)


async def _claimed(
    connection: Connection, claim: Any, which: Mapping[str, Any], lease: UUID, now: datetime, lasting: timedelta
) -> list[Run]:
    taken = await connection.execute(claim, {**which, "_lease": lease, "_now": now, "_until": now + lasting})
    return sorted(map(run_of, taken), key=lambda run: (run.lane, run.due_at, run.id.int))


@lru_cache(maxsize=64)
def _claim(dialect: str, but_at: frozenset[Place], *, given: bool = False) -> Any:
    """Built once, as all that a batch needs: to put a statement together takes as long as to carry it out. Of all runs,
    or of `given` ones."""
    now = bindparam("_now", type_=table.c.due_at.type)
    conditions = [~_at(place) for place in sorted(but_at)]
    if given:
        conditions.append(among_given(dialect, table.c.id, "_ids"))
    picked = (
        select(table.c.id)
        .where(QUEUED, table.c.due_at <= now, _first_of_its_order(dialect), *conditions)
        .order_by(table.c.lane, table.c.due_at, table.c.id)
        .limit(bindparam("_most", type_=Integer))
        .with_for_update(skip_locked=True, of=table)
        .cte("picked")
    )
    return (
        update(table)
        .where(table.c.id.in_(select(picked.c.id)))
        .values(
            state=RunState.RUNNING,
            lease=bindparam("_lease"),
            lease_until=bindparam("_until"),
            tries=table.c.tries + 1,
            updated_at=now,
        )
        .returning(table)
    )


def _first_of_its_order(dialect: str) -> ColumnElement[bool]:
    """Whether nobody before it is in its way. One that is put off, since what it needs is known not to be had, lets
    others come up to where it stands, but not past it; those of one conversation go behind one another as a whole."""
    earlier = table.alias("earlier")
    in_the_way = or_(
        func.coalesce(error_text(earlier, "code", dialect), "") != LinkParked.code,
        earlier.c.position <= table.c.position,
        earlier.c.chain_version != table.c.chain_version,
        earlier.c.conversation_id == table.c.conversation_id,
    )
    sooner = select(earlier.c.id).where(*_sooner(earlier), in_the_way)
    return or_(table.c.ordering_key.is_(None), ~sooner.exists())


def _sooner(earlier: FromClause) -> tuple[ColumnElement[bool], ...]:
    return (
        earlier.c.ordering_key == table.c.ordering_key,
        earlier.c.id < table.c.id,
        earlier.c.state.in_([literal_column("'queued'"), literal_column("'running'")]),
    )


def _at(place: Place) -> ColumnElement[bool]:
    return and_(
        table.c.chain == place.chain, table.c.chain_version == place.version, table.c.position == place.position
    )


async def renew(connection: Connection, *, lease: UUID, until: datetime) -> None:
    """Hold on to everything that is still under the lease."""
    await connection.execute(
        update(table).where(table.c.lease == lease, table.c.state == RunState.RUNNING).values(lease_until=until)
    )


async def held(connection: Connection, lease: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these runs are still under the lease. They are locked until the transaction ends: whoever lost a
    run to another worker finds out here, before it writes anything."""
    rows = await connection.execute(
        select(table.c.id)
        .where(table.c.id.in_(list(ids)), table.c.lease == lease, table.c.state == RunState.RUNNING)
        .with_for_update()
    )
    return set(rows.scalars())


async def behind_others(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Which of these runs have one before them in their order that is not over."""
    earlier = table.alias("earlier")
    sooner = select(earlier.c.id).where(*_sooner(earlier))
    rows = await connection.execute(select(table.c.id).where(among(connection, table.c.id, ids), sooner.exists()))
    return set(rows.scalars())


async def current(connection: Connection, ids: Collection[UUID]) -> list[Run]:
    """These runs as they stand in the ledger."""
    return [run_of(row) for row in await connection.execute(select_runs(table.c.id.in_(list(ids))))]


async def settle(connection: Connection, lease: UUID, runs: Sequence[Run]) -> set[UUID]:
    """Store what became of runs that were claimed under the lease, and return the ids of those that are still
    under it: whoever lost a run to another worker finds out here, and must write nothing of it.

    Runs of one fate, which is most of a batch, take one statement.
    """
    fates: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        error = None if run.error is None else jsontext.canonical(run.error)
        moved = run.due_at if run.state is RunState.QUEUED else None
        fate = (
            run.state,
            run.position,
            run.tries,
            run.stopped,
            run.lane,
            run.updated_at,
            run.lease_until,
            moved,
            error,
        )
        fates.setdefault(fate, []).append(run)
    dialect = connection.dialect.name
    ours: set[UUID] = set()
    for alike in fates.values():
        row = _row(alike[0])
        moving = _moving(alike[0])
        given = {f"_{name}": row[name] for name in moving}
        held = given_ids(dialect, "_ids", [run.id for run in alike])
        rows = await connection.execute(_settle(dialect, moving), {**given, **held, "_held": lease})
        ours.update(rows.scalars())
    return ours


def _moving(run: Run) -> tuple[str, ...]:
    return _MOVING if run.state is RunState.QUEUED else _MOVING_ON


@cache
def _settle(dialect: str, moving: tuple[str, ...]) -> Any:
    return (
        update(table)
        .where(
            among_given(dialect, table.c.id, "_ids"),
            table.c.lease == bindparam("_held"),
            table.c.state == RunState.RUNNING,
        )
        .values({name: bindparam(f"_{name}") for name in moving})
        .returning(table.c.id)
    )


async def save(connection: Connection, runs: Sequence[Run]) -> None:
    """Store what became of runs that the caller holds."""
    if not runs:
        return
    statement = (
        update(table).where(table.c.id == bindparam("_id")).values({name: bindparam(f"_{name}") for name in _MOVING})
    )
    rows = []
    for run in runs:
        row = _row(run)
        rows.append({"_id": run.id, **{f"_{name}": row[name] for name in _MOVING}})
    await connection.execute(statement, rows)


async def wake(connection: Connection, conversations: Collection[UUID], now: datetime) -> list[Run]:
    """Queue the runs over these conversations that wait. Returns what became of them."""
    if not conversations:
        return []
    over_these = among(connection, table.c.conversation_id, conversations)
    rows = await connection.execute(select_runs(WAITING, over_these).order_by(table.c.id).with_for_update())
    woken = [run_states.wake(run_of(row), now) for row in rows]
    await save(connection, woken)
    return woken


async def lock_unfinished(connection: Connection, conversation_id: UUID) -> list[Run]:
    """The runs over a conversation that are queued or in a worker's hands, the oldest first. Nobody else can move them
    until the transaction ends."""
    under_way = select_runs(table.c.conversation_id == conversation_id, or_(QUEUED, RUNNING))
    return [run_of(row) for row in await connection.execute(under_way.order_by(table.c.id).with_for_update())]


async def order_of(connection: Connection, run: Run) -> str:
    """The ordering key by which others go behind a run that the caller has locked; it gets one where it has none."""
    if run.ordering_key is not None:
        return run.ordering_key
    key = f"behind:{run.id}"
    await connection.execute(update(table).where(table.c.id == run.id).values(ordering_key=key))
    return key


async def waiting_places(connection: Connection) -> list[Place]:
    """Where runs wait."""
    places = (table.c.chain, table.c.chain_version, table.c.position)
    return [Place(*row) for row in await connection.execute(select(*places).where(WAITING).distinct())]


async def wake_at(connection: Connection, place: Place, now: datetime, limit: int) -> int:
    """Queue up to so many of the runs that wait at a place. Returns how many they were."""
    chosen = select_runs(WAITING, _at(place)).order_by(table.c.id).limit(limit).with_for_update(skip_locked=True)
    woken = [run_states.wake(run_of(row), now) for row in await connection.execute(chosen)]
    await save(connection, woken)
    return len(woken)


async def expire_leases(connection: Connection, now: datetime, max_tries: Callable[[Run], int]) -> list[Run]:
    """Queue again, or bury, the runs whose worker is gone. Returns what became of them."""
    rows = await connection.execute(
        select(table)
        .where(RUNNING, table.c.lease_until <= now)
        .order_by(table.c.lease_until)
        .limit(_SWEEP)
        .with_for_update(skip_locked=True)
    )
    expired = [expire(run, now, max_tries=max_tries(run)) for run in map(run_of, rows)]
    await save(connection, expired)
    return expired


@dataclass(frozen=True, slots=True)
class Passages:
    """A conversation's passages through a chain: the newest one's number, and whether one has yet to begin, or will
    look at the conversation anew when it is woken."""

    newest: int
    waiting: bool


async def passages(connection: Connection, conversations: Collection[UUID]) -> dict[tuple[UUID, str], Passages]:
    """By conversation and chain, as far as there are any."""
    waiting = or_(and_(table.c.state == RunState.QUEUED, table.c.position == 0), WAITING)
    rows = await connection.execute(
        select(
            table.c.conversation_id,
            table.c.chain,
            func.max(table.c["pass"]),
            func.max(case((waiting, 1), else_=0)),
        )
        .where(table.c.conversation_id.in_(list(conversations)))
        .group_by(table.c.conversation_id, table.c.chain)
    )
    return {(id_, chain): Passages(newest, bool(waits)) for id_, chain, newest, waits in rows}


async def depth(connection: Connection, most: int) -> int:
    """How many runs wait, counted no further than `most`."""
    waiting = select(table.c.id).where(QUEUED).limit(most).subquery()
    return (await connection.execute(select(func.count()).select_from(waiting))).scalar_one()


def select_runs(*conditions: Any) -> Select[Any]:
    """The statement that reads runs which meet all conditions on `table`."""
    return select(table).where(and_(True, *conditions))


def _row(run: Run) -> dict[str, Any]:
    row: dict[str, Any] = dict(zip(_FIELDS, _values(run), strict=True))
    row["pass"] = row.pop("pass_")
    row["lane"] = int(run.lane)
    row["state"] = str(run.state)
    return row


def run_of(row: Any) -> Run:
    """A row of `select_runs` as a Run."""
    values = list(_in_their_order(row))
    values[_STATE] = RunState(values[_STATE])
    values[_LANE] = Lane(values[_LANE])
    return Run(*values)
