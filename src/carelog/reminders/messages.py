"""The messages that reminders are sent in. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from carelog.delivery import Channel, Message
from carelog.record.values import shown
from carelog.reminders.planning import Told
from carelog.reminders.preferences import Preferences

DIGEST_FROM: Final = 4
"""So many reminders at once, as after an outage, are one message."""

_MOST_LINES: Final = 50
_TITLE: Final = "Reminders"


def messages_of(
    subject_id: UUID,
    told: Sequence[Told],
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
    held = [(one, until) for one, until in wanted if until is not None]
    for channel in preferences.channels:
        if channel not in channels or channel not in addresses:
            continue
        to = (channel, addresses[channel], subject_id, preferences.show_details)
        if len(at_once) >= DIGEST_FROM:
            yield _message(to, f"digest:{_moment_of(at_once[0])}", _TITLE, _lines(at_once, clock, to[3]))
        else:
            for one in at_once:
                title = one.title if preferences.show_details else "Reminder"
                yield _message(to, _moment_of(one), title, _text(one, clock, preferences.show_details))
        for until in sorted({until for _, until in held}):
            lines = _lines([one for one, end in held if end == until], clock, preferences.show_details)
            yield _message(to, f"held:{subject_id}:{until:%Y-%m-%dT%H:%MZ}", _TITLE, lines, until)


_To = tuple[Channel, str, UUID, bool]


def _message(to: _To, about: str, title: str, text: str, due_at: datetime | None = None) -> Message:
    channel, address, subject_id, _ = to
    return Message(
        channel=channel,
        recipient=address,
        text=text,
        key=f"reminder:{about}:{channel}",
        title=title,
        subject_id=subject_id,
        due_at=due_at,
        joins=due_at is not None,
    )


def _moment_of(one: Told) -> str:
    """A notification comes back when it was snoozed: each time is a message of its own."""
    return f"{one.id}:{one.at:%Y-%m-%dT%H:%M:%SZ}"


def _text(one: Told, clock: tzinfo, details: bool) -> str:
    if not details:
        return _line(one, clock, details)
    return "\n".join(part for part in (_line(one, clock, details), one.message) if part)


def _lines(told: Sequence[Told], clock: tzinfo, details: bool) -> str:
    lines = [_line(one, clock, details) for one in told[:_MOST_LINES]]
    if len(told) > _MOST_LINES:
        lines.append(f"and {len(told) - _MOST_LINES} more, in your list of notifications")
    return "\n".join(lines)


def _line(one: Told, clock: tzinfo, details: bool) -> str:
    what = one.title if details else "a reminder in your list of notifications"
    return f"{shown(one.at.astimezone(clock))} {what}{' (late)' if one.late else ''}"
