"""Alerts as messages, to everybody who looks after the subject, by every way in which they can be reached."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from carelog.db import Database
from carelog.delivery.alert import Raised
from carelog.delivery.delivery import Channel, Message
from carelog.identity.policy import Reach
from carelog.identity.users import User
from carelog.identity.watchers import watchers_of
from carelog.kit.clock import Clock

_OF_USE: Final = timedelta(days=1)
_PHONES: Final[tuple[Channel, ...]] = ("sms", "whatsapp")


class Alerting:
    """Says which messages tell of alerts. Who raises them queues the messages in the transaction that they follow
    from."""

    def __init__(
        self,
        auth: Database,
        clock: Clock,
        channels: Collection[Channel],
        wake: Callable[[], None],
        *,
        clinicians_see: Reach = "granted",
    ) -> None:
        """`channels` are those that messages can be sent by; `wake` tells who sends them that there are new ones."""
        self._auth = auth
        self._clock = clock
        self._channels = frozenset(channels)
        self._wake = wake
        self._clinicians_see: Reach = clinicians_see

    async def messages(self, raised: Collection[Raised]) -> list[tuple[Raised, Message]]:
        """The messages that tell of what was raised; none where nothing sends. Users are written to at addresses that
        they have shown to be theirs, and nowhere else."""
        if not raised or not self._channels:
            return []
        subjects = {one.subject_id for one in raised}
        async with self._auth.read() as connection:
            watchers = await watchers_of(connection, subjects, self._clock.now(), clinicians_see=self._clinicians_see)
        return [(one, message) for one in raised for message in self._of(one, watchers)]

    def _of(self, raised: Raised, watchers: Mapping[UUID, Sequence[User]]) -> Iterator[Message]:
        if "webhook" in self._channels:
            yield self._message(raised, "webhook", f"subject:{raised.subject_id}", "webhook")
        for user in watchers.get(raised.subject_id, ()):
            for channel, address in self._addresses(user):
                yield self._message(raised, channel, address, f"{user.id}:{channel}")

    def _addresses(self, user: User) -> Iterator[tuple[Channel, str]]:
        if "email" in self._channels and user.email_verified:
            yield "email", user.email
        phone = next((channel for channel in _PHONES if channel in self._channels), None)
        if phone is not None and user.phone is not None and user.phone_verified:
            yield phone, user.phone

    def wake(self) -> None:
        """Messages that tell of alerts are queued and committed."""
        self._wake()

    def _message(self, raised: Raised, channel: Channel, recipient: str, to: str) -> Message:
        return Message(
            channel=channel,
            recipient=recipient,
            title=raised.alert.title,
            text=raised.alert.text,
            key=f"alert:{raised.alert.key}:{to}",
            subject_id=raised.subject_id,
            expires_at=self._clock.now() + _OF_USE,
        )
