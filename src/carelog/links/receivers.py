"""Receivers of webhooks: each has a breaker, which all processes share and all links that post to the same URL."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx
from pydantic import HttpUrl

from carelog.db.breakers import Breakers, LeftAlone
from carelog.kit.breaker import TRIAL_WAIT, BreakerState, Rest, Verdict
from carelog.kit.http import retry_after
from carelog.pipeline import LinkError, LinkParked, PermanentLinkError
from carelog.telemetry import metrics

# One success is enough: a receiver for which little comes would else long be held for one that is down.
REST: Final = Rest(timedelta(seconds=5), timedelta(seconds=60), successes=1)

# Answers that trying again will not change: the receiver understood and said no (RFC 9110).
_FINAL: Final = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
_FULL: Final = 429
_BUSY: Final = timedelta(seconds=10)  # where a receiver that is full does not say for how long
_SHORTEST: Final = timedelta(seconds=1)
_VERDICTS: Final = {
    "answered": Verdict.ANSWERED,
    "full": Verdict.FULL,
    "refused": Verdict.ANSWERED,
    "failed": Verdict.FAILED,
    "timed_out": Verdict.FAILED,
}


class ReceiverFull(LinkParked):
    """A receiver is well, and takes no more for now: it may be posted to again after `wait`."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message, retry_after=wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Receiver:
    """One URL that is posted to. `name` is what may be shown of it, as many a URL is itself a secret; `number` is its
    place among those of its link."""

    number: int
    name: str
    url: str = field(repr=False)
    breakers: Breakers = field(repr=False, compare=False)

    @classmethod
    def at(cls, number: int, url: HttpUrl, context: Mapping[str, Any] | None) -> "Receiver":
        """`context` is as for `make_link`; without breakers in it, the receiver has one by itself."""
        given = (context or {}).get("receivers")
        return cls(number, name_of(url), str(url), given if isinstance(given, Breakers) else Breakers())

    async def look(self) -> None:
        """Raises LinkParked where it is left alone now, and ReceiverFull where that is because it is full."""
        wait = await self.breakers.wait(self.name)
        if wait is not None:
            raise await self._left_alone(wait)

    async def post(
        self, client: httpx.AsyncClient, body: str, headers: Mapping[str, str], timeout_seconds: float
    ) -> None:
        """Post some JSON. Raises LinkError where it was not taken, LinkParked where no conversation is to blame for
        that, ReceiverFull where it has enough for now, PermanentLinkError where it never will be taken."""
        try:
            entered = await self.breakers.enter(self.name, timedelta(seconds=timeout_seconds))
        except LeftAlone as left:
            raise await self._left_alone(left.wait) from None
        began, verdict = time.perf_counter(), Verdict.GIVEN_UP
        failure: LinkError | None = None
        try:
            fate, failure = await self._posted(client, body, headers, timeout_seconds)
            verdict = _VERDICTS[fate]
        finally:
            asked = failure.retry_after if failure else None
            wait = await asyncio.shield(self.breakers.leave(self.name, entered, verdict, REST, asked))
        metrics.webhook_posted(self.name, fate, time.perf_counter() - began)
        if failure is None:
            return
        if wait is not None and verdict is Verdict.FAILED:
            # It is known to be down. Behind those that were not posted, should this one be what it cannot take.
            wait = max(wait, failure.retry_after or wait) + TRIAL_WAIT
            raise LinkParked(f"{failure.message}, and is left alone for now", retry_after=wait)
        raise failure

    async def _posted(
        self, client: httpx.AsyncClient, body: str, headers: Mapping[str, str], timeout_seconds: float
    ) -> tuple[str, LinkError | None]:
        """How a post ended, and what went wrong. The time is for all of it, however slowly an answer comes."""
        whole = {"content-type": "application/json", **headers}
        try:
            async with asyncio.timeout(timeout_seconds):
                response = await client.post(self.url, content=body.encode(), headers=whole)
        except TimeoutError:
            return "timed_out", LinkError(f"webhook {self.number} did not answer within {timeout_seconds:g} s")
        except httpx.HTTPError as error:
            return "failed", LinkError(f"webhook {self.number} cannot be reached ({type(error).__name__})")
        status = response.status_code
        if response.is_success:
            return "answered", None
        message = f"webhook {self.number} answered {status}"
        if status in _FINAL or response.is_redirect:
            return "refused", PermanentLinkError(message)
        pause = retry_after(response.headers.get("retry-after"))
        if status == _FULL:
            return "full", ReceiverFull(message, max(_BUSY if pause is None else pause, _SHORTEST))
        return "failed", LinkError(message, retry_after=pause)

    async def _left_alone(self, wait: timedelta) -> LinkParked:
        metrics.webhook_kept_away(self.name)
        if await self.breakers.state(self.name) is BreakerState.CLOSED:
            return ReceiverFull(f"webhook {self.number} has enough for now", wait)
        return LinkParked(f"webhook {self.number} failed too often: it is left alone for now", retry_after=wait)


def name_of(url: HttpUrl) -> str:
    """The host, and what tells this URL from others there.

    >>> name_of(HttpUrl("https://hooks.example.org/carelog"))
    'hooks.example.org#eaf2fa5c'
    >>> name_of(HttpUrl("http://127.0.0.1:8099/carelog")).split("#")[0]
    '127.0.0.1:8099'
    """
    digest = hashlib.blake2b(str(url).encode(), digest_size=4).hexdigest()
    plain = url.port in (None, {"http": 80, "https": 443}[url.scheme])
    return f"{url.host}{'' if plain else f':{url.port}'}#{digest}"
