"""Notices to users about their account, as deliveries: by e-mail, or by text message."""

from collections.abc import Callable, Collection
from typing import Final

from carelog.db import Connection, Database
from carelog.delivery import outbox
from carelog.delivery.delivery import Channel, Message
from carelog.identity.notices import By, Notice, nothing_delivers
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id

_WAYS: Final[dict[By, tuple[Channel, ...]]] = {"email": ("email",), "phone": ("sms", "whatsapp")}


class NoticesByDelivery:
    """Delivers notices by the channels that have a sender."""

    def __init__(
        self, database: Database, clock: Clock, channels: Collection[Channel], wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = frozenset(channels)
        self._wake = wake

    def delivers(self, by: By) -> bool:
        return self._way(by) is not None

    async def send(self, notice: Notice) -> None:
        """When it returns the notice is on disk, and will be sent, or be of no use any more. Raises NothingDelivers."""
        async with self._database.write() as connection:
            await self._queue(connection, notice)
        self._wake()

    async def feign(self, notice: Notice) -> None:
        """As `send`, but the notice is off the disk again when it returns."""
        async with self._database.write() as connection:
            await outbox.withdraw(connection, await self._queue(connection, notice))
        self._wake()

    async def _queue(self, connection: Connection, notice: Notice) -> str:
        """The key of the message that it is now."""
        channel = self._way(notice.by)
        if channel is None:
            raise nothing_delivers(notice.by)
        now = self._clock.now()
        message = Message(
            channel=channel,
            recipient=notice.to,
            title=notice.subject,
            text=notice.text,
            key=f"notice:{notice.key or new_id()}",
            expires_at=now + notice.good_for,
        )
        await outbox.queue(connection, [message], now)
        return message.key

    def _way(self, by: By) -> Channel | None:
        return next((channel for channel in _WAYS[by] if channel in self._channels), None)
