"""What insights are asked of: reads a record and works them out. Nothing of them is stored."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from carelog.db import Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput, NotFound
from carelog.kit.zones import zone
from carelog.record.days import bounds_of_day
from carelog.record.entries import Entry
from carelog.record.insights.adherence import ScheduleAdherence, ScheduleHistory
from carelog.record.insights.analysis import analyse, doses_of
from carelog.record.insights.daily import DailySummary, daily_summary
from carelog.record.insights.insight import Area, Insight, Period, Recommendation
from carelog.record.insights.known import Known
from carelog.record.insights.protocols import protocol_progress
from carelog.record.insights.recommendations import recommend
from carelog.record.insights.series import series_of
from carelog.record.insights.trends import trend
from carelog.record.query import EntryQuery
from carelog.record.selecting import entry_of, past_entries
from carelog.record.store import RecordStore
from carelog.record.subjects import Subject
from carelog.record.tables import entry, entry_revision
from carelog.record.types.vitals import RANGES
from carelog.record.values import Value

DEFAULT: Final = timedelta(days=90)
LONGEST: Final = timedelta(days=1100)
_MARGIN: Final = timedelta(days=1)
_MOST: Final = 20_000
_VITALS: Final = tuple(f"vitals.{kind}" for kind in ("systolic", "diastolic", *RANGES))
_NAMED: Final = ("biomarker.", "lab_result.", "sleep.", "mood.")
_READ: Final = (
    "biomarker", "check_in", "exercise", "food", "lab_result", "medication", "medication_log", "meditation_log", "mood",
    "sleep", "symptom", "vitals", "water", "allergy", "condition",
)  # fmt: skip


class TrendPoint(Value):
    at: AwareDatetime
    value: float
    context_id: str


class TrendSeries(Value):
    """The readings of one kind in one unit, and where they go."""

    name: str
    unit: str
    points: tuple[TrendPoint, ...]
    insight: Insight


class Trends(Value):
    kind: str
    period: Period
    series: tuple[TrendSeries, ...] = Field(description="One for each unit that the kind was recorded in")


class Adherence(Value):
    """Doses by schedule, and sessions by protocol."""

    period: Period
    medications: tuple[ScheduleAdherence, ...]
    protocols: tuple[Insight, ...]


class Insights:
    """Insights into a record, for a principal who may see it. Days begin on the subject's clock, or in UTC where none
    is known."""

    def __init__(self, database: Database, record: RecordStore, clock: Clock) -> None:
        self._database = database
        self._record = record
        self._clock = clock

    async def insights(
        self,
        principal: Principal,
        subject: Subject,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        area: Area | None = None,
    ) -> list[Insight]:
        """What was found first, what there is not enough data for last; of one area, or of all. Raises NotFound,
        InvalidInput."""
        known = await self._known(principal, subject, self._period(since, until))
        found = await asyncio.to_thread(analyse, known)
        return [insight for insight in found if area in (None, insight.area)]

    async def recommendations(
        self, principal: Principal, subject: Subject, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Recommendation]:
        """The most pressing first. Raises as `insights` does."""
        return recommend(await self.insights(principal, subject, since=since, until=until), self._clock.now())

    async def trends(
        self,
        principal: Principal,
        subject: Subject,
        kind: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Trends:
        """Of one kind of readings, such as `vitals.weight` or `biomarker.ldl_cholesterol`. Raises NotFound also for a
        kind that no readings can have."""
        # A vital sign may be of one state: vitals.glucose.fasting.
        if not (kind.startswith(_NAMED) or ".".join(kind.split(".")[:2]) in _VITALS):
            kinds = [*_VITALS, *(f"{name}..." for name in _NAMED)]
            raise NotFound("no such kind of readings", details={"kinds": kinds})
        known = await self._known(principal, subject, self._period(since, until), types=(kind.partition(".")[0],))
        found = [series for series in series_of(known) if series.kind == kind]
        shown = tuple(
            TrendSeries(
                name=series.name,
                unit=series.unit,
                points=tuple(
                    TrendPoint(at=p.at.astimezone(known.clock), value=p.value, context_id=p.context_id)
                    for p in series.points
                ),
                insight=trend(series, known.period),
            )
            for series in found
        )
        return Trends(kind=kind, period=known.period, series=shown)

    async def adherence(
        self, principal: Principal, subject: Subject, *, since: datetime | None = None, until: datetime | None = None
    ) -> Adherence:
        """Raises as `insights` does."""
        known = await self._known(principal, subject, self._period(since, until), types=("medication_log",))
        doses = await asyncio.to_thread(doses_of, known)
        return Adherence(period=known.period, medications=tuple(doses), protocols=tuple(protocol_progress(known)))

    async def daily_summary(self, principal: Principal, subject: Subject, day: date | None = None) -> DailySummary:
        """Of a day on the subject's clock, today when none is named. Raises as `insights` does."""
        name = subject.zone or "UTC"
        clock, now = zone(name), self._clock.now()
        day = day or now.astimezone(clock).date()
        try:
            since, until = bounds_of_day(datetime.combine(day, time(12), clock), clock)
            _, after = since.astimezone(UTC) - 2 * _MARGIN, until.astimezone(UTC) + 2 * _MARGIN
        except OverflowError:
            raise InvalidInput("the day lies outside of time") from None
        known = await self._known(principal, subject, Period(since=since, until=until))
        coming = EntryQuery(types=("appointment",), since=since, until=after)
        appointments = await self._all(principal, subject, coming)
        due = [e for e in await self._due(principal, subject) if e.due_at and e.due_at < until]
        return daily_summary(known, day, name, coming=appointments[::-1], due=due)

    def _period(self, since: datetime | None, until: datetime | None) -> Period:
        """The one that is asked for; without an end up to now, without a beginning of 90 days. Raises InvalidInput."""
        try:
            ends = until or self._clock.now()
            begins = since or ends - DEFAULT
            too_long = ends - begins > LONGEST
            _ = begins - 2 * _MARGIN, ends + 2 * _MARGIN
        except OverflowError:
            raise InvalidInput("the period lies outside of time") from None
        if begins >= ends:
            raise InvalidInput("since must lie before until")
        if too_long:
            raise InvalidInput(f"a period is of {LONGEST.days} days at most")
        return Period(since=begins, until=ends)

    async def _known(
        self, principal: Principal, subject: Subject, period: Period, types: tuple[str, ...] = _READ
    ) -> Known:
        query = EntryQuery(types=types, since=period.since - _MARGIN, until=period.until + _MARGIN)
        around = await self._all(principal, subject, query)
        since = period.since
        if len(around) >= _MOST:
            # Of more than can be looked at the newest are: the period begins with the first of them.
            since = max(since, around[-1].occurred_at + _MARGIN)
        standing = await self._all(principal, subject, EntryQuery(types=("profile", "protocol")))
        return Known(
            around=[entry for entry in around[::-1] if entry.occurred_said is None],  # the others are of no time
            standing=standing,
            schedules=await self._schedules(principal, subject.id),
            clock=zone(subject.zone or "UTC"),
            now=self._clock.now(),
            since=min(since, period.until),
            until=period.until,
        )

    async def _all(self, principal: Principal, subject: Subject, query: EntryQuery) -> list[Entry]:
        found: list[Entry] = []
        async for entries in self._record.every(principal, subject.id, query, clock=subject.zone):
            found += entries
            if len(found) >= _MOST:
                break
        return found

    async def _due(self, principal: Principal, subject: Subject) -> Sequence[Entry]:
        return await self._all(principal, subject, EntryQuery(when="due"))

    async def _schedules(self, principal: Principal, subject_id: UUID) -> list[ScheduleHistory]:
        """Every revision of the active schedules."""
        statement = (
            past_entries(principal)
            .where(entry.c.subject_id == subject_id, entry.c.state == "active", entry.c.type == "medication_schedule")
            .order_by(entry.c.occurred_at, entry.c.id, entry_revision.c.revision)
        )
        revisions: dict[UUID, list[Entry]] = defaultdict(list)
        for row in await self._database.rows(statement):
            revisions[row.id].append(entry_of(row))
        return [ScheduleHistory(entries) for entries in revisions.values()]
