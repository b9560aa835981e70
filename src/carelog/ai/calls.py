"""Calls to one endpoint over HTTP: what fails, how, and what is worth another try."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

import httpx

from carelog.ai.endpoint import Endpoint
from carelog.ai.failures import EndpointFailure, EndpointRefusal
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after

# Answers below 500 that time may change (RFC 9110, RFC 8470, RFC 6585); of the others, none.
_PASSING: Final = frozenset({408, 409, 425, 429})
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
    configuration says, and nowhere else."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
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
        """Post to a path below the endpoint's URL, and return the JSON that comes back.

        Raises EndpointFailure, and EndpointRefusal where another try would not help.
        """
        endpoint = self.endpoint
        body: dict[str, Any] = {"data": form, "files": files}
        if json is not None:
            body = {"content": jsontext.dump(json).encode(), "headers": {"content-type": "application/json"}}
        async with endpoint.places:
            try:
                async with asyncio.timeout(endpoint.timeout_seconds):
                    request = self._http.build_request("POST", f"{endpoint.url}{path}", **body)
                    response = await self._http.send(request, stream=True)
                    try:
                        answer = await self._read(response)
                    finally:
                        await response.aclose()
            except TimeoutError:
                raise self.failure(f"did not answer within {endpoint.timeout_seconds:g} s") from None
            except httpx.HTTPError as error:
                raise self.failure(f"cannot be reached ({type(error).__name__})") from None
        return self._checked(response, answer)

    def failure(self, problem: str, retry_after: timedelta | None = None) -> EndpointFailure:
        return EndpointFailure(f"AI endpoint {self.endpoint.name!r} {problem}", retry_after=retry_after)

    def refusal(self, problem: str) -> EndpointRefusal:
        return EndpointRefusal(f"AI endpoint {self.endpoint.name!r} {problem}")

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
            problem = f"answered {status}{_known_code(answer)}"
            if status in _PASSING or status >= 500:
                raise self.failure(problem, retry_after(response.headers.get("retry-after")))
            raise self.refusal(problem)
        try:
            return jsontext.parse(answer)
        except InvalidInput:
            raise self.failure("answered with what is no JSON") from None


def _known_code(answer: bytes) -> str:
    """
    >>> _known_code(b'{"error": {"code": "model_not_found", "message": "..."}}')
    ' (model_not_found)'
    """
    try:
        said = jsontext.parse(answer)
    except InvalidInput:
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f" ({code})" if isinstance(code, str) and code in _KNOWN_CODES else ""
