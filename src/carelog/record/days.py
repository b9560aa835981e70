"""Days on the subject's own clock: when one begins and ends, and what an entry's moment is called there."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from carelog.kit.zones import zone
from carelog.record.entries import Entry

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def bounds_of_day(moment: datetime, clock: tzinfo) -> tuple[datetime, datetime]:
    """When the day of this moment begins on that clock, and when the next one does; 23 to 25 hours lie between.

    >>> [b.isoformat() for b in bounds_of_day(datetime(2026, 3, 8, 12, tzinfo=UTC), zone("America/New_York"))]
    ['2026-03-08T05:00:00+00:00', '2026-03-09T04:00:00+00:00']
    """
    today = moment.astimezone(clock).date()
    first, after = (datetime.combine(day, time(), clock) for day in (today, today + timedelta(days=1)))
    return first.astimezone(UTC), after.astimezone(UTC)


def last_day(partial: str) -> date:
    """The last day that a date may mean which is known to the year or the month only.

    >>> last_day("2024-02").isoformat()
    '2024-02-29'
    """
    year, month, day = (*map(int, partial.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


class Local(NamedTuple):
    """A moment as the subject's clock and calendar have it. `time` is to the second."""

    date: date
    time: str
    day_of_week: str
    is_today: bool
    zone: str


def locally(entry: Entry, now: datetime) -> Local:
    """When an entry happens on the clock that the subject has now; where that is not known, on the clock of then."""
    name = entry.zone_name
    clock = zone(name)
    try:
        moment, today = entry.occurred_at.astimezone(clock), now.astimezone(clock)
    except OverflowError:  # the first and last hours of time, which that clock does not have
        moment, today, name = entry.occurred_at, now.astimezone(UTC), "UTC"
    day = moment.date()
    return Local(day, moment.time().isoformat("seconds"), _DAYS[day.weekday()], day == today.date(), name)
