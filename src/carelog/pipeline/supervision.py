"""Supervision: which worker processes are to be started, ended or killed now.

    waiting ──START──► running ──END──► ending ──KILL──► killed
       ▲                  │                │               │
       └──────exited──────┘                └───exited──────┴──► ended

Decisions only, as pure functions over plain data; whoever calls them has the processes. Moments are seconds of a clock
that never goes back.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

FIRST_DELAY: Final = 1.0
LONGEST_DELAY: Final = 60.0
RAN_WELL: Final = 60.0
"""A process that ran for so long is started again as if it had never died before."""
SILENT_TOO_LONG: Final = 300.0
"""A process that says nothing for so long hangs; others have long taken its runs over."""
HOPELESS_AFTER: Final = 5


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    ENDING = "ending"
    KILLED = "killed"
    ENDED = "ended"


class Order(StrEnum):
    START = "start"
    END = "end"
    KILL = "kill"


@dataclass(frozen=True, slots=True)
class Child:
    """The place of one process. `until` is when the next order is due: to start it, or to kill it."""

    state: State = State.WAITING
    until: float = -math.inf
    started_at: float = -math.inf
    heard_at: float | None = None
    failures: int = 0

    @property
    def there(self) -> bool:
        return self.state in (State.RUNNING, State.ENDING, State.KILLED)


@dataclass(frozen=True, slots=True)
class Supervision:
    """All places, by their number; `patience` is how many seconds a process has to end in good order. `greeted` says
    whether any process ever came so far as to say that it works."""

    children: tuple[Child, ...]
    patience: float
    stopping: bool = False
    greeted: bool = False

    @property
    def over(self) -> bool:
        return all(child.state is State.ENDED for child in self.children)

    @property
    def hopeless(self) -> bool:
        """No process ever worked, and each place was tried often enough."""
        return not self.greeted and all(child.failures >= HOPELESS_AFTER for child in self.children)

    def silent_at(self, now: float, patience: float) -> int:
        """How many places have no process, or one that has not said for `patience` seconds that it works.

        >>> heard(step(supervise(2, patience=30), 0.0)[0], 1, 1.0).silent_at(2.0, 10)
        1
        """
        return sum(
            not child.there or child.heard_at is None or now - child.heard_at > patience for child in self.children
        )


def supervise(processes: int, *, patience: float) -> Supervision:
    """So many processes, all to be started at once."""
    return Supervision(children=(Child(),) * processes, patience=patience)


def step(supervision: Supervision, now: float) -> tuple[Supervision, list[tuple[int, Order]]]:
    """What is to be done now, and how things stand when it is.

    >>> _, orders = step(supervise(2, patience=30), 0.0)
    >>> [(number, order.value) for number, order in orders]
    [(0, 'start'), (1, 'start')]
    """
    orders = []
    children = []
    for number, child in enumerate(supervision.children):
        order, stepped = _step(child, now, supervision)
        children.append(stepped)
        if order:
            orders.append((number, order))
    return replace(supervision, children=tuple(children)), orders


def _step(child: Child, now: float, supervision: Supervision) -> tuple[Order | None, Child]:
    match child.state:
        case State.WAITING if supervision.stopping:
            return None, replace(child, state=State.ENDED)
        case State.WAITING if now >= child.until:
            return Order.START, replace(
                child, state=State.RUNNING, started_at=now, heard_at=None, until=now + SILENT_TOO_LONG
            )
        case State.RUNNING if supervision.stopping:
            return Order.END, replace(child, state=State.ENDING, until=now + supervision.patience)
        case State.RUNNING | State.ENDING if now >= child.until:
            return Order.KILL, replace(child, state=State.KILLED, until=math.inf)
        case _:
            return None, child


def next_moment(supervision: Supervision) -> float:
    """When `step` has to be called again, should nothing happen before."""
    return min(
        (child.until for child in supervision.children if child.state is not State.ENDED),
        default=math.inf,
    )


def heard(supervision: Supervision, number: int, now: float) -> Supervision:
    """A process said that it works."""
    if not supervision.children[number].there:
        return supervision

    def hear(child: Child) -> Child:
        until = now + SILENT_TOO_LONG if child.state is State.RUNNING else child.until
        return replace(child, heard_at=now, until=until)

    return replace(_change(supervision, number, hear), greeted=True)


def exited(supervision: Supervision, number: int, now: float) -> Supervision:
    """A process is gone, or could not be started. It is started again after 1, 2, 4 ... 60 seconds."""

    def leave(child: Child) -> Child:
        if supervision.stopping:
            return replace(child, state=State.ENDED)
        failures = 1 if now - child.started_at >= RAN_WELL else child.failures + 1
        return replace(child, state=State.WAITING, failures=failures, until=now + delay(failures))

    return _change(supervision, number, leave)


def drain(supervision: Supervision) -> Supervision:
    """End all of them, in good order."""
    return replace(supervision, stopping=True)


def kill(supervision: Supervision) -> Supervision:
    """End all of them at once."""
    hurried = (
        replace(child, until=-math.inf) if child.state is State.ENDING else child for child in supervision.children
    )
    return replace(supervision, children=tuple(hurried), stopping=True, patience=0)


def delay(failures: int) -> float:
    """Seconds before the next start.

    >>> [delay(failures) for failures in (1, 2, 3, 7, 1000)]
    [1.0, 2.0, 4.0, 60.0, 60.0]
    """
    return min(LONGEST_DELAY, math.ldexp(FIRST_DELAY, min(failures - 1, 30)))


def _change(supervision: Supervision, number: int, change: Callable[[Child], Child]) -> Supervision:
    children = list(supervision.children)
    children[number] = change(children[number])
    return replace(supervision, children=tuple(children))
