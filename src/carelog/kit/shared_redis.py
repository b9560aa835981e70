"""A Redis that processes share, for what need not be kept.

Callers go on without it when it is away. Whoever finds it away leaves it alone for a while, so that an outage costs one
short wait instead of one for every question.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from carelog.kit.clock import Clock
from carelog.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger(__name__)

T = TypeVar("T")

SCHEMES: Final = ("redis://", "rediss://")
_SECONDS: Final = 1.0  # for one question
_REST: Final = timedelta(seconds=5)


class RedisAway(Exception):
    """It cannot be reached, or was not a moment ago."""


class SharedRedis:
    """Opened with a URL that begins with redis:// or rediss://; connections are made when they are needed.

    Raises ConfigurationError naming `setting`, also when the `redis` extra is not installed.
    """

    def __init__(self, url: str, clock: Clock, *, setting: str) -> None:
        self._redis = _client(url, setting)
        self._clock = clock
        self._away_until: datetime | None = None

    async def ask(self, question: "Callable[[Redis], Awaitable[T]]") -> T:
        """Raises RedisAway; once it was found away, at once for a while."""
        if self._away_until is not None and self._clock.now() < self._away_until:
            raise RedisAway
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(_SECONDS):
                answer = await question(self._redis)
        except (RedisError, OSError, TimeoutError) as error:
            if self._away_until is None:
                log.warning("the shared Redis is away", extra={"error": type(error).__name__})
            self._away_until = self._clock.now() + _REST
            raise RedisAway from None
        if self._away_until is not None:
            self._away_until = None
            log.info("the shared Redis is back")
        return answer

    async def close(self) -> None:
        await self._redis.aclose()


def _client(url: str, setting: str) -> "Redis":
    try:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError as RedisConnectionError
    except ImportError:
        raise ConfigurationError(
            f"{setting} needs the extra 'redis': pip install 'carelog[redis]'", details={"key": setting}
        ) from None
    if not url.startswith(SCHEMES):
        raise ConfigurationError(f"{setting} must begin with redis:// or rediss://", details={"key": setting})
    try:
        return Redis.from_url(
            url,
            socket_connect_timeout=_SECONDS,
            socket_timeout=_SECONDS,
            # Once more, since the connection may have been cut while nobody used it.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[RedisConnectionError],
        )
    except ValueError:
        raise ConfigurationError(f"{setting} cannot be read", details={"key": setting}) from None
