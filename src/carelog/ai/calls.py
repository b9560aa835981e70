"""Calls to one endpoint over HTTP: what fails, how, and what is worth another try."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay

from carelog.ai.breaker import Verdict
from carelog.ai.endpoint import Endpoint
from carelog.ai.failures import AnswerCutOff, EndpointClosed, EndpointFailure, EndpointRefusal, EndpointTimeout
from carelog.kit import jsontext
from carelog.kit.backoff import backoff
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after
from carelog.telemetry import metrics

# Answers below 500 that time may change (RFC 9110, RFC 8470, RFC 6585); of the others, none.
_PASSING: Final = frozenset({408, 409, 425, 429})
_NEVER: Final = frozenset({501, 505})  # what a server does not have, it will not have next time
_LONGEST_PAUSE: Final = timedelta(seconds=10)  # who is to wait longer lets the run wait, and keeps no worker busy
_LARGEST_ANSWER: Final = 64 * 1024 * 1024  # bytes; the words of a day with their times take less
# What an endpoint may say of itself in `error.code`: words that are known cannot be words of a conversation.
_KNOWN_CODES: Final = frozenset(
    {
        *("context_length_exceeded", "invalid_api_key", "insufficient_quota", "model_not_found", "invalid_value"),
        *("rate_limit_exceeded", "unsupported_parameter", "unsupported_value", "unknown_parameter"),
    }
)


class Calls:
    """An open way to an endpoint, to be used as a context. No redirects are followed: health data goes where the
    configuration says, and nowhere else. `sleep` is what passes the time between tries."""

    def __init__(self, endpoint: Endpoint, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.endpoint = endpoint
        self._sleep = sleep
        key = endpoint.api_key
        self._http = httpx.AsyncClient(
            headers={"authorization": f"Bearer {key}"} if key else {},
            verify=endpoint.tls,
            follow_redirects=False,
            timeout=None,  # noqa: S113  see `post`
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def post(
        self,
        path: str,
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str | list[str]] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Any:
        """Post to a path below the endpoint's URL, and return the JSON that comes back. What fails at once is tried
        again, as often as the endpoint's `tries` say; what timed out is not.

        Raises EndpointFailure, EndpointRefusal where another try would not help, EndpointClosed where none was made.
        """
        body: dict[str, Any] = {"data": form, "files": files}
        if json is not None:
            body = {"content": jsontext.dump(json).encode(), "headers": {"content-type": "application/json"}}
        retrying = AsyncRetrying(
            sleep=self._sleep,
            wait=_pause,
            stop=stop_after_attempt(self.endpoint.tries) | stop_before_delay(self.endpoint.timeout_seconds),
            retry=retry_if_exception(_worth_another),
            reraise=True,
        )
        return await retrying(self._once, path, body)

    async def _once(self, path: str, body: Mapping[str, Any]) -> Any:
        """One try, in the endpoint's breaker."""
        endpoint = self.endpoint
        async with endpoint.places:
            try:
                entered = await endpoint.breakers.enter(endpoint.name, timedelta(seconds=endpoint.timeout_seconds))
            except EndpointClosed:
                metrics.ai_kept_away(endpoint.name)
                raise
            verdict, failure, began = Verdict.GIVEN_UP, None, time.perf_counter()
            try:
                answer = await self._sent(path, body)
                verdict = Verdict.ANSWERED
            except EndpointFailure as error:
                verdict = Verdict.ANSWERED if isinstance(error, EndpointRefusal) else Verdict.FAILED
                failure = error
            finally:
                wait = await asyncio.shield(endpoint.breakers.leave(endpoint.name, entered, verdict))
            metrics.ai_called(endpoint.name, _fate(failure), time.perf_counter() - began)
        if failure is None:
            return answer
        if wait is not None and verdict is Verdict.FAILED:
            # The last straw, or a trial that failed: no run is to blame, so it is for none to count as its own try.
            wait = max(wait, failure.retry_after or wait)
            raise EndpointClosed(f"{failure.message}, and is left alone for now", retry_after=wait)
        raise failure

    async def _sent(self, path: str, body: Mapping[str, Any]) -> Any:
        endpoint = self.endpoint
        try:
            async with asyncio.timeout(endpoint.timeout_seconds):
                request = self._http.build_request("POST", f"{endpoint.url}{path}", **body)
                response = await self._http.send(request, stream=True)
                try:
                    answer = await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            told = f"AI endpoint {endpoint.name!r} did not answer within {endpoint.timeout_seconds:g} s"
            raise EndpointTimeout(told) from None
        except httpx.HTTPError as error:
            raise self.failure(f"cannot be reached ({type(error).__name__})") from None
        return self._checked(response, answer)

    def failure(self, problem: str, retry_after: timedelta | None = None) -> EndpointFailure:
        return EndpointFailure(f"AI endpoint {self.endpoint.name!r} {problem}", retry_after=retry_after)

    def refusal(self, problem: str, status: int | None = None) -> EndpointRefusal:
        return EndpointRefusal(f"AI endpoint {self.endpoint.name!r} {problem}", status=status)

    async def _read(self, response: httpx.Response) -> bytes:
        answer = bytearray()
        async for piece in response.aiter_bytes():
            answer += piece
            if len(answer) > _LARGEST_ANSWER:
                raise self.refusal(f"answered with more than {_LARGEST_ANSWER} bytes")
        return bytes(answer)

    def _checked(self, response: httpx.Response, answer: bytes) -> Any:
        status = response.status_code
        if not response.is_success:
            code = _known_code(answer)
            problem = f"answered {status} ({code})" if code else f"answered {status}"
            if status in _PASSING or (status >= 500 and status not in _NEVER):
                raise self.failure(problem, retry_after(response.headers.get("retry-after")))
            if status == 413 or code == "context_length_exceeded":
                raise AnswerCutOff(f"AI endpoint {self.endpoint.name!r} {problem}", status=status)
            raise self.refusal(problem, status)
        try:
            return jsontext.parse(answer)
        except InvalidInput:
            raise self.failure("answered with what is no JSON") from None


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


def _known_code(answer: bytes) -> str | None:
    """
    >>> _known_code(b'{"error": {"code": "model_not_found", "message": "..."}}')
    'model_not_found'
    """
    try:
        said = jsontext.parse(answer)
    except InvalidInput:
        return None
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code in _KNOWN_CODES else None
