"""The circuit breaker: five failures open it, a minute's rest, two successes close it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from small_http import answer, endpoint, in_turn, said, serving

from carelog.ai.calls import Calls
from carelog.ai.chat import Message, ask
from carelog.ai.endpoint import Endpoint, EndpointDefinition
from carelog.ai.failures import EndpointClosed, EndpointFailure, EndpointRefusal
from carelog.ai.safeguards import Safeguards
from carelog.db.breakers import Breakers, LeftAlone
from carelog.kit.breaker import FAILURES, REST, SUCCESSES, Breaker, BreakerState, Rest, Verdict, begun, ended
from carelog.kit.clock import ManualClock

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PATIENCE = timedelta(seconds=20)
PROMPT = [Message("user", "Hello")]


class Calling(RuleBasedStateMachine):
    """Many calls begin and end in any order, while time passes, beside a plain count of what ought to be."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = NOW
        self.under_way: list[int] = []
        self.in_a_row = 0

    @rule(seconds=st.integers(0, 90))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def a_call_begins(self) -> None:
        if self.breaker.wait(self.now) is None:
            self.under_way.append(self.breaker.changes)
            self.breaker = begun(self.breaker, self.now, PATIENCE)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0), verdict=st.sampled_from(Verdict), seconds=st.integers(0, 60))
    def a_call_ends(self, which: int, verdict: Verdict, seconds: int) -> None:
        entered = self.under_way.pop(which % len(self.under_way))
        before = self.breaker
        asked = timedelta(seconds=seconds) if verdict is Verdict.FULL else None
        self.breaker = ended(before, self.now, verdict, entered, asked=asked)
        after = self.breaker.state(self.now)
        if entered != before.changes:
            assert self.breaker == before, "it began under another state"
        elif verdict is Verdict.FULL:
            assert after is BreakerState.CLOSED
            assert (self.breaker.wait(self.now) or timedelta(0)) >= timedelta(seconds=seconds)
        elif before.state(self.now) is BreakerState.CLOSED and verdict is Verdict.FAILED:
            self.in_a_row += 1
            assert (after is BreakerState.OPEN) == (self.in_a_row == FAILURES)
        elif verdict is Verdict.FAILED:
            assert after is BreakerState.OPEN
        answered = verdict in (Verdict.ANSWERED, Verdict.FULL) and entered == before.changes
        if self.breaker.changes != before.changes or answered:
            self.in_a_row = 0

    @invariant()
    def open_lets_nobody_through(self) -> None:
        if self.breaker.state(self.now) is BreakerState.OPEN:
            wait = self.breaker.wait(self.now)
            assert wait is not None
            assert timedelta(0) < wait <= REST.first

    @invariant()
    def nobody_is_kept_away_for_ever(self) -> None:
        assert self.breaker.wait(self.now + REST.first + PATIENCE) is None


TestCalling = Calling.TestCase


def test_half_open_one_trial_at_a_time_closes_it_after_two() -> None:
    breaker, now = opened(), NOW + REST.first
    for left in reversed(range(SUCCESSES)):
        assert breaker.wait(now) is None
        breaker = begun(breaker, now, PATIENCE)
        assert breaker.wait(now) is not None
        breaker = ended(breaker, now, Verdict.ANSWERED, breaker.changes)
        assert (breaker.state(now) is BreakerState.CLOSED) == (left == 0)


def test_a_trial_whose_process_died_holds_nobody_up() -> None:
    breaker = begun(opened(), NOW + REST.first, PATIENCE)
    assert breaker.wait(NOW + REST.first + PATIENCE) is None


def test_who_is_full_is_held_for_as_long_as_they_ask_for_and_then_called_by_all() -> None:
    asked = timedelta(seconds=30)
    breaker = ended(Breaker(failures=FAILURES - 1), NOW, Verdict.FULL, 0, asked=asked)
    assert (breaker.state(NOW), breaker.wait(NOW)) == (BreakerState.CLOSED, asked)
    for _ in range(2):
        assert breaker.wait(NOW + asked) is None
        breaker = begun(breaker, NOW + asked, PATIENCE)
    assert ended(breaker, NOW + asked, Verdict.ANSWERED, 0) == Breaker()
    # One that was down, and is full now, is up again.
    again = ended(begun(opened(), NOW + REST.first, PATIENCE), NOW + REST.first, Verdict.FULL, 1, asked=asked)
    assert (again.state(NOW + REST.first), again.wait(NOW + REST.first)) == (BreakerState.CLOSED, asked)


def test_what_began_before_it_opened_does_not_close_it() -> None:
    breaker = opened()
    for _ in range(SUCCESSES):
        breaker = ended(breaker, NOW + REST.first, Verdict.ANSWERED, 0)
    assert breaker == opened()


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker = ended(breaker, NOW, Verdict.FAILED, 0)
    return breaker


def test_rests_grow_and_are_as_long_as_was_asked_for() -> None:
    rest, now = Rest(timedelta(seconds=5), timedelta(seconds=60), successes=1), NOW
    breaker, rests = Breaker(failures=FAILURES - 1), []
    for asked in (None, None, None, None, None, timedelta(minutes=3), timedelta(days=1)):
        breaker = ended(begun(breaker, now, PATIENCE), now, Verdict.FAILED, breaker.changes, rest, asked)
        wait = breaker.wait(now)
        assert wait is not None
        rests.append(wait.total_seconds())
        now += wait
    assert rests == [5, 10, 20, 40, 60, 180, 900]
    assert ended(breaker, now, Verdict.ANSWERED, breaker.changes, rest) == Breaker(changes=breaker.changes + 1)


async def test_an_endpoint_that_is_down_is_left_alone_and_found_again() -> None:
    clock = ManualClock(NOW)
    down = [answer(500)] * FAILURES
    async with serving(in_turn(*down, said("Back."))) as server:
        breakers = Breakers(clock=clock)
        near = with_breakers(server.port, breakers)
        async with Calls(near) as calls:
            for number in range(1, FAILURES + 1):
                with pytest.raises(EndpointFailure, match="answered 500") as failed:
                    await ask(calls, "made-up-1", PROMPT)
                assert isinstance(failed.value, EndpointClosed) == (number == FAILURES)
            with pytest.raises(EndpointClosed) as kept_away:
                await ask(calls, "made-up-1", PROMPT)
            assert kept_away.value.retry_after == REST.first
            assert len(server.got) == FAILURES
            clock.advance(seconds=REST.first.total_seconds())
            for _ in range(SUCCESSES):
                assert (await ask(calls, "made-up-1", PROMPT)).text == "Back."
    assert await breakers.state("near") is BreakerState.CLOSED


async def test_a_trial_that_fails_is_not_counted_against_anybody() -> None:
    clock = ManualClock(NOW)
    async with serving(in_turn(answer(500))) as server:
        async with Calls(with_breakers(server.port, Breakers(clock=clock))) as calls:
            for _ in range(FAILURES):
                with pytest.raises(EndpointFailure):
                    await ask(calls, "made-up-1", PROMPT)
            for _ in range(3):
                clock.advance(seconds=REST.first.total_seconds())
                with pytest.raises(EndpointClosed, match="500"):
                    await ask(calls, "made-up-1", PROMPT)
        assert len(server.got) == FAILURES + 3


async def test_refusals_are_answers() -> None:
    async with serving(in_turn(answer(400))) as server, Calls(endpoint(server)) as calls:
        for _ in range(FAILURES + 1):
            with pytest.raises(EndpointRefusal):
                await ask(calls, "made-up-1", PROMPT)


async def test_breakers_of_other_endpoints_stay_closed() -> None:
    clock = ManualClock(NOW)
    breakers = Breakers(clock=clock)
    for _ in range(FAILURES):
        await breakers.leave("one", await breakers.enter("one", PATIENCE), Verdict.FAILED)
    with pytest.raises(LeftAlone):
        await breakers.enter("one", PATIENCE)
    await breakers.enter("other", PATIENCE)


def with_breakers(port: int, breakers: Breakers) -> Endpoint:
    definition = {"url": f"http://127.0.0.1:{port}/v1", "tries": 1}
    return Endpoint.of("near", EndpointDefinition.model_validate(definition), Safeguards(breakers=breakers))
