"""Messages to be sent, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from reminding import SECRET
from small_http import Server

from carelog.app import Carelog
from carelog.delivery import Channel, Delivery, Message, outbox
from carelog.identity import operator
from carelog.kit.ids import new_id


def message(
    recipient: str,
    *,
    channel: Channel = "email",
    title: str | None = None,
    text: str = "A message",
    key: str | None = None,
    subject_id: UUID | None = None,
    expires_at: datetime | None = None,
    joins: bool = False,
) -> Message:
    return Message(
        channel,
        recipient,
        text,
        key or f"test:{new_id()}",
        title=title,
        subject_id=subject_id,
        expires_at=expires_at,
        joins=joins,
    )


async def queue(carelog: Carelog, recipient: str, **more: Any) -> None:
    async with carelog.health.write() as connection:
        await outbox.queue(connection, [message(recipient, **more)], carelog.clock.now())


async def deliveries(carelog: Carelog) -> list[Delivery]:
    """The last to be queued first."""
    return (await carelog.deliveries.page(operator(), limit=200)).items


def webhook(channel: Channel, server: Server, **more: Any) -> dict[str, Any]:
    """The setting `senders` with one that posts to this server."""
    return {channel: {"type": "webhook", "url": f"http://127.0.0.1:{server.port}/", "secret": SECRET, **more}}
