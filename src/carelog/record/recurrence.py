"""When a time on the subject's clock comes round again, across changes to and from summer time.

A clock time comes when the clock first shows it or what lies beyond it: a time that the clock skips comes with the
first moment after the gap, and one that it shows twice comes once, the first time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self

from carelog.record.values import LATEST, WEEKDAYS, Weekday

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Clock times on some days: those of the week in `days` (Monday is 0; None: all), every `every` days counted from
    `first`, from `first` up to and including `last`."""

    times: tuple[time, ...]
    days: frozenset[int] | None = None
    first: date | None = None
    last: date | None = None
    every: int = 1

    @classmethod
    def of(
        cls,
        times: Iterable[str],
        days: Iterable[Weekday] | None = None,
        *,
        first: date | None = None,
        last: date | None = None,
        every: int | None = None,
    ) -> Self:
        """From the words of a payload: 'HH:MM' and 'mon' to 'sun'."""
        numbers = None if days is None else frozenset(map(WEEKDAYS.index, days))
        return cls(tuple(sorted(map(time.fromisoformat, times))), numbers, first, last, every or 1)

    def falls_on(self, day: date) -> bool:
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        if self.days is not None and day.weekday() not in self.days:
            return False
        return self.every == 1 or self.first is None or (day - self.first).days % self.every == 0


def next_occurrence(recurrence: Recurrence, after: datetime, zone: tzinfo) -> datetime | None:
    """The first occurrence strictly after a moment, in UTC; None when there is none any more.

    >>> from zoneinfo import ZoneInfo
    >>> eight = Recurrence.of(["08:00"], ["mon"])
    >>> next_occurrence(eight, datetime(2026, 3, 28, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-30T06:00:00+00:00'
    """
    return next(occurrences(recurrence, after, zone), None)


def occurrences(recurrence: Recurrence, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The occurrences after a moment in their order, in UTC, each moment once."""
    day = max(after.astimezone(zone).date(), recurrence.first or date.min)
    last = min(recurrence.last or LATEST, LATEST)
    while day <= last:
        if recurrence.falls_on(day):
            for clock_time in recurrence.times:
                moment = first_shown(datetime.combine(day, clock_time), zone)
                if moment > after:
                    yield moment
                    after = moment
        day += _DAY


def first_shown(wall: datetime, zone: tzinfo) -> datetime:
    """The first moment, in UTC, at which a clock in that zone shows that naive time or one beyond it."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _clock(moment, zone) == wall:
        return moment
    # In a gap `fold` tells the two offsets apart (PEP 495): the clock jumps between the two readings.
    before, beyond = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment
    while beyond - before > timedelta(seconds=1):
        middle = before + (beyond - before) // 2
        if _clock(middle, zone) < wall:
            before = middle
        else:
            beyond = middle
    return beyond.replace(microsecond=0)


def _clock(moment: datetime, zone: tzinfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
