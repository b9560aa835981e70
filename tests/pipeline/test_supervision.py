"""Supervision: which processes are started, ended and killed, whatever happens and in whatever order."""

import math
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carelog.pipeline.supervision import (
    HOPELESS_AFTER,
    LONGEST_DELAY,
    RAN_WELL,
    SILENT_TOO_LONG,
    Order,
    Supervision,
    drain,
    exited,
    heard,
    kill,
    next_moment,
    step,
    supervise,
)

PATIENCE = 30.0


@dataclass
class Place:
    """What became of the process in one place, as the system would know it."""

    there: bool = False
    told_to_end: bool = False
    killed: bool = False
    started_at: list[float] = field(default_factory=list)
    gone_at: float = -math.inf


class Machine(RuleBasedStateMachine):
    """Processes that live, speak and die as they like, under a supervision that is obeyed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.places = [Place() for _ in range(3)]
        self.drained_at: float | None = None
        self.hurried = False
        self.supervision = supervise(3, patience=PATIENCE)
        self.obey()

    def obey(self) -> None:
        self.supervision, orders = step(self.supervision, self.now)
        for number, order in orders:
            place = self.places[number]
            match order:
                case Order.START:
                    assert not place.there, "a second process in the place of one that is there"
                    assert self.drained_at is None, "a start after the end was called for"
                    assert self.now >= place.gone_at + min(1.0, LONGEST_DELAY) or not place.started_at
                    place.there, place.told_to_end, place.killed = True, False, False
                    place.started_at.append(self.now)
                case Order.END:
                    assert place.there
                    assert not place.told_to_end
                    assert self.drained_at is not None
                    place.told_to_end = True
                case Order.KILL:
                    assert place.there
                    assert not place.killed
                    place.killed = True

    @rule(seconds=st.sampled_from((0.1, 1.0, 7.0, 45.0, 70.0)))
    def time_goes_by(self, seconds: float) -> None:
        """In the steps in which whoever waits for `next_moment` sees it."""
        end = self.now + seconds
        while (moment := next_moment(self.supervision)) <= end:
            self.now = max(self.now, moment)
            before = self.supervision
            self.obey()
            assert self.supervision != before, "woken for nothing"
        self.now = end

    @rule(number=st.integers(0, 2))
    def one_dies(self, number: int) -> None:
        if self.places[number].there:
            self.places[number].there = False
            self.places[number].gone_at = self.now
            self.supervision = exited(self.supervision, number, self.now)
            self.obey()

    @rule(number=st.integers(0, 2))
    def one_speaks(self, number: int) -> None:
        self.supervision = heard(self.supervision, number, self.now)
        self.obey()

    @rule()
    def the_end_is_called_for(self) -> None:
        self.drained_at = self.now if self.drained_at is None else self.drained_at
        self.supervision = drain(self.supervision)
        self.obey()

    @precondition(lambda self: self.drained_at is not None)
    @rule()
    def and_called_for_again(self) -> None:
        self.hurried = True
        self.supervision = kill(self.supervision)
        self.obey()
        self.obey()

    @invariant()
    def each_place_is_filled_or_about_to_be(self) -> None:
        if self.drained_at is None:
            waiting = [place for place in self.places if not place.there]
            assert not waiting or next_moment(self.supervision) <= self.now + LONGEST_DELAY

    @invariant()
    def whatever_is_to_end_was_told_so_and_nothing_outlives_the_limit(self) -> None:
        if self.drained_at is not None:
            there = [place for place in self.places if place.there]
            assert all(place.told_to_end or place.killed for place in there)
            if self.hurried or self.now >= self.drained_at + PATIENCE:
                assert all(place.killed for place in there)
            assert self.supervision.over == (not there)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=30)


def died(supervision: Supervision, after: float, now: float) -> tuple[Supervision, float]:
    """The only process is started when that is due, and dies so many seconds later."""
    now = max(now, next_moment(supervision))
    supervision, orders = step(supervision, now)
    assert orders == [(0, Order.START)]
    return exited(supervision, 0, now + after), now + after


def test_what_dies_again_and_again_is_started_ever_later_until_it_runs_well() -> None:
    supervision, now = supervise(1, patience=PATIENCE), 0.0
    pauses = []
    for _ in range(8):
        supervision, now = died(supervision, 0.5, now)
        pauses.append(next_moment(supervision) - now)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    supervision, now = died(supervision, RAN_WELL, now)
    assert next_moment(supervision) - now == 1


def test_it_is_hopeless_only_where_nothing_ever_worked() -> None:
    supervision, now = supervise(1, patience=PATIENCE), 0.0
    for _ in range(HOPELESS_AFTER):
        assert not supervision.hopeless
        supervision, now = died(supervision, 0.5, now)
    assert supervision.hopeless

    supervision, _ = step(supervise(2, patience=PATIENCE), 0.0)
    supervision = heard(supervision, 0, 1.0)
    for _ in range(HOPELESS_AFTER):
        for number in (0, 1):
            supervision = exited(supervision, number, 2.0)
    assert not supervision.hopeless


def test_a_process_that_hangs_is_killed_and_started_again() -> None:
    supervision, _ = step(supervise(1, patience=PATIENCE), 0.0)
    supervision = heard(supervision, 0, 10.0)
    assert step(supervision, 10.0 + SILENT_TOO_LONG - 1)[1] == []
    supervision, orders = step(supervision, 10.0 + SILENT_TOO_LONG)
    assert orders == [(0, Order.KILL)]
    supervision = exited(supervision, 0, 400.0)
    assert step(supervision, 401.0)[1] == [(0, Order.START)]


def test_a_process_is_missed_until_it_speaks_and_when_it_falls_silent() -> None:
    supervision, _ = step(supervise(2, patience=PATIENCE), 0.0)
    assert supervision.silent_at(1.0, 10) == 2
    supervision = heard(heard(supervision, 0, 2.0), 1, 5.0)
    assert supervision.silent_at(11.0, 10) == 0
    assert supervision.silent_at(13.0, 10) == 1
    assert exited(supervision, 1, 11.0).silent_at(11.0, 10) == 1
