"""How often sign-in may be tried, so that neither guessing passwords nor locking others out pays.

Failures are counted for an account together with the network they come from, and make the next try from there wait:
whoever fails on purpose makes only themselves wait. Tries at one account from many places are limited together, except
from the devices and networks that its user has signed in from before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from carelog.db import Connection
from carelog.identity import sessions
from carelog.identity.caller import Caller
from carelog.identity.limits import Limits, Patience, Rate
from carelog.kit.ids import new_id

What: TypeAlias = Literal["password", "second factor"]

_TRIES_OF_NETWORK: Final = Rate("tries of a network", 300, timedelta(minutes=5))
_TRIES_AT_ACCOUNT: Final = Rate("tries at an account from places that are new to it", 100, timedelta(hours=1))
# Whoever tries it has the password already: some hundred tries of a million would soon be too many.
_FACTORS_AT_ACCOUNT: Final = Rate("second factors tried from places that are new", 50, timedelta(days=1))
_PATIENCE: Final = Patience("failures", free=5, longest=timedelta(minutes=15), remembered=timedelta(days=1))

_AT_ACCOUNT: Final[Mapping[What, Rate]] = {"password": _TRIES_AT_ACCOUNT, "second factor": _FACTORS_AT_ACCOUNT}

REGISTRATIONS: Final = Rate("registrations of a network", 60, timedelta(hours=1))
REFRESHES: Final = Rate("refreshes of a network", 600, timedelta(minutes=5))
CODES_OF_NETWORK: Final = Rate("codes asked for by a network", 30, timedelta(hours=1))
CODES_TO_TARGET: Final = Rate("codes sent to an address", 5, timedelta(hours=1))
CODES_TO_TARGET_A_DAY: Final = Rate("codes sent to an address in a day", 20, timedelta(days=1))
NOTICES_TO_TARGET: Final = Rate("notices sent to an address in a day", 20, timedelta(days=1))
CODES_TRIED: Final = Rate("codes tried by a network", 100, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was let through, and what to take back if it succeeds."""

    what: What
    key: tuple[str, ...]
    account: str
    strange: bool


class Guard:
    """Lets tries through, within the caller's transaction."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def let_through(
        self,
        connection: Connection,
        what: What,
        account: str,
        user_id: UUID | None,
        caller: Caller,
        now: datetime,
        *,
        device_token: str | None = None,
    ) -> Try:
        """`account` is what was named, which may not exist; `device_token` is any refresh token that the client has of
        that user. Raises TooOften."""
        origin = self._limits.origin(caller.network)
        # The same is looked up for an unknown user, so that the time it takes tells nothing.
        theirs = user_id or new_id()
        device = await sessions.known_device(connection, theirs, device_token)
        strange = not device and not await sessions.known_origin(connection, theirs, origin)
        await self._limits.take(connection, _TRIES_OF_NETWORK, caller.network, now=now)
        if strange:
            await self._limits.take(connection, _AT_ACCOUNT[what], what, account, now=now)
        key = (what, account, f"device {device}" if device else origin)
        await self._limits.attempt(connection, _PATIENCE, *key, now=now)
        return Try(what, key, account, strange)

    async def was_right(self, connection: Connection, tried: Try, now: datetime) -> None:
        # In the order in which they were counted, so that two at once do not deadlock.
        if tried.strange:
            await self._limits.give_back(connection, _AT_ACCOUNT[tried.what], tried.what, tried.account, now=now)
        await self._limits.succeeded(connection, _PATIENCE, *tried.key)

    async def count(self, connection: Connection, rate: Rate, key: str, now: datetime) -> None:
        """Raises TooOften."""
        await self._limits.take(connection, rate, key, now=now)

    def origin(self, caller: Caller) -> str:
        return self._limits.origin(caller.network)
