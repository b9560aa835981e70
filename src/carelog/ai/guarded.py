"""One call of an endpoint, within all that stands between it and Carelog: its places, its rates, its breaker, the tries
that a call has and the time that it may take with all of them."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Generic, TypeVar
from uuid import UUID

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from carelog.ai.endpoint import Endpoint
from carelog.ai.failures import EndpointBusy, EndpointClosed, EndpointFailure, EndpointRefusal, EndpointTimeout
from carelog.ai.rates import Limit
from carelog.db.breakers import LeftAlone
from carelog.kit.backoff import backoff
from carelog.kit.breaker import Rest, Verdict
from carelog.telemetry import metrics

T = TypeVar("T")

Sleep = Callable[[float], Awaitable[None]]

_LONGEST_PAUSE: Final = timedelta(seconds=10)  # who is to wait longer lets the run wait, and keeps no worker busy


async def guarded(
    endpoint: Endpoint, call: Callable[[], Awaitable[T]], *, tokens: int = 0, sleep: Sleep = asyncio.sleep
) -> T:
    """What the call returns, which takes so many tokens at least. What fails at once is tried again, as often as the
    endpoint's `tries` say, as long as its `timeout_seconds` have not passed; what timed out is not. `sleep` passes the
    time between tries.

    Raises what the call raises; EndpointTimeout; EndpointClosed where the endpoint is left alone; EndpointBusy where it
    may not be asked now.
    """
    trying = _Trying(endpoint, call, tokens)
    retrying = AsyncRetrying(
        sleep=sleep,
        wait=_pause,
        stop=trying.are_over,
        retry=retry_if_exception(_worth_another),
        reraise=True,
    )
    return await retrying(trying.once)


async def admit(endpoint: Endpoint, person: UUID) -> None:
    """Count a conversation of a person that is asked about. Raises EndpointBusy where that is one too many."""
    most = endpoint.definition.person_per_minute
    if most is None:
        return
    # A count may outlast the record for a while, and must not say whose it was.
    digest = hashlib.blake2b(person.bytes, digest_size=16).hexdigest()
    wait = await endpoint.safeguards.rates.take(Limit(f"{endpoint.name}:person:{digest}", most))
    if wait is not None:
        raise _held_back(endpoint, wait)


async def took(endpoint: Endpoint, tokens: int) -> None:
    """Count tokens that an answer took beyond those that its call was thought to take: those of a whole minute at the
    most, after which the next may be asked."""
    limit = _tokens_of(endpoint)
    if limit is not None and tokens > 0:
        await endpoint.safeguards.rates.add(limit, min(tokens, limit.a_minute))


class _Trying(Generic[T]):
    """The tries of one call; its time begins when it first has a place."""

    def __init__(self, endpoint: Endpoint, call: Callable[[], Awaitable[T]], tokens: int) -> None:
        self._endpoint = endpoint
        self._call = call
        self._tokens = tokens
        self._ends: float | None = None

    def are_over(self, state: RetryCallState) -> bool:
        """All were made, or there is no time for another."""
        if state.attempt_number >= self._endpoint.definition.tries:
            return True
        return self._ends is not None and asyncio.get_running_loop().time() + state.upcoming_sleep >= self._ends

    async def once(self) -> T:
        endpoint = self._endpoint
        async with endpoint.places:
            if self._ends is None:
                self._ends = asyncio.get_running_loop().time() + endpoint.timeout_seconds
            return await self._in_breaker(self._ends)

    async def _in_breaker(self, ends: float) -> T:
        endpoint, breakers = self._endpoint, self._endpoint.safeguards.breakers
        try:
            entered = await breakers.enter(endpoint.name, endpoint.patience)
        except LeftAlone as left:
            metrics.ai_not_called(endpoint.name, "kept_away")
            seconds = max(1, round(left.wait.total_seconds()))
            told = f"AI endpoint {endpoint.name!r} failed too often: left alone for {seconds} s"
            raise EndpointClosed(told, retry_after=left.wait) from None
        verdict, began = Verdict.GIVEN_UP, time.perf_counter()
        failure: EndpointFailure | None = None
        try:
            await _take(endpoint, self._tokens)
            answer = await self._in_time(ends)
            verdict = Verdict.ANSWERED
        except EndpointFailure as error:
            failure = error
            if not isinstance(error, _HeldBack):
                verdict = Verdict.ANSWERED if isinstance(error, EndpointRefusal) else Verdict.FAILED
        finally:
            rest = Rest(timedelta(seconds=endpoint.definition.breaker_rest_seconds))
            wait = await asyncio.shield(breakers.leave(endpoint.name, entered, verdict, rest))
        if isinstance(failure, _HeldBack):
            metrics.ai_not_called(endpoint.name, "held_back")
            raise failure
        metrics.ai_called(endpoint.name, _fate(failure), time.perf_counter() - began)
        if failure is None:
            return answer
        if wait is not None and verdict is Verdict.FAILED:
            # The last straw, or a trial that failed: no run is to blame, so it is for none to count as its own try.
            wait = max(wait, failure.retry_after or wait)
            raise EndpointClosed(f"{failure.message}, and is left alone for now", retry_after=wait)
        raise failure

    async def _in_time(self, ends: float) -> T:
        try:
            async with asyncio.timeout_at(ends):
                return await self._call()
        except TimeoutError:
            endpoint = self._endpoint
            told = f"AI endpoint {endpoint.name!r} did not answer within {endpoint.timeout_seconds:g} s"
            raise EndpointTimeout(told) from None


class _HeldBack(EndpointBusy):
    """Nobody asked the endpoint, which knows nothing of it."""


def _held_back(endpoint: Endpoint, wait: timedelta) -> EndpointBusy:
    seconds = max(1, round(wait.total_seconds()))
    told = f"AI endpoint {endpoint.name!r} was asked as often as the settings allow: again in {seconds} s"
    return _HeldBack(told, retry_after=wait)


async def _take(endpoint: Endpoint, tokens: int) -> None:
    """Take what one try takes. Raises EndpointBusy, with none taken."""
    rates, requests = endpoint.safeguards.rates, _requests_of(endpoint)
    wait = await rates.take(requests) if requests else None
    limit = _tokens_of(endpoint)
    if wait is None and limit and (wait := await rates.take(limit, tokens)) is not None and requests:
        await rates.add(requests, -1)
    if wait is not None:
        raise _held_back(endpoint, wait)


def _requests_of(endpoint: Endpoint) -> Limit | None:
    most = endpoint.definition.requests_per_minute
    return None if most is None else Limit(f"{endpoint.name}:requests", most)


def _tokens_of(endpoint: Endpoint) -> Limit | None:
    most = endpoint.definition.tokens_per_minute
    return None if most is None else Limit(f"{endpoint.name}:tokens", most)


def _fate(failure: EndpointFailure | None) -> str:
    match failure:
        case None:
            return "answered"
        case EndpointRefusal():
            return "refused"
        case EndpointTimeout():
            return "timed_out"
        case _:
            return "failed"


def _worth_another(error: BaseException) -> bool:
    if isinstance(error, EndpointRefusal | EndpointClosed | EndpointTimeout) or not isinstance(error, EndpointFailure):
        return False
    return error.retry_after is None or error.retry_after <= _LONGEST_PAUSE


def _pause(state: RetryCallState) -> float:
    """Seconds until the next try: what the endpoint asks for, or else longer each time, in part by chance."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, EndpointFailure) else None
    return (backoff(state.attempt_number) if asked is None else asked).total_seconds()
