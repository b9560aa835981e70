"""The postman: sends what is in the outbox, each channel by itself and in its own time.

A channel is served by one pump at a time, of all processes, under a lease. What a pump had in hand when it died is
still queued, and is sent again, under the same id.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from carelog.db import Connection, Database
from carelog.db.leases import Lease
from carelog.db.pumps import PumpOptions, Pumps
from carelog.delivery import delivery as deliveries
from carelog.delivery import outbox
from carelog.delivery.delivery import Channel, Delivery, DeliveryState
from carelog.delivery.sender import Sender, SenderCrash, SenderDown, SenderError
from carelog.delivery.tables import sender_state
from carelog.kit.clock import Clock
from carelog.kit.place import place_of
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

# Senders have limits of their own; this one is for those that hang.
_PATIENCE: Final = timedelta(minutes=2)
_PATIENCE_EACH: Final = timedelta(seconds=30)


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
            results = await _send(sender, fresh, now)
        stale = [deliveries.expired(one, now) for one in batch if one not in fresh]
        return await self._settle(channel, lease, list(zip(fresh, results, strict=True)), stale)

    async def any_due(self, connection: Connection, channel: Channel) -> bool:
        return await outbox.any_due(connection, channel, self._clock.now())

    async def _settle(
        self,
        channel: Channel,
        lease: Lease,
        results: Sequence[tuple[Delivery, SenderError | None]],
        stale: Sequence[Delivery],
    ) -> int:
        """Write down what became of a batch: what was sent also where another process has taken the channel over."""
        now = self._clock.now()
        down = _down([error for _, error in results])
        changed = [
            deliveries.after(one, now, error if down else _of_its_own(error), max_tries=self._options.max_tries)
            for one, error in results
        ]
        moved = [*stale, *(new for new, (old, _) in zip(changed, results, strict=True) if new is not old)]
        async with self._database.write() as connection:
            if down:
                held = await self.put_off(connection, lease, down)
            else:
                held = await lease.give_back(connection, due_at=now, troubles=0, error=None)
            if not held:
                log.warning("another process has taken a channel over", extra={"channel": channel})
                moved = [one for one in moved if one.state is DeliveryState.SENT]
            there = await outbox.settle(connection, moved, before=DeliveryState.QUEUED)
        fates = Counter(_FATES[one.state] for one in moved if one.id in there)
        metrics.deliveries(channel, fates)
        if fates["dead"]:
            log.error("messages became dead letters", extra={"channel": channel, "deliveries": fates["dead"]})
        return 0 if down else len(there)


async def _send(sender: Sender[Any], batch: Sequence[Delivery], now: datetime) -> list[SenderError | None]:
    """One result for each message, whatever the sender does; one on which it crashes is told of that message alone."""
    if not batch:
        return []
    try:
        async with asyncio.timeout((_PATIENCE + len(batch) * _PATIENCE_EACH).total_seconds()):
            results = await sender.send(batch, now)
        if len(results) != len(batch):
            raise ValueError("a sender returns one result for each message")
    except TimeoutError:
        return [sender.down("does not answer")] * len(batch)
    except Exception as error:  # noqa: BLE001  a sender of any package
        if len(batch) > 1:
            return [result for one in batch for result in await _send(sender, [one], now)]
        kind, place = type(error).__name__, place_of(error)
        log.error("sender crashed", extra={"channel": sender.channel, "error": kind, "place": place})
        # Only our own errors are known to say nothing of the message; of the others the kind and the place.
        return [error if isinstance(error, SenderError) else SenderCrash(f"{kind} at {place}")]
    return results


def _down(results: Sequence[SenderError | None]) -> SenderDown | None:
    """Why the sender is down, if it is: it took nothing of the batch. Where it took something, each failure is of the
    message, so that none can stand in the way of the others for ever."""
    if any(result is None for result in results):
        return None
    downs = [result for result in results if isinstance(result, SenderDown)]
    return downs[0] if downs else None


def _of_its_own(error: SenderError | None) -> SenderError | None:
    return SenderError(error.message, retry_after=error.retry_after) if isinstance(error, SenderDown) else error


_FATES: Final = {
    DeliveryState.QUEUED: "failed",
    DeliveryState.SENT: "sent",
    DeliveryState.DEAD: "dead",
    DeliveryState.DISCARDED: "expired",
}
