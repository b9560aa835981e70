"""Calls to one endpoint over HTTP: what goes out, what comes back, and what fails, how."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

import httpx

from carelog.ai.endpoint import Endpoint, Speaks
from carelog.ai.failures import AnswerCutOff, EndpointBusy, EndpointFailure, EndpointRefusal
from carelog.ai.guarded import guarded
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after

# Answers below 500 that time may change, beside 429 (RFC 9110, RFC 8470, RFC 6585); of the others, none.
_PASSING: Final = frozenset({408, 409, 425})
_NEVER: Final = frozenset({501, 505})  # what a server does not have, it will not have next time
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
        self._http = httpx.AsyncClient(
            headers=_credentials(endpoint),
            verify=endpoint.tls,
            follow_redirects=False,
            timeout=None,  # noqa: S113  see `guarded`
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
        content: tuple[bytes, str] | None = None,
        params: Mapping[str, str] | None = None,
        tokens: int = 0,
    ) -> Any:
        """Post to a path below the endpoint's URL, and return the JSON that comes back. What fails at once is tried
        again, as often as the endpoint's `tries` say; what timed out is not. `content` is a file and its media type;
        `tokens` are what it will take at least.

        Raises as `guarded` does; EndpointFailure, EndpointRefusal where another try would not help.
        """
        body: dict[str, Any] = {"data": form, "files": files}
        if json is not None:
            content = (jsontext.dump(json).encode(), "application/json")
        if content is not None:
            body = {"content": content[0], "headers": {"content-type": content[1]}}
        return await self._tried("POST", path, body | {"params": params}, tokens)

    async def get(self, path: str) -> Any:
        """Get the JSON at a path below the endpoint's URL; otherwise as `post`."""
        return await self._tried("GET", path, {})

    async def pause(self, seconds: float) -> None:
        """Let time pass, as between tries: for what an endpoint is at work on."""
        await self._sleep(seconds)

    async def _tried(self, method: str, path: str, body: Mapping[str, Any], tokens: int = 0) -> Any:
        return await guarded(self.endpoint, lambda: self._sent(method, path, body), tokens=tokens, sleep=self._sleep)

    async def _sent(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        try:
            request = self._http.build_request(method, f"{self.endpoint.url}{path}", **body)
            response = await self._http.send(request, stream=True)
            try:
                answer = await self._read(response)
            finally:
                await response.aclose()
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
            pause = retry_after(response.headers.get("retry-after"))
            if status == 429:
                raise EndpointBusy(f"AI endpoint {self.endpoint.name!r} {problem}", retry_after=pause)
            if status in _PASSING or (status >= 500 and status not in _NEVER):
                raise self.failure(problem, pause)
            if status == 413 or code == "context_length_exceeded":
                raise AnswerCutOff(f"AI endpoint {self.endpoint.name!r} {problem}", status=status)
            raise self.refusal(problem, status)
        try:
            return jsontext.parse(answer)
        except InvalidInput:
            raise self.failure("answered with what is no JSON") from None


def _credentials(endpoint: Endpoint) -> dict[str, str]:
    key = endpoint.api_key
    if key is None:
        return {}
    match endpoint.speaks:
        case Speaks.OPENAI:
            return {"authorization": f"Bearer {key}"}
        case Speaks.DEEPGRAM:
            return {"authorization": f"Token {key}"}
        case Speaks.SARVAM:
            return {"api-subscription-key": key}


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
