"""A run: one conversation's passage through one chain, and every step that its state may take.

    queued ──claim──► running ──finish──► finished
      ▲                │ │ │
      ├─wake─ waiting ◄┘ │ └─fail for good─► dead ──discard──► discarded
      ├─retry, release,──┘                    │
      │ postpone, park                        │
      └───────────────drive again─────────────┘

The functions here are pure: the ledger stores what they return. A step that the picture does not have raises. The
ledger itself claims, many runs in one statement; the attempt counts from there.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from carelog.kit.backoff import backoff
from carelog.kit.errors import Conflict


class Lane(IntEnum):
    """A run's priority; the smaller goes first."""

    URGENT = 0
    ROUTINE = 1
    BULK = 2


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    WAITING = "waiting"
    DEAD = "dead"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Run:
    """`position` is the link to run next; `tries` counts the attempts at getting past it, this one included. What
    a run finds that `supersedes` takes the place of what older engines found. `trace` is the W3C `traceparent` of the
    request that brought the conversation."""

    id: UUID
    conversation_id: UUID
    subject_id: UUID
    chain: str
    chain_version: str
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    pass_: int = 1
    state: RunState = RunState.QUEUED
    lane: Lane = Lane.ROUTINE
    position: int = 0
    tries: int = 0
    lease: UUID | None = None
    lease_until: datetime | None = None
    ordering_key: str | None = None
    stopped: bool = False
    error: Mapping[str, Any] | None = None
    supersedes: bool = False
    trace: str | None = None

    def leased_at(self, now: datetime) -> bool:
        return self.state is RunState.RUNNING and self.lease_until is not None and self.lease_until > now


def advance(run: Run, position: int, now: datetime) -> Run:
    """Note that every link before `position` is done for good; attempts are counted anew."""
    return replace(run, **_moved(run, position, now))


def _moved(run: Run, position: int, now: datetime) -> dict[str, Any]:
    _expect(run, RunState.RUNNING)
    if position < run.position:
        raise Conflict("a run never goes back")
    return {"position": position, "tries": 1 if position > run.position else run.tries, "updated_at": now}


def hasten(run: Run, lane: Lane) -> Run:
    """Let the rest of a run go in a lane, where that is more urgent than its own. What is read again for an operator
    stays where it is: it is no news."""
    return run if run.supersedes or lane >= run.lane else replace(run, lane=lane)


def finish(run: Run, now: datetime, *, position: int, stopped: bool = False) -> Run:
    """The last link is done, or one said to stop."""
    return replace(
        run,
        state=RunState.FINISHED,
        lease=None,
        lease_until=None,
        stopped=stopped,
        error=None,
        **_moved(run, position, now),
    )


def fail(
    run: Run,
    now: datetime,
    *,
    error: Mapping[str, Any],
    max_tries: int,
    permanent: bool = False,
    retry_after: timedelta | None = None,
    jitter: random.Random | None = None,
) -> Run:
    """Queue the run again after a growing delay, or, when its tries are used up, make it a dead letter."""
    _expect(run, RunState.RUNNING)
    freed = replace(run, lease=None, lease_until=None, error=dict(error), updated_at=now)
    if permanent or run.tries >= max_tries:
        return replace(freed, state=RunState.DEAD)
    delay = max(backoff(run.tries, jitter), retry_after or timedelta(0))
    return replace(freed, state=RunState.QUEUED, due_at=now + delay)


def release(run: Run, now: datetime, wait: timedelta = timedelta(0)) -> Run:
    """Hand an unfinished run back, as a worker does that is told to stop: the attempt does not count. It is due again
    after `wait`."""
    _expect(run, RunState.RUNNING)
    return replace(
        run,
        state=RunState.QUEUED,
        lease=None,
        lease_until=None,
        tries=max(0, run.tries - 1),
        due_at=now + wait,
        updated_at=now,
    )


def expire(run: Run, now: datetime, *, max_tries: int) -> Run:
    """The lease ran out: whoever held the run is gone. The attempt counts, so that a conversation which kills
    its workers becomes a dead letter."""
    _expect(run, RunState.RUNNING)
    if run.leased_at(now):
        raise Conflict("the lease still holds")
    error = {
        "code": "lease.expired",
        "message": "the worker that held this run died",
        "position": run.position,
    }
    return fail(run, now, error=error, max_tries=max_tries, retry_after=timedelta(0))


def park(run: Run, now: datetime, *, error: Mapping[str, Any], wait: timedelta) -> Run:
    """Hand an unfinished run back for a while, since what it needs is not to be had: the attempt does not count, so
    that no outage makes a dead letter."""
    return replace(release(run, now, wait), error=dict(error))


def set_aside(run: Run, now: datetime, *, error: Mapping[str, Any]) -> Run:
    """Set an unfinished run aside until it is woken: what it needs comes from outside, nobody knows when. The attempt
    does not count, and runs behind it in its order go on."""
    return replace(release(run, now), state=RunState.WAITING, error=dict(error))


def wake(run: Run, now: datetime) -> Run:
    """Queue a run that waits: what it needs may be there."""
    _expect(run, RunState.WAITING)
    return replace(run, state=RunState.QUEUED, due_at=now, updated_at=now, error=None)


def postpone(run: Run, now: datetime, *, position: int, until: datetime) -> Run:
    """Queue the run to go on at `position` at a set time: waiting costs a row, and no worker."""
    moved = advance(run, position, now)
    return replace(moved, state=RunState.QUEUED, lease=None, lease_until=None, tries=0, due_at=until, error=None)


def drive_again(run: Run, now: datetime) -> Run:
    """Queue a dead letter from the link that it failed at."""
    _expect(run, RunState.DEAD)
    return replace(run, state=RunState.QUEUED, tries=0, due_at=now, updated_at=now)


def discard(run: Run, now: datetime) -> Run:
    """Give a dead letter up; it stays to be seen, and is never run again."""
    _expect(run, RunState.DEAD)
    return replace(run, state=RunState.DISCARDED, updated_at=now)


def _expect(run: Run, state: RunState) -> None:
    if run.state is not state:
        raise Conflict(f"the run is {run.state.value}, not {state.value}", details={"state": run.state.value})
