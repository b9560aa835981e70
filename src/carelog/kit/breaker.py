"""The circuit breaker of what others run: who fails five times in a row is left alone for a while.

    closed ──5 failures in a row──► open ──rest──► half open ──successes in a row──► closed
                                      ▲                 │
                                      └────a failure────┘

Half open, one call at a time is let through, to see. Who says that they are full is well: they are left alone for as
long as they ask for, and then called as before. The functions are pure; `db.breakers` says where states are kept.
The verdict on a call counts only if the breaker has not opened or closed since the call began: what was under way when
somebody went down says nothing of how they are now.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from carelog.kit.backoff import at_least

FAILURES: Final = 5
SUCCESSES: Final = 2
TRIAL_WAIT: Final = timedelta(seconds=5)
"""How long those wait who find another's trial under way."""


@dataclass(frozen=True, slots=True)
class Rest:
    """How long who fails is left alone: `first`, and after each trial that fails twice as long, `longest` at the most;
    always `first` where there is no `longest`. So many `successes` in a row end it."""

    first: timedelta
    longest: timedelta | None = None
    successes: int = SUCCESSES

    def after(self, failures: int) -> timedelta:
        """After so many failures in a row.

        >>> growing = Rest(timedelta(seconds=5), timedelta(seconds=60))
        >>> [growing.after(failures).seconds for failures in (5, 6, 7, 8, 9, 90)]
        [5, 10, 20, 40, 60, 60]
        """
        if self.longest is None:
            return self.first
        doubled: timedelta = self.first * 2 ** min(max(failures - FAILURES, 0), 20)
        return min(doubled, self.longest)


REST: Final = Rest(timedelta(seconds=60))


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Verdict(StrEnum):
    """How a call went: a refusal is an answer too, who is full wants no more calls for a while, and one that was given
    up says nothing."""

    ANSWERED = "answered"
    FULL = "full"
    FAILED = "failed"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row, until it closes again; `successes` in a row while half open; `open_until` is None while it
    is closed, but where who is called `is_held` until then. `trial_until` is when a trial that is under way counts as
    lost, its process having died. `changes` counts how often it opened or closed."""

    failures: int = 0
    successes: int = 0
    open_until: datetime | None = None
    trial_until: datetime | None = None
    changes: int = 0

    @property
    def is_held(self) -> bool:
        """Whether `open_until` is for how long who is called, and is well, is to be left alone."""
        return self.open_until is not None and self.failures < FAILURES

    def state(self, now: datetime) -> BreakerState:
        if self.open_until is None or self.is_held:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.open_until else BreakerState.HALF_OPEN

    def wait(self, now: datetime) -> timedelta | None:
        """How long a call has to wait; None: it may be made now."""
        if self.open_until is None:
            return None
        if now < self.open_until:
            return self.open_until - now
        if self.is_held:
            return None
        under_way = self.trial_until is not None and now < self.trial_until
        return TRIAL_WAIT if under_way else None


def begun(breaker: Breaker, now: datetime, patience: timedelta) -> Breaker:
    """A call was let through, and will have ended after `patience`."""
    return breaker if breaker.open_until is None or breaker.is_held else replace(breaker, trial_until=now + patience)


def ended(
    breaker: Breaker, now: datetime, verdict: Verdict, changes: int, rest: Rest = REST, asked: timedelta | None = None
) -> Breaker:
    """A call has ended that began when the breaker had changed so often; `rest` says how long it opens, if it does, and
    `asked` is for how long it was asked to stay away."""
    if changes != breaker.changes:
        return breaker
    if verdict is Verdict.FULL:
        return _held(breaker, now + at_least(timedelta(0), asked))
    failed = replace(breaker, failures=breaker.failures + 1)
    if breaker.open_until is None or breaker.is_held:
        return _while_closed(breaker, failed, now, verdict, rest, asked)
    free = replace(breaker, trial_until=None)
    match verdict:
        case Verdict.FAILED:
            return _opened(failed, now, rest, asked)
        case Verdict.ANSWERED if breaker.successes + 1 >= rest.successes:
            return Breaker(changes=breaker.changes + 1)
        case Verdict.ANSWERED:
            return replace(free, successes=breaker.successes + 1)
        case _:
            return free


def _while_closed(
    breaker: Breaker, failed: Breaker, now: datetime, verdict: Verdict, rest: Rest, asked: timedelta | None
) -> Breaker:
    match verdict:
        case Verdict.FAILED:
            return failed if failed.failures < FAILURES else _opened(failed, now, rest, asked)
        case Verdict.ANSWERED:
            is_over = breaker.open_until is not None and now >= breaker.open_until
            return replace(breaker, failures=0, open_until=None if is_over else breaker.open_until)
        case _:
            return breaker


def _held(breaker: Breaker, until: datetime) -> Breaker:
    """Closed, and held until then; for no shorter than it is held already."""
    if breaker.open_until is not None and not breaker.is_held:
        return Breaker(open_until=until, changes=breaker.changes + 1)
    return replace(breaker, failures=0, open_until=max(until, breaker.open_until or until))


def _opened(failed: Breaker, now: datetime, rest: Rest, asked: timedelta | None) -> Breaker:
    until = now + at_least(rest.after(failed.failures), asked)
    return Breaker(failures=failed.failures, open_until=until, changes=failed.changes + 1)
