"""Reprocessing: letting conversations that were read once pass through their chains again, for what engines say now.

What the new passage finds takes the place of what an older engine found, in the transaction that ends the reading.
Conversations are gone through in the order of their ids, some hundreds in a transaction, so that any number can be, and
so that whoever is interrupted goes on from where it was.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, case, func, select

from carelog.conversations.tables import conversation
from carelog.db import Connection, Database, among, anew_if_taken
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput, NotFound
from carelog.pipeline import ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.chains import Chains
from carelog.pipeline.intake import new_run
from carelog.pipeline.pressure import DepthLimits, Pressure
from carelog.pipeline.run import Lane, Run, RunState
from carelog.pipeline.tables import reading, run
from carelog.pipeline.wakeup import Wakeup
from carelog.record.rereading.coverage import engine_name

_UNFINISHED: Final = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


@dataclass(frozen=True, slots=True)
class ReprocessQuery:
    """Which conversations, and through which of their chains. All that is given must hold: `since` and `until` bound
    their start (from, up to); `engine` is who read them last, with its version ("local/1")."""

    chain: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    engine: str | None = None
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did, or would do: so many conversations, so many runs of each chain. `next` is the conversation to go
    on after; None when there are no more."""

    conversations: int
    runs: Mapping[str, int]
    next: UUID | None


class Reprocessing:
    """Queues new passages, each only for a principal who may change the record."""

    def __init__(
        self, database: Database, chains: ChainBook, clock: Clock, wakeup: Wakeup, limits: DepthLimits = DepthLimits()
    ) -> None:
        self._database = database
        self._chains = chains
        self._clock = clock
        self._wakeup = wakeup
        self._pressure = Pressure(database, clock, limits)

    async def step(
        self,
        principal: Principal,
        query: ReprocessQuery,
        *,
        after: UUID | None = None,
        limit: int = 1000,
        dry_run: bool = False,
    ) -> Step:
        """Queue passages of the next conversations, in the bulk lane, through those enabled chains that they have
        finished. With `dry_run` nothing is queued.

        Raises Forbidden, NotFound for a subject that is not theirs to see, InvalidInput for a chain that there is not,
        and TooMuchWaiting while the bulk lane takes no more.
        """
        principal.require("runs:write")
        if query.chain is not None and self._chains.current.get(query.chain) is None:
            raise InvalidInput("there is no such chain", details={"chain": query.chain})
        if query.subject_id is not None and not principal.may_see(query.subject_id):
            raise NotFound("no such subject")
        if not dry_run and (full := await self._pressure.refuses(Lane.BULK)):
            raise full
        statement = _chosen(principal, query, after).limit(limit)
        if dry_run:
            async with self._database.read() as connection:
                found, runs = await self._next(connection, statement, query)
        else:
            # Somebody else may let one of them pass again, or delete it, in between.
            found, runs = await anew_if_taken(lambda: self._queued(statement, query))
            principal.looks.note_each("change", "conversation", runs)
            self._wakeup.announce(runs)
        return Step(
            conversations=len({run.conversation_id for run in runs}),
            runs=dict(sorted(Counter(run.chain for run in runs).items())),
            next=found[-1] if len(found) == limit else None,
        )

    async def _queued(self, statement: Select[Any], query: ReprocessQuery) -> tuple[list[UUID], list[Run]]:
        async with self._database.write() as connection:
            found, runs = await self._next(connection, statement, query)
            await ledger.enqueue(connection, runs)
            return found, runs

    async def _next(
        self, connection: Connection, statement: Select[Any], query: ReprocessQuery
    ) -> tuple[list[UUID], list[Run]]:
        owners = {row.id: row.subject_id for row in await connection.execute(statement)}
        return list(owners), await passages_again(
            connection, self._chains.current, owners, self._clock.now(), query, lane=Lane.BULK
        )


async def passages_again(
    connection: Connection,
    chains: Chains,
    owners: Mapping[UUID, UUID],
    now: datetime,
    query: ReprocessQuery = ReprocessQuery(),
    *,
    lane: Lane | None = None,
) -> list[Run]:
    """New passages of these conversations, whose subjects are given, through those enabled chains that they have
    finished: what they find takes the place of what was found before. In the chain's lane if none is given."""
    finished = await _finished(connection, owners, query)
    runs = []
    for (conversation_id, name), newest in sorted(finished.items()):
        chain = chains.get(name)
        if chain is None or not chain.definition.enabled:
            continue
        made = new_run(chain, conversation_id, owners[conversation_id], now, lane=lane, pass_=newest + 1)
        runs.append(replace(made, supersedes=True))
    return runs


def _chosen(principal: Principal, query: ReprocessQuery, after: UUID | None) -> Select[Any]:
    stored = conversation.c
    statement = principal.seen_of(select(stored.id, stored.subject_id), stored.subject_id).order_by(stored.id)
    if principal.read_only:
        statement = statement.where(stored.subject_id.not_in(sorted(principal.read_only)))
    if after is not None:
        statement = statement.where(stored.id > after)
    if query.subject_id is not None:
        statement = statement.where(stored.subject_id == query.subject_id)
    if query.since is not None:
        statement = statement.where(stored.started_at >= query.since)
    if query.until is not None:
        statement = statement.where(stored.started_at < query.until)
    if query.engine is not None:
        statement = statement.where(
            select(reading.c.chain).where(reading.c.conversation_id == stored.id, *_read_so(query)).exists()
        )
    return statement


def _read_so(query: ReprocessQuery) -> Sequence[Any]:
    conditions = [] if query.chain is None else [reading.c.chain == query.chain]
    if query.engine is not None:
        name = engine_name(query.engine)
        conditions += [reading.c.engine == name, reading.c.version == query.engine.removeprefix(name).removeprefix("/")]
    return conditions


async def _finished(
    connection: Connection, conversations: Collection[UUID], query: ReprocessQuery
) -> dict[tuple[UUID, str], int]:
    """These conversations with the chains that they have finished and are not in again, and the newest passage of each:
    as far as runs are not pruned, which begin anew after the first."""
    newest = func.max(run.c["pass"])
    unfinished = func.max(case((run.c.state.in_(_UNFINISHED), 1), else_=0))
    ended = func.max(case((run.c.state == RunState.FINISHED, run.c["pass"]), else_=0))
    passages = (
        select(
            run.c.conversation_id, run.c.chain, newest.label("newest"), unfinished.label("busy"), ended.label("ended")
        )
        .where(among(connection, run.c.conversation_id, conversations))
        .group_by(run.c.conversation_id, run.c.chain)
    )
    runs = {(row.conversation_id, row.chain): row for row in await connection.execute(passages)}
    read = select(reading.c.conversation_id, reading.c.chain).where(
        among(connection, reading.c.conversation_id, conversations), *_read_so(query)
    )
    found = {(row.conversation_id, row.chain): 1 for row in await connection.execute(read)}
    if query.engine is None:
        found |= {place: 1 for place in runs if query.chain in (None, place[1])}
    finished = {}
    for place in found:
        past = runs.get(place)
        if past is None:
            finished[place] = 1
        elif not past.busy and past.ended == past.newest:
            finished[place] = past.newest
    return finished
