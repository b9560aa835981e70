"""What moment stands for a day, a part of it, or an hour, each on the subject's clock.

What moment a bare day becomes: the middle of the stretch that its words leave open, cut off at the moment of speaking.
"Yesterday" is noon, "yesterday morning" nine o'clock, "last night" nine in the evening of the day before, "in November"
the middle of that month. An entry's `occurred_at` is one instant, without a precision of its own, so some instant must
stand for the day. The middle has the smallest greatest error, always falls on the day that was named, in every zone and
across changes to and from summer time, and is never later than when it was said. The clock time of the call, a day
earlier, would look like knowledge of the hour.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from carelog.extraction.clocks import ClockTime, Part
from carelog.record.recurrence import first_shown

_STRETCHES: Final = {
    Part.MORNING: (6, 12),
    Part.AFTERNOON: (12, 18),
    Part.EVENING: (17, 21),
    Part.NIGHT: (18, 24),
}
"""The hours that a part of the day leaves open. Night is that of "last night": the evening, up to midnight."""


def middle_of_day(day: date, part: Part | None, said_at: datetime) -> datetime | None:
    """The middle of a day, or of a part of it, as far as it is over; None while it has not begun."""
    begins, ends = _STRETCHES[part] if part else (0, 24)
    midnight = datetime.combine(day, time())
    return middle(midnight + timedelta(hours=begins), midnight + timedelta(hours=ends), said_at)


def middle_of_month(year: int, month: int, said_at: datetime) -> datetime | None:
    """The same of a month."""
    begins = datetime(year, month, 1)  # noqa: DTZ001  on the wall of the subject's clock
    return middle(begins, (begins + timedelta(days=32)).replace(day=1), said_at)


def middle(begins: datetime, ends: datetime, said_at: datetime) -> datetime | None:
    """The same of a stretch of the subject's wall clock."""
    beginning = _shown(begins, said_at)
    if beginning is None or beginning >= said_at.astimezone(UTC):
        return None
    ends = min(ends, said_at.replace(tzinfo=None, fold=0))
    half = (begins + max(ends - begins, timedelta(0)) / 2).replace(second=0, microsecond=0)
    return _shown(half, said_at) or beginning


def at_hour(day: date, hour: ClockTime, part: Part | None, said_at: datetime) -> datetime | None:
    """An hour of a day; None where the words leave open which half of the day they mean."""
    read = hour.at(part)
    if read is not None:
        return _shown(datetime.combine(day, read[0]) + timedelta(days=read[1]), said_at)
    if day != said_at.date():
        return None
    # Of the two hours of today that it can be, one may not have come yet.
    both = [_shown(datetime.combine(day, time(h, hour.minute)), said_at) for h in (hour.hour % 12, hour.hour % 12 + 12)]
    gone = [m for m in both if m is not None and m <= said_at.astimezone(UTC)]
    return gone[0] if len(gone) == 1 else None


def _shown(wall: datetime, said_at: datetime) -> datetime | None:
    """The moment, in UTC, at which the subject's clock first shows that time; after a gap, the first one beyond."""
    zone = said_at.tzinfo
    try:
        return first_shown(wall, zone) if zone else None
    except OverflowError:
        return None
