"""The postman: sends what is in the outbox, each channel by itself and in its own time.

A channel is served by one pump at a time, of all processes, under a lease. What a pump had in hand when it died is
still queued, and is sent again, under the same id.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Self

from carelog.db import Connection, Database
from carelog.db.leases import Lease
from carelog.db.pumps import PumpOptions, Pumps
from carelog.delivery import delivery as deliveries
from carelog.delivery import outbox
from carelog.delivery.delivery import Channel, Delivery, DeliveryState
from carelog.delivery.sender import Sender, SenderCrash, SenderDown, SenderError
from carelog.delivery.tables import sender_state
from carelog.kit.backoff import at_least, pause_of
from carelog.kit.cancelled import is_being_cancelled
from carelog.kit.clock import Clock
from carelog.kit.place import place_of
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

# Senders have limits of their own; this one is for those that hang.
_PATIENCE: Final = timedelta(minutes=2, seconds=30)


class Postman(Pumps[Channel]):
    """One pump for each channel that has a sender, until told to stop, or until nothing is due."""

    kind = "channel"
    outlet = "sender"
    failure = "messages could not be sent"

    def __init__(
        self, database: Database, senders: Mapping[Channel, Sender[Any]], clock: Clock, options: PumpOptions
    ) -> None:
        super().__init__(database, sender_state, senders, clock, options)
        self._senders = senders

    async def step(self, channel: Channel) -> int:
        """Send one batch. Returns how many messages it brought further: 0 when nothing is due, when the sender is down,
        and when another process serves the channel."""
        sender = self._senders[channel]
        if not await self.is_wanted(channel):
            return 0
        async with self._leases.held(channel) as lease:
            if lease is None:
                return 0
            async with self._database.read() as connection:
                batch = await outbox.due(connection, channel, self._clock.now(), self._options.batch)
            now = self._clock.now()
            fresh = [one for one in batch if not one.over_at(now)]
            if lease.row.troubles:
                # What the last round began with may have been to blame.
                random.shuffle(fresh)
            done = await _Round(sender, now).of(fresh)
        stale = [deliveries.expired(one, now) for one in batch if one not in fresh]
        return await self._settle(channel, lease, done, stale)

    async def any_due(self, connection: Connection, channel: Channel) -> bool:
        return await outbox.any_due(connection, channel, self._clock.now())

    async def _settle(self, channel: Channel, lease: Lease, done: "_Round", stale: Sequence[Delivery]) -> int:
        """Write down what became of a batch: what was sent also where another process has taken the channel over."""
        now = self._clock.now()
        max_tries = self._options.max_tries
        moved = [*stale, *(deliveries.after(one, now, error, max_tries=max_tries) for one, error in done.results)]
        async with self._database.write() as connection:
            if done.down and not done.took_any:
                held = await self.put_off(connection, lease, done.down)
            else:
                # One that is full has taken what it could: it is not in trouble.
                pause = at_least(pause_of(1), done.down.retry_after) if done.down else timedelta(0)
                held = await lease.give_back(connection, due_at=now + pause, troubles=0, error=None)
            if not held:
                log.warning("another process has taken a channel over", extra={"channel": channel})
                moved = [one for one in moved if one.state is DeliveryState.SENT]
            there = await outbox.settle(connection, moved, before=DeliveryState.QUEUED)
        fates = Counter(_FATES[one.state] for one in moved if one.id in there)
        metrics.deliveries(channel, fates)
        if fates["dead"]:
            log.error("messages became dead letters", extra={"channel": channel, "deliveries": fates["dead"]})
        return 0 if done.down else len(there)


class _Round:
    """One batch, brought to a sender. It ends with the first message that the sender is down for: what it did not
    take waits, and counts no try.

    The message may be to blame all the same. So the first goes alone; where the sender is down for it, the last is sent
    too, and when that is taken, the first is to blame, which counts a try.
    """

    def __init__(self, sender: Sender[Any], now: datetime) -> None:
        self._sender = sender
        self._now = now
        self.results: list[tuple[Delivery, SenderError | None]] = []
        self.down: SenderDown | None = None

    @property
    def took_any(self) -> bool:
        return any(error is None for _, error in self.results)

    async def of(self, batch: Sequence[Delivery]) -> Self:
        left = list(batch)
        if left and await self._begins(left):
            waiting = iter(left)
            await asyncio.gather(*(self._go_on(waiting) for _ in range(self._sender.at_once)))
        if batch:
            await self._rest()
        return self

    async def _begins(self, left: list[Delivery]) -> bool:
        """Whether the sender is there; what was brought to it is left no more."""
        first = left.pop(0)
        error = await self._bring(first)
        if not isinstance(error, SenderDown):
            return True
        if not left or await self._bring(left.pop()):
            return False
        self.down = None
        self.results.append((first, SenderError(error.message, retry_after=error.retry_after)))
        return True

    async def _go_on(self, waiting: Iterator[Delivery]) -> None:
        while not self.down and (one := next(waiting, None)):
            await self._bring(one)

    async def _bring(self, one: Delivery) -> SenderError | None:
        error = await self._send(one)
        if isinstance(error, SenderDown):
            self.down = self.down or error
        else:
            self.results.append((one, error))
        return error

    async def _send(self, one: Delivery) -> SenderError | None:
        """What became of a message, whatever the sender does."""
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await self._sender.send(one, self._now)
        except TimeoutError:
            return self._sender.down("does not answer")
        except SenderError as error:
            return error
        except (Exception, asyncio.CancelledError) as error:  # a sender of any package
            if isinstance(error, asyncio.CancelledError) and is_being_cancelled():
                raise
            # Only our own errors are known to say nothing of the message; of the others the kind and the place.
            return SenderCrash(self._crashed(error))
        return None

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await self._sender.rest()
        except Exception as error:  # noqa: BLE001  a sender of any package
            self._crashed(error)

    def _crashed(self, error: BaseException) -> str:
        kind, place = type(error).__name__, place_of(error)
        log.error("sender crashed", extra={"channel": self._sender.channel, "error": kind, "place": place})
        return f"{kind} at {place}"


_FATES: Final = {
    DeliveryState.QUEUED: "failed",
    DeliveryState.SENT: "sent",
    DeliveryState.DEAD: "dead",
    DeliveryState.DISCARDED: "expired",
}
