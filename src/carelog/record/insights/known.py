"""What is known of a subject in a period: the entries that insights rest on, and whose days they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar

from carelog.record.days import last_day
from carelog.record.entries import Entry
from carelog.record.insights.adherence import ScheduleHistory
from carelog.record.insights.insight import Period
from carelog.record.payload import Payload
from carelog.record.types.profile import Profile

P = TypeVar("P", bound=Payload)

_GROWN_UP = 18


@dataclass(frozen=True, slots=True)
class Known:
    """`around` are the active entries of the period and of a day before it and after it, the earliest first; `standing`
    those that hold whenever they were told, such as the profile and protocols."""

    around: Sequence[Entry]
    standing: Sequence[Entry]
    schedules: Sequence[ScheduleHistory]
    clock: tzinfo
    now: datetime
    since: datetime
    until: datetime

    @property
    def entries(self) -> list[Entry]:
        """Those of the period, the earliest first."""
        return [entry for entry in self.around if self.since <= entry.occurred_at < self.until]

    @property
    def period(self) -> Period:
        return Period(since=self.since, until=self.until)

    @property
    def passed(self) -> datetime:
        """The end of what has happened of the period by now."""
        return min(self.until, self.now)

    def day(self, moment: datetime) -> date:
        """The day of a moment on the subject's clock."""
        try:
            return moment.astimezone(self.clock).date()
        except OverflowError:
            return moment.astimezone(UTC).date()

    def of(self, model: type[P]) -> list[tuple[Entry, P]]:
        """The entries of a type that have happened, the earliest first."""
        return [(e, e.payload) for e in self.entries if isinstance(e.payload, model) and e.occurred_at <= self.passed]

    def age(self) -> int | None:
        """In whole years; the least that it may be, where the date of birth is not known to the day."""
        profile = next((e.payload for e in self.standing if isinstance(e.payload, Profile)), None)
        if profile is None or profile.birth_date is None:
            return None
        born, today = last_day(profile.birth_date), self.day(self.now)
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def is_adult(self) -> bool | None:
        age = self.age()
        return None if age is None else age >= _GROWN_UP
