"""The postman: sends what is in the outbox, each channel by itself and in its own time.

A channel is served by one pump at a time, of all processes, under a lease. What a pump had in hand when it died is
still queued, and is sent again, under the same id.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from carelog.db import Connection, Database, is_outage, leases
from carelog.delivery import delivery as deliveries
from carelog.delivery import outbox
from carelog.delivery.delivery import Channel, Delivery, DeliveryState
from carelog.delivery.sender import Sender, SenderCrash, SenderDown, SenderError
from carelog.delivery.tables import sender_state
from carelog.kit.backoff import MAX_DELAY, pause_of
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id
from carelog.kit.place import place_of
from carelog.kit.wakeup import Wakeup
from carelog.telemetry import metrics

log = logging.getLogger(__name__)


# Senders have limits of their own; this one is for those that hang.
_PATIENCE: Final = timedelta(minutes=2)
_PATIENCE_EACH: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class PostmanOptions:
    """`batch` messages are sent in a commit; `max_tries` is how often one may be tried; `lease` is how long a channel
    lies idle whose pump died; `poll` is how long a message that another process queued may lie unseen."""

    batch: int = 20
    max_tries: int = 8
    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)


class Postman:
    """One pump for each channel that has a sender, until told to stop, or until nothing is due."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[Channel, Sender[Any]],
        clock: Clock,
        options: PostmanOptions | None = None,
    ) -> None:
        self._database = database
        self._senders = senders
        self._clock = clock
        self._options = options or PostmanOptions()
        self._wakeups = {channel: Wakeup() for channel in senders}
        self._stopped = asyncio.Event()

    def wake(self) -> None:
        """Tell the pumps of this process that messages were queued."""
        for wakeup in self._wakeups.values():
            wakeup.wake()

    def stop(self) -> None:
        """End `run` after the batches in hand."""
        self._stopped.set()
        self.wake()

    async def run(self) -> None:
        """Serve every channel until `stop`: one whose sender is down, or slow, holds up no other."""
        async with asyncio.TaskGroup() as pumps:
            for channel in self._senders:
                pumps.create_task(self._serve(channel), name=f"sender {channel}")
            await self._stopped.wait()

    async def drain(self) -> None:
        """Serve every channel until nothing is due that can be sent now."""
        await asyncio.gather(*(self._drain(channel) for channel in self._senders))

    async def _drain(self, channel: Channel) -> None:
        while await self.step(channel):
            pass

    async def _serve(self, channel: Channel) -> None:
        troubles = 0
        wakeup = self._wakeups[channel]
        while not self._stopped.is_set():
            try:
                if not await self.step(channel):
                    await wakeup.wait(self._options.poll.total_seconds())
                troubles = 0
            except Exception as error:  # noqa: BLE001
                # Whatever it is, the messages are still queued; a pump that ends would leave them so for ever.
                troubles += 1
                what = "the database cannot be used" if is_outage(error) else "messages could not be sent"
                log.error(what, extra={"channel": channel, "error": type(error).__name__, "place": place_of(error)})
                await wakeup.wait(pause_of(troubles).total_seconds())

    async def step(self, channel: Channel) -> int:
        """Send one batch. Returns how many messages it brought further: 0 when nothing is due, when the sender is down,
        and when another process serves the channel."""
        sender = self._senders[channel]
        if not await self._is_wanted(channel):
            return 0
        lease = new_id()
        async with self._database.write() as connection:
            state = await leases.take(
                connection, sender_state, channel, lease, now=self._clock.now(), lasting=self._options.lease
            )
        if state is None:
            return 0
        try:
            async with leases.held(
                self._database, sender_state, channel, lease, clock=self._clock, lasting=self._options.lease
            ):
                async with self._database.read() as connection:
                    batch = await outbox.due(connection, channel, self._clock.now(), self._options.batch)
                now = self._clock.now()
                fresh = [one for one in batch if not one.over_at(now)]
                results = await _send(sender, fresh, now)
        except BaseException:
            with suppress(SQLAlchemyError, OSError):
                async with self._database.write() as connection:
                    await leases.give_back(connection, sender_state, channel, lease)
            raise
        stale = [deliveries.expired(one, now) for one in batch if one not in fresh]
        return await self._settle(channel, lease, list(zip(fresh, results, strict=True)), stale, state.troubles)

    async def _is_wanted(self, channel: Channel) -> bool:
        """Whether there is something to do that nobody does. What it costs is what waiting costs."""
        now = self._clock.now()
        async with self._database.read() as connection:
            return await outbox.any_due(connection, channel, now) and await leases.is_free(
                connection, sender_state, channel, now=now
            )

    async def _settle(
        self,
        channel: Channel,
        lease: UUID,
        results: Sequence[tuple[Delivery, SenderError | None]],
        stale: Sequence[Delivery],
        troubles: int,
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
                held = await self._put_off(connection, channel, lease, troubles + 1, down)
            else:
                held = await leases.give_back(
                    connection, sender_state, channel, lease, due_at=now, troubles=0, error=None
                )
            if not held:
                log.warning("another process has taken a channel over", extra={"channel": channel})
                moved = [one for one in moved if one.state is DeliveryState.SENT]
            there = await outbox.settle(connection, moved, before=DeliveryState.QUEUED)
        fates = Counter(_FATES[one.state] for one in moved if one.id in there)
        metrics.deliveries(channel, fates)
        if fates["dead"]:
            log.error("messages became dead letters", extra={"channel": channel, "deliveries": fates["dead"]})
        return 0 if down else len(there)

    async def _put_off(
        self, connection: Connection, channel: Channel, lease: UUID, troubles: int, down: SenderDown
    ) -> bool:
        """Leave a sender that is down alone for a while. Nothing counts as a try: all is still queued."""
        pause = pause_of(troubles)
        if down.retry_after is not None:
            pause = max(pause, min(down.retry_after, MAX_DELAY))
        told = {"channel": channel, "troubles": troubles, "seconds": round(pause.total_seconds())}
        log.warning("sender is down", extra=told)
        return await leases.give_back(
            connection,
            sender_state,
            channel,
            lease,
            due_at=self._clock.now() + pause,
            troubles=troubles,
            error=deliveries.report(down),
        )


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
