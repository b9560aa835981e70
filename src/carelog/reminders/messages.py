"""The messages that reminders are sent in. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import UUID

from carelog.delivery import Channel, Message
from carelog.record.values import shown
from carelog.reminders.planning import Reminder
from carelog.reminders.preferences import Preferences

DIGEST_FROM: Final = 4
"""So many reminders at once, as after an outage, are one message."""

_MOST_LINES: Final = 50
_TITLE: Final = "Reminders"

# Nearer to the end of quiet hours nothing is added to a message that may be on its way by then.
_STILL_WAITS: Final = timedelta(minutes=1)


def messages_of(
    subject_id: UUID,
    told: Sequence[Reminder],
    preferences: Preferences,
    addresses: Mapping[Channel, str],
    channels: Collection[Channel],
    now: datetime,
    clock: tzinfo,
) -> Iterator[Message]:
    """One message for each reminder and channel, or one for all when they are many. What quiet hours hold is one
    message at their end, to which those that are held later add their lines."""
    wanted = [(one, preferences.held_until(one.kind, now, clock)) for one in told if one.kind not in preferences.muted]
    at_once = [one for one, until in wanted if until is None]
    held = [one for one, until in wanted if until is not None]
    ends = next((until for _, until in wanted if until is not None), now)
    for channel in preferences.channels:
        if channel not in channels or channel not in addresses:
            continue
        writer = _Writer(subject_id, channel, addresses[channel], clock, preferences.show_details)
        yield from writer.messages(at_once, now)
        if held and ends - now > _STILL_WAITS:
            yield writer.held(held, ends)
        else:
            yield from writer.messages(held, ends)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes to one subject by one channel; without `details` it is not said what reminders are about."""

    subject_id: UUID
    channel: Channel
    address: str
    clock: tzinfo
    details: bool

    def messages(self, told: Sequence[Reminder], due_at: datetime) -> Iterator[Message]:
        if len(told) >= DIGEST_FROM:
            yield self._message(f"digest:{_name_of(told[0])}", _TITLE, self._lines(told), due_at)
            return
        for one in told:
            text = "\n".join(part for part in (self._line(one), one.message if self.details else None) if part)
            yield self._message(_name_of(one), one.title if self.details else _TITLE, text, due_at)

    def held(self, told: Sequence[Reminder], due_at: datetime) -> Message:
        about = f"held:{self.subject_id}:{due_at:%Y-%m-%dT%H:%MZ}"
        return self._message(about, _TITLE, self._lines(told), due_at, joins=True)

    def _message(self, about: str, title: str, text: str, due_at: datetime, *, joins: bool = False) -> Message:
        return Message(
            channel=self.channel,
            recipient=self.address,
            text=text,
            key=f"reminder:{about}:{self.channel}",
            title=title,
            subject_id=self.subject_id,
            due_at=due_at,
            joins=joins,
        )

    def _lines(self, told: Sequence[Reminder]) -> str:
        lines = [self._line(one) for one in told[:_MOST_LINES]]
        if len(told) > _MOST_LINES:
            lines.append(f"and {len(told) - _MOST_LINES} more, in your list of notifications")
        return "\n".join(lines)

    def _line(self, one: Reminder) -> str:
        what = one.title if self.details else "a reminder in your list of notifications"
        return f"{shown(one.at.astimezone(self.clock))} {what}{' (late)' if one.late else ''}"


def _name_of(one: Reminder) -> str:
    """A notification comes back when it was snoozed: each time is told by a message of its own."""
    return f"{one.id}:{one.at:%Y-%m-%dT%H:%M:%SZ}"
