"""How often something may be asked for. Counted in the database, so that all processes count together and a restart
forgets nothing."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from carelog.db import Connection, insert_new
from carelog.identity.refusals import TooOften
from carelog.identity.tables import failed_try, rate_window

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so `many` in a sliding window. Rates of different names are counted apart."""

    name: str
    many: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the next try has to wait after failures in a row: after `free` of them a second, and twice as long
    after each further one, up to `longest`. They are forgotten after `remembered` without one.

    >>> patience = Patience("example", free=3, longest=timedelta(minutes=15), remembered=timedelta(days=1))
    >>> [patience.delay(failures).total_seconds() for failures in (2, 3, 4, 5, 40)]
    [0.0, 1.0, 2.0, 4.0, 900.0]
    """

    name: str
    free: int
    longest: timedelta
    remembered: timedelta

    def delay(self, failures: int) -> timedelta:
        if failures < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(failures - self.free, 30)), self.longest)


def wait_for(rate: Rate, before: int, now_taken: int, into: timedelta) -> timedelta | None:
    """How long to wait when this is one too many, else None. `before` were taken in the fixed window before this one,
    `now_taken` in this one, with this, which is `into` its length. What was taken before counts for the share of its
    window that the sliding one still covers.

    >>> minute = Rate("example", 10, timedelta(minutes=1))
    >>> wait_for(minute, 0, 10, timedelta(seconds=5)), wait_for(minute, 10, 1, timedelta(seconds=30))
    (None, None)
    >>> wait_for(minute, 10, 1, timedelta(seconds=3)), wait_for(minute, 0, 11, timedelta(seconds=20))
    (datetime.timedelta(seconds=3), datetime.timedelta(seconds=46))
    """
    left = rate.window - into
    if before * (left / rate.window) + now_taken <= rate.many:
        return None
    if now_taken <= rate.many:
        # Until enough of the window before has slid out.
        return max(left - rate.window * ((rate.many - now_taken) / before), timedelta(seconds=1))
    # Until the next window has begun, and enough of this one has slid out of that in turn.
    return left + rate.window * (1 - (rate.many - 1) / (now_taken - 1))


class Limits:
    """Counts within the caller's transaction: if that is rolled back, nothing was counted. `key` returns 32 bytes."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    async def take(self, connection: Connection, rate: Rate, *key: str, now: datetime) -> None:
        """Count one for this key. Raises TooOften when that is one too many."""
        bucket, began = self._bucket(rate.name, key), _EPOCH + (now - _EPOCH) // rate.window * rate.window
        expires = began + 2 * rate.window
        await insert_new(
            connection, rate_window, [{"bucket": bucket, "began_at": began, "taken": 0, "expires_at": expires}]
        )
        counted = update(rate_window).where(rate_window.c.bucket == bucket, rate_window.c.began_at == began)
        one_more = counted.values(taken=rate_window.c.taken + 1).returning(rate_window.c.taken)
        taken = (await connection.execute(one_more)).scalar_one()
        the_one_before = select(rate_window.c.taken).where(
            rate_window.c.bucket == bucket, rate_window.c.began_at == began - rate.window
        )
        wait = wait_for(rate, await connection.scalar(the_one_before) or 0, taken, now - began)
        if wait is not None:
            raise TooOften("too often: come again later", retry_after=wait)
        if taken == 1:
            await connection.execute(delete(rate_window).where(rate_window.c.expires_at <= now))

    async def give_back(self, connection: Connection, rate: Rate, *key: str, now: datetime) -> None:
        """Take back one that was counted a moment ago."""
        began = _EPOCH + (now - _EPOCH) // rate.window * rate.window
        counted = (rate_window.c.bucket == self._bucket(rate.name, key), rate_window.c.began_at == began)
        await connection.execute(
            update(rate_window).where(*counted, rate_window.c.taken > 0).values(taken=rate_window.c.taken - 1)
        )

    async def attempt(self, connection: Connection, patience: Patience, *key: str, now: datetime) -> None:
        """Count a try as failed until `succeeded` is called, so that many at once do not get around it. Raises TooOften
        when earlier failures make it wait."""
        columns, bucket = failed_try.c, self._bucket(patience.name, key)
        none = {"bucket": bucket, "failures": 0, "last_at": now, "expires_at": now + patience.remembered}
        await connection.execute(delete(failed_try).where(columns.expires_at <= now))
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        # Made or locked in one statement: between two, a try that succeeds could delete it.
        locked = insert(failed_try).values(none)
        locked = locked.on_conflict_do_update(index_elements=[columns.bucket], set_={"bucket": columns.bucket})
        failures, last_at = (await connection.execute(locked.returning(columns.failures, columns.last_at))).one()
        wait = last_at + patience.delay(failures) - now
        if wait > timedelta(0):
            raise TooOften("too many failures: come again later", retry_after=wait)
        await connection.execute(
            update(failed_try)
            .where(columns.bucket == bucket)
            .values(failures=failures + 1, last_at=now, expires_at=now + patience.remembered)
        )

    async def succeeded(self, connection: Connection, patience: Patience, *key: str) -> None:
        """Forget the failures."""
        await connection.execute(delete(failed_try).where(failed_try.c.bucket == self._bucket(patience.name, key)))

    def origin(self, network: str) -> str:
        """A network's keyed digest, by which it is known again."""
        return self._bucket("origin", (network,))

    def _bucket(self, name: str, key: tuple[str, ...]) -> str:
        text = "\x00".join((name, *key)).encode()
        return hmac.new(self._key(), text, hashlib.sha256).hexdigest()
