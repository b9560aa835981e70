"""The states of a run: every step the picture in pipeline/run.py has, and no other."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from carelog.kit.backoff import MAX_DELAY
from carelog.kit.errors import Conflict
from carelog.kit.ids import new_id
from carelog.pipeline import run as states
from carelog.pipeline.run import Run, RunState

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MAX_TRIES = 3
ERROR = {"code": "link.failed", "message": "the other side was down"}


def queued() -> Run:
    return Run(
        id=new_id(),
        conversation_id=new_id(),
        subject_id=new_id(),
        chain="record",
        chain_version="1",
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW,
    )


def claimed(run: Run, now: datetime = NOW) -> Run:
    """As the ledger claims it."""
    until = now + timedelta(seconds=30)
    return replace(run, state=RunState.RUNNING, lease=new_id(), lease_until=until, tries=run.tries + 1, updated_at=now)


class Passage(RuleBasedStateMachine):
    """Takes a run through any sequence of steps that the picture allows."""

    def __init__(self) -> None:
        super().__init__()
        self.run = queued()
        self.now = NOW
        self.driven = 0

    def in_state(self, *wanted: RunState) -> bool:
        return self.run.state in wanted

    @rule(seconds=st.integers(0, 120))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.in_state(RunState.QUEUED))
    @rule()
    def claim(self) -> None:
        self.run = claimed(self.run, self.now)

    @precondition(lambda self: self.in_state(RunState.RUNNING))
    @rule(links=st.integers(0, 3))
    def advance(self, links: int) -> None:
        before = self.run.position
        self.run = states.advance(self.run, before + links, self.now)
        assert self.run.position == before + links

    @precondition(lambda self: self.in_state(RunState.RUNNING))
    @rule()
    def finish(self) -> None:
        self.run = states.finish(self.run, self.now, position=self.run.position)

    @precondition(lambda self: self.in_state(RunState.RUNNING))
    @rule(permanent=st.booleans())
    def fail(self, permanent: bool) -> None:
        tries = self.run.tries
        self.run = states.fail(self.run, self.now, error=ERROR, max_tries=MAX_TRIES, permanent=permanent)
        assert (self.run.state is RunState.DEAD) == (permanent or tries >= MAX_TRIES)

    @precondition(lambda self: self.in_state(RunState.RUNNING))
    @rule()
    def release(self) -> None:
        self.run = states.release(self.run, self.now)
        assert self.run.due_at == self.now

    @precondition(lambda self: self.in_state(RunState.RUNNING))
    @rule(seconds=st.integers(0, 120))
    def park(self, seconds: int) -> None:
        tries = self.run.tries
        self.run = states.park(self.run, self.now, error=ERROR, wait=timedelta(seconds=seconds))
        assert (self.run.state, self.run.tries) == (RunState.QUEUED, max(0, tries - 1))
        assert self.run.due_at == self.now + timedelta(seconds=seconds)

    @precondition(lambda self: self.in_state(RunState.RUNNING))
    @rule()
    def set_aside(self) -> None:
        tries = self.run.tries
        self.run = states.set_aside(self.run, self.now, error=ERROR)
        assert (self.run.state, self.run.tries) == (RunState.WAITING, max(0, tries - 1))

    @precondition(lambda self: self.in_state(RunState.WAITING))
    @rule()
    def wake(self) -> None:
        self.run = states.wake(self.run, self.now)
        assert (self.run.state, self.run.due_at, self.run.error) == (RunState.QUEUED, self.now, None)

    @precondition(lambda self: self.in_state(RunState.RUNNING) and not self.run.leased_at(self.now))
    @rule()
    def expire(self) -> None:
        self.run = states.expire(self.run, self.now, max_tries=MAX_TRIES)

    @precondition(lambda self: self.in_state(RunState.DEAD))
    @rule()
    def drive_again(self) -> None:
        position = self.run.position
        self.run = states.drive_again(self.run, self.now)
        assert self.run.position == position
        self.driven += 1

    @precondition(lambda self: self.in_state(RunState.DEAD))
    @rule()
    def discard(self) -> None:
        self.run = states.discard(self.run, self.now)

    @precondition(lambda self: self.in_state(RunState.FINISHED, RunState.DISCARDED))
    @rule()
    def an_end_is_an_end(self) -> None:
        for step in (
            lambda: states.finish(self.run, self.now, position=self.run.position),
            lambda: states.fail(self.run, self.now, error=ERROR, max_tries=MAX_TRIES),
            lambda: states.release(self.run, self.now),
            lambda: states.wake(self.run, self.now),
            lambda: states.drive_again(self.run, self.now),
            lambda: states.discard(self.run, self.now),
        ):
            with pytest.raises(Conflict):
                step()

    @invariant()
    def leased_just_when_running(self) -> None:
        assert (self.run.state is RunState.RUNNING) == (self.run.lease is not None)
        assert (self.run.lease is None) == (self.run.lease_until is None)

    @invariant()
    def tries_stay_within_the_limit(self) -> None:
        assert 0 <= self.run.tries <= MAX_TRIES

    @invariant()
    def an_error_stays_with_a_dead_letter(self) -> None:
        if self.in_state(RunState.DEAD, RunState.DISCARDED):
            assert self.run.error


TestPassage = Passage.TestCase


def test_a_run_never_goes_back() -> None:
    run = states.advance(claimed(queued()), 2, NOW)
    with pytest.raises(Conflict):
        states.advance(run, 1, NOW)


def test_a_lease_that_holds_does_not_expire() -> None:
    with pytest.raises(Conflict):
        states.expire(claimed(queued()), NOW, max_tries=MAX_TRIES)


@given(tries=st.integers(1, 400), seed=st.integers())
def test_pauses_grow_double_up_to_a_limit_with_up_to_half_left_to_chance(tries: int, seed: int) -> None:
    whole = min(timedelta(seconds=2.0 ** min(tries - 1, 30)), MAX_DELAY)
    assert whole / 2 <= states.backoff(tries, random.Random(seed)) <= whole


def test_what_the_other_side_asks_for_is_waited_for() -> None:
    run = states.fail(claimed(queued()), NOW, error=ERROR, max_tries=3, retry_after=timedelta(minutes=5))
    assert run.due_at >= NOW + timedelta(minutes=5)


def test_getting_past_a_link_counts_its_tries_anew() -> None:
    run = replace(claimed(queued()), tries=3)
    moved = states.advance(run, 1, NOW)
    assert states.fail(moved, NOW, error=ERROR, max_tries=3).state is RunState.QUEUED
