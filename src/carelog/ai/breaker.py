"""The circuit breaker of an endpoint: who fails five times in a row is left alone for a minute.

    closed ──5 failures in a row──► open ──rest──► half open ──2 successes in a row──► closed
                                      ▲                 │
                                      └────a failure────┘

Half open, one call at a time is let through, to see. The functions are pure; `breakers` says where states are kept.
The verdict on a call counts only if the breaker has not opened or closed since the call began: what was under way when
an endpoint went down says nothing of how it is now.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FAILURES: Final = 5
REST: Final = timedelta(seconds=60)
SUCCESSES: Final = 2
TRIAL_WAIT: Final = timedelta(seconds=5)
"""How long those wait who find another's trial under way."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Verdict(StrEnum):
    """How a call went: a refusal is an answer too, and one that was given up says nothing."""

    ANSWERED = "answered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row while closed, `successes` in a row while half open; `open_until` is None while closed.
    `trial_until` is when a trial that is under way counts as lost, its process having died. `changes` counts how often
    it opened or closed."""

    failures: int = 0
    successes: int = 0
    open_until: datetime | None = None
    trial_until: datetime | None = None
    changes: int = 0

    def state(self, now: datetime) -> BreakerState:
        if self.open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.open_until else BreakerState.HALF_OPEN

    def wait(self, now: datetime) -> timedelta | None:
        """How long a call has to wait; None: it may be made now."""
        if self.open_until is None:
            return None
        if now < self.open_until:
            return self.open_until - now
        under_way = self.trial_until is not None and now < self.trial_until
        return TRIAL_WAIT if under_way else None


def begun(breaker: Breaker, now: datetime, patience: timedelta) -> Breaker:
    """A call was let through, and will have ended after `patience`."""
    return breaker if breaker.open_until is None else replace(breaker, trial_until=now + patience)


def ended(breaker: Breaker, now: datetime, verdict: Verdict, changes: int, rest: timedelta = REST) -> Breaker:
    """A call has ended that began when the breaker had changed so often; `rest` is how long it opens, if it does."""
    if changes != breaker.changes:
        return breaker
    if breaker.open_until is None:
        return _while_closed(breaker, now, verdict, rest)
    free = replace(breaker, trial_until=None)
    match verdict:
        case Verdict.FAILED:
            return Breaker(open_until=now + rest, changes=breaker.changes + 1)
        case Verdict.ANSWERED if breaker.successes + 1 >= SUCCESSES:
            return Breaker(changes=breaker.changes + 1)
        case Verdict.ANSWERED:
            return replace(free, successes=breaker.successes + 1)
        case _:
            return free


def _while_closed(breaker: Breaker, now: datetime, verdict: Verdict, rest: timedelta) -> Breaker:
    match verdict:
        case Verdict.FAILED if breaker.failures + 1 >= FAILURES:
            return Breaker(open_until=now + rest, changes=breaker.changes + 1)
        case Verdict.FAILED:
            return replace(breaker, failures=breaker.failures + 1)
        case Verdict.ANSWERED:
            return replace(breaker, failures=0)
        case _:
            return breaker
