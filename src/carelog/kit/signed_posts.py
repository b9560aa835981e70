"""Posts to one address of another system, signed after Standard Webhooks (https://www.standardwebhooks.com)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import httpx

from carelog.kit.address import http_address
from carelog.kit.errors import ConfigurationError, Setback
from carelog.kit.http import retry_after, takes_nothing
from carelog.kit.signing import Signer
from carelog.kit.tls import trusted

E = TypeVar("E", bound=Setback)
E_co = TypeVar("E_co", bound=Setback, covariant=True)


class Poster(Protocol[E_co]):
    """Whose posts they are: a `kit.configured.Configured` that says what went wrong in its own errors."""

    options: Any

    def needed(self, option: str, /) -> str: ...
    def misconfigured(self, option: str, problem: str, /) -> ConfigurationError: ...
    def down(self, problem: str, retry_after: timedelta | None = None, /) -> E_co: ...
    def failed(self, problem: str, retry_after: timedelta | None = None, /) -> E_co: ...
    def refused(self, problem: str, /) -> E_co: ...


class SignedPosts(Generic[E]):
    """What is posted by one that has the options `url`, `secret`, `timeout_seconds` and `at_once`. Raises
    ConfigurationError where these hold no address or no secret."""

    def __init__(self, of: Poster[E]) -> None:
        self._of = of
        self._timeout: float = of.options.timeout_seconds
        try:
            self._url, self._login = http_address(of.needed("url"))
        except ValueError as error:
            raise of.misconfigured("url", str(error)) from None
        try:
            self._signer = Signer(of.needed("secret"))
        except ValueError as error:
            raise of.misconfigured("secret_env" if of.options.secret_env else "secret", str(error)) from None
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def post(self, message_id: str, at: datetime, body: str, headers: Mapping[str, str] = {}) -> E | None:
        """Post some JSON. Returns what went wrong; None is for a 2xx. The id of a message is the same in every try, so
        that a receiver can drop what it has had."""
        whole = {"content-type": "application/json", **headers, **self._signer.headers(message_id, at, body)}
        try:
            response = await self._http().post(self._url, content=body.encode(), headers=whole)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return self._of.down(f"cannot be reached ({type(error).__name__})")
        except httpx.TimeoutException:
            return self._of.failed(f"did not answer within {self._timeout:g} s")
        except httpx.HTTPError as error:
            return self._of.failed(f"broke off ({type(error).__name__})")
        return None if response.is_success else self._failure(response)

    def _failure(self, response: httpx.Response) -> E:
        told, wait = f"answered {response.status_code}", retry_after(response.headers.get("retry-after"))
        if takes_nothing(response.status_code):
            return self._of.down(told, wait)
        return self._of.failed(told, wait) if response.status_code >= 500 else self._of.refused(told)

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            # No redirects: health data goes where the configuration says, and nowhere else.
            self._client = httpx.AsyncClient(
                auth=self._login,
                verify=trusted(),
                timeout=self._timeout,
                follow_redirects=False,
                limits=httpx.Limits(max_connections=self._of.options.at_once),
            )
        return self._client
