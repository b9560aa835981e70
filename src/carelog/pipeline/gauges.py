"""Gauges: how much there is to be done, and how long it has waited.

Every query reads a partial index of what is unfinished, so that it costs the same however much was finished.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select

from carelog.ai.tables import ai_breaker
from carelog.conversations.tables import conversation
from carelog.db import Connection
from carelog.db.breakers import breakers
from carelog.delivery.tables import delivery, sender_state
from carelog.kit.breaker import Breaker, BreakerState
from carelog.pipeline.error_text import error_text
from carelog.pipeline.outcome import TranscriptNeeded
from carelog.pipeline.run import Lane, RunState
from carelog.pipeline.tables import chain_version, copy, run, storage_state, webhook_breaker
from carelog.record.review.items import Status
from carelog.record.review.tables import review
from carelog.record.tables import entry

_TRIED_BEFORE: Final = timedelta(hours=2)
"""A receiver for which something waits is tried sooner after it was left alone."""


@dataclass(frozen=True, slots=True)
class LaneGauge:
    """The unfinished runs of a lane.

    `due` of the `queued` ones could be worked on now; the others wait for a retry or a set time. `oldest_seconds` is
    how long the one that has waited longest has been due; None when none is.
    """

    lane: Lane
    queued: int = 0
    due: int = 0
    running: int = 0
    oldest_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class WaitingGauge:
    """The runs of a chain that wait for a transcript; the first of them has done so for `oldest_seconds`."""

    chain: str
    runs: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class DeadGauge:
    """The dead letters of a chain that failed at one link; `link` is None where the chain's version is not known."""

    chain: str
    link: str | None
    runs: int


@dataclass(frozen=True, slots=True)
class StorageGauge:
    """The copies that a storage has not got.

    `queued` ones are tried again, `dead` ones used up their tries. `oldest_seconds` is the age of the first that is
    queued. `troubles` is how often in a row the storage could not be used: 0 when it is up; `retry_in_seconds` is then
    when it is tried again, and `error_code` what was wrong.
    """

    storage: str
    queued: int = 0
    dead: int = 0
    oldest_seconds: float | None = None
    troubles: int = 0
    retry_in_seconds: float | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelGauge:
    """The messages of a channel that are not sent: `due` ones, of which the first has been so for `oldest_seconds`, and
    `dead` ones. `troubles` is how often in a row the sender could not be used: 0 when it is up."""

    channel: str
    due: int = 0
    dead: int = 0
    oldest_seconds: float | None = None
    troubles: int = 0


@dataclass(frozen=True, slots=True)
class EndpointGauge:
    """How the breaker of an AI endpoint stands: `failures` in a row since it was closed last; while it is open, the
    endpoint is asked again in `retry_in_seconds`."""

    endpoint: str
    state: BreakerState
    failures: int = 0
    retry_in_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ReceiverGauge:
    """The same of a receiver of webhooks."""

    receiver: str
    state: BreakerState
    failures: int = 0
    retry_in_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Gauges:
    """How things stood at a moment: every lane in its order, the others by name. `reminders_overdue_seconds` is how
    long the entry that has waited longest for its reminder is due; None when none is. `reviews` are the readings
    that nobody has judged yet, by why they are doubted."""

    at: datetime
    lanes: tuple[LaneGauge, ...]
    dead: tuple[DeadGauge, ...]
    storages: tuple[StorageGauge, ...]
    channels: tuple[ChannelGauge, ...] = ()
    waiting: tuple[WaitingGauge, ...] = ()
    endpoints: tuple[EndpointGauge, ...] = ()
    receivers: tuple[ReceiverGauge, ...] = ()
    reminders_overdue_seconds: float | None = None
    reviews: Mapping[str, int] = field(default_factory=dict)


async def gauges(connection: Connection, now: datetime) -> Gauges:
    """Read all of them."""
    return Gauges(
        at=now,
        lanes=await _lanes(connection, now),
        waiting=await _waiting(connection, now),
        dead=await _dead(connection),
        storages=await _storages(connection, now),
        channels=await _channels(connection, now),
        endpoints=await endpoint_gauges(connection, now),
        receivers=await _receivers(connection, now),
        reminders_overdue_seconds=await _overdue(connection, now),
        reviews=await _reviews(connection),
    )


async def ingested(connection: Connection, since: datetime, until: datetime) -> int:
    """How many conversations were taken in from `since` on, before `until`."""
    recorded = conversation.c.recorded_at
    counted = await connection.execute(select(func.count()).where(recorded >= since, recorded < until))
    return counted.scalar_one()


async def _lanes(connection: Connection, now: datetime) -> tuple[LaneGauge, ...]:
    due = func.coalesce(func.sum(case((run.c.due_at <= now, 1), else_=0)), 0)
    queued = await connection.execute(
        select(run.c.lane, func.count(), due, func.min(run.c.due_at))
        .where(_is(run.c.state, RunState.QUEUED))
        .group_by(run.c.lane)
    )
    running = await connection.execute(
        select(run.c.lane, func.count().label("runs")).where(_is(run.c.state, RunState.RUNNING)).group_by(run.c.lane)
    )
    waiting = {lane: (count, ready, first) for lane, count, ready, first in queued}
    working = {row.lane: row.runs for row in running}
    found = []
    for lane in Lane:
        count, ready, first = waiting.get(lane, (0, 0, None))
        oldest = _seconds(first, now) if ready else None
        found.append(LaneGauge(lane, queued=count, due=ready, running=working.get(lane, 0), oldest_seconds=oldest))
    return tuple(found)


async def _waiting(connection: Connection, now: datetime) -> tuple[WaitingGauge, ...]:
    needed = error_text(run, "code", connection.dialect.name) == TranscriptNeeded.code
    rows = await connection.execute(
        select(run.c.chain, func.count(), func.min(run.c.updated_at))
        .where(_is(run.c.state, RunState.WAITING), needed)
        .group_by(run.c.chain)
        .order_by(run.c.chain)
    )
    return tuple(WaitingGauge(chain, runs, _seconds(since, now)) for chain, runs, since in rows)


async def _dead(connection: Connection) -> tuple[DeadGauge, ...]:
    place = (run.c.chain, run.c.chain_version, run.c.position)
    rows = await connection.execute(
        select(*place, func.count().label("runs")).where(_is(run.c.state, RunState.DEAD)).group_by(*place)
    )
    places = rows.all()
    links = await _links(connection, {(row.chain, row.chain_version) for row in places})
    counts: dict[tuple[str, str | None], int] = {}
    for row in places:
        names = links.get((row.chain, row.chain_version), ())
        name = names[row.position] if row.position < len(names) else None
        counts[row.chain, name] = counts.get((row.chain, name), 0) + row.runs
    return tuple(
        DeadGauge(chain, link, runs)
        for (chain, link), runs in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    )


async def _links(connection: Connection, versions: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The names of the links of these versions of chains."""
    if not versions:
        return {}
    wanted = or_(false(), *(and_(chain_version.c.chain == c, chain_version.c.version == v) for c, v in versions))
    rows = await connection.execute(select(chain_version).where(wanted))
    return {(row.chain, row.version): tuple(link["name"] for link in row.definition["links"]) for row in rows}


async def _storages(connection: Connection, now: datetime) -> tuple[StorageGauge, ...]:
    queued = await _by_storage(connection, "queued")
    dead = await _by_storage(connection, "dead")
    states = {row.storage: row for row in await connection.execute(select(storage_state))}
    found = []
    for name in sorted({*queued, *dead, *states}):
        state = states.get(name)
        troubles = state.troubles if state else 0
        found.append(
            StorageGauge(
                name,
                queued=queued.get(name, 0),
                dead=dead.get(name, 0),
                oldest_seconds=_seconds(await _oldest_copy(connection, name), now) if name in queued else None,
                troubles=troubles,
                retry_in_seconds=max(0.0, -_seconds(state.due_at, now)) if state and troubles else None,
                error_code=(state.error or {}).get("code") if state and troubles else None,
            )
        )
    return tuple(found)


async def _channels(connection: Connection, now: datetime) -> tuple[ChannelGauge, ...]:
    columns = delivery.c
    queued = await connection.execute(
        select(columns.channel, func.count().label("due"), func.min(columns.due_at).label("first"))
        .where(_is(columns.state, "queued"), columns.due_at <= now)
        .group_by(columns.channel)
    )
    dead = await connection.execute(
        select(columns.channel, func.count().label("dead")).where(_is(columns.state, "dead")).group_by(columns.channel)
    )
    waiting = {row.channel: row for row in queued}
    given_up = {row.channel: row.dead for row in dead}
    troubles = {row.channel: row.troubles for row in await connection.execute(select(sender_state))}
    return tuple(
        ChannelGauge(
            name,
            due=waiting[name].due if name in waiting else 0,
            dead=given_up.get(name, 0),
            oldest_seconds=_seconds(waiting[name].first, now) if name in waiting else None,
            troubles=troubles.get(name, 0),
        )
        for name in sorted({*waiting, *given_up, *troubles})
    )


async def endpoint_gauges(connection: Connection, now: datetime) -> tuple[EndpointGauge, ...]:
    """Those of all AI endpoints that were ever called, by their names."""
    found = await breakers(connection, ai_breaker)
    return tuple(EndpointGauge(name, *_standing(breaker, now)) for name, breaker in sorted(found.items()))


async def _receivers(connection: Connection, now: datetime) -> tuple[ReceiverGauge, ...]:
    """Those of all receivers that were ever posted to, but those that nobody has anything for any more."""
    found = await breakers(connection, webhook_breaker)
    return tuple(
        ReceiverGauge(name, *_standing(breaker, now))
        for name, breaker in sorted(found.items())
        if breaker.open_until is None or now - breaker.open_until < _TRIED_BEFORE
    )


def _standing(breaker: Breaker, now: datetime) -> tuple[BreakerState, int, float | None]:
    state = breaker.state(now)
    wait = breaker.wait(now) if state is BreakerState.OPEN else None
    return state, breaker.failures, None if wait is None else wait.total_seconds()


async def _overdue(connection: Connection, now: datetime) -> float | None:
    first = select(entry.c.due_at).where(entry.c.due_at <= now).order_by(entry.c.due_at).limit(1)
    since = await connection.scalar(first)
    return None if since is None else _seconds(since, now)


async def _reviews(connection: Connection) -> dict[str, int]:
    rows = await connection.execute(
        select(review.c.doubt, func.count().label("items"))
        .where(_is(review.c.status, Status.OPEN))
        .group_by(review.c.doubt)
    )
    return {row.doubt: row.items for row in rows}


async def _by_storage(connection: Connection, state: str) -> dict[str, int]:
    rows = await connection.execute(
        select(copy.c.storage, func.count().label("copies")).where(_is(copy.c.state, state)).group_by(copy.c.storage)
    )
    return {row.storage: row.copies for row in rows}


async def _oldest_copy(connection: Connection, storage: str) -> datetime:
    """When the first copy of those that are queued for this storage was made; ids are in the order of time."""
    first = select(copy.c.created_at).where(_is(copy.c.state, "queued"), copy.c.storage == storage)
    made: datetime = (await connection.execute(first.order_by(copy.c.id).limit(1))).scalar_one()
    return made


def _is(column: ColumnElement[str], state: str) -> ColumnElement[bool]:
    """The state stands in the statement itself: a planner uses a partial index only for a condition that it sees."""
    return column == literal(str(state), literal_execute=True)


def _seconds(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()
