"""Adherence: the doses that schedules asked for, and what was told of each.

Taken, skipped and unrecorded are three things. Of an unrecorded dose nobody said anything: it may have been taken, and
is never called missed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from carelog.record.duplicates import text_likeness
from carelog.record.entries import Entry
from carelog.record.insights.insight import Confidence, Insight, Period, counted, not_enough, resting_on
from carelog.record.recurrence import occurrences
from carelog.record.types.medication_log import MedicationLog
from carelog.record.types.medication_schedule import MedicationSchedule
from carelog.record.values import Value

_DAY: Final = timedelta(days=1)
_MOMENT: Final = timedelta.resolution

State = Literal["taken", "skipped", "unrecorded", "contradicted"]


@dataclass(frozen=True, slots=True)
class ScheduleHistory:
    """Every revision of an active schedule, the oldest first: what it asked for, and from when on."""

    revisions: Sequence[Entry]

    @property
    def newest(self) -> Entry:
        return self.revisions[-1]

    def due(self, since: datetime, until: datetime, clock: tzinfo) -> Iterator[datetime]:
        """The moments at which doses were due from `since` up to `until`, by what the schedule was at each. It asks for
        nothing before it begins: on `starts_on`, or else when it was first told."""
        for begins, ends, schedule in self._in_force():
            last = min(until, ends)
            for moment in (
                occurrences(schedule.recurrence, max(since, begins) - _MOMENT, clock) if schedule.active else ()
            ):
                if moment >= last:
                    break
                yield moment

    def _in_force(self) -> Iterator[tuple[datetime, datetime, MedicationSchedule]]:
        ends = [*(later.recorded_at for later in self.revisions[1:]), _LATEST]
        for entry, end in zip(self.revisions, ends, strict=True):
            if isinstance(entry.payload, MedicationSchedule):
                begins = entry.recorded_at
                if entry is self.revisions[0]:
                    # `starts_on` bounds its recurrence by itself.
                    begins = _EARLIEST if entry.payload.starts_on else min(entry.occurred_at, begins)
                yield begins, end, entry.payload


_EARLIEST: Final = datetime(1850, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(2201, 1, 1, tzinfo=UTC)


class Dose(Value):
    """One dose that was due, and what was told of it; `contradicted` when it was told as taken and as skipped."""

    due: AwareDatetime
    state: State
    entries: tuple[str, ...] = Field(default=(), description="Context ids of what was told of it")


class ScheduleAdherence(Value):
    """What became of the doses of one schedule that were due in the period and by now."""

    schedule: str = Field(description="The schedule's context id")
    name: str
    period: Period
    due: int = Field(description="Doses that were due")
    taken: int
    skipped: int
    unrecorded: int = Field(description="Of which nothing is recorded: they may have been taken or not")
    contradicted: int = Field(description="Which were told as taken and as skipped")
    beside: int = Field(description="Doses that were told and fit no due time")
    taken_of_recorded: float | None = Field(description="Percent taken of those that were told as taken or as skipped")
    taken_at_least: float | None = Field(description="Percent of those due that were surely taken")
    taken_at_most: float | None = Field(description="The same, if all of which nothing is known had been taken")
    doses: tuple[Dose, ...] = Field(description="Each of them, the earliest first")


@dataclass(slots=True)
class _Slot:
    due: datetime
    told: list[Entry] = field(default_factory=list)

    def dose(self) -> Dose:
        told = {e.payload.status for e in self.told if isinstance(e.payload, MedicationLog)}
        state: State = "contradicted" if len(told) > 1 else told.pop() if told else "unrecorded"
        return Dose(due=self.due, state=state, entries=tuple(e.context_id for e in self.told))


def adherence(
    schedules: Sequence[ScheduleHistory], logs: Sequence[Entry], period: Period, now: datetime, clock: tzinfo
) -> list[ScheduleAdherence]:
    """Of every schedule. `logs` are the doses that were told, from a day before the period to a day after it."""
    until = min(period.until, now)
    return [
        _of_one(history, [e for e in logs if _belongs(e, history.newest, schedules)], period, until, clock)
        for history in schedules
    ]


def _of_one(
    history: ScheduleHistory, logs: Iterable[Entry], period: Period, until: datetime, clock: tzinfo
) -> ScheduleAdherence:
    # A day more on either side: a dose of the evening before is not one of this morning.
    around = [_Slot(due) for due in history.due(period.since - _DAY, until + _DAY, clock)]
    lone = _place(around, logs, clock)
    doses = [slot.dose() for slot in around if period.since <= slot.due < until]
    counts = {state: sum(dose.state == state for dose in doses) for state in _STATES}
    told, due = counts["taken"] + counts["skipped"], len(doses)
    unknown = counts["unrecorded"] + counts["contradicted"]
    return ScheduleAdherence(
        schedule=history.newest.context_id,
        name=_name(history.newest),
        period=Period(since=period.since, until=max(until, period.since)),
        due=due,
        **counts,
        beside=sum(period.since <= e.occurred_at < until for e in lone),
        taken_of_recorded=_percent(counts["taken"], told),
        taken_at_least=_percent(counts["taken"], due),
        taken_at_most=_percent(counts["taken"] + unknown, due),
        doses=tuple(doses),
    )


_STATES: Final[tuple[State, ...]] = ("taken", "skipped", "unrecorded", "contradicted")


def _place(slots: Sequence[_Slot], logs: Iterable[Entry], clock: tzinfo) -> list[Entry]:
    """Give each dose that was told to the due time that it is of; returns those that are of none.

    A dose that names its due time belongs there. One with its own time belongs to the nearest due time that nothing
    was told of, less than half of the way to the next one, and than a day, from it; two that are told of one due time
    are both kept there only when they name it. One without any time of its own, told in passing, belongs to the last
    due time of its day that has passed.
    """
    lone: list[Entry] = []
    moments = [slot.due for slot in slots]
    at_that: dict[datetime | None, _Slot] = {slot.due: slot for slot in slots}
    near: list[tuple[timedelta, int, Entry]] = []
    loose: list[Entry] = []
    for entry in logs:
        log = entry.payload
        assert isinstance(log, MedicationLog)
        if log.scheduled_for in at_that:
            at_that[log.scheduled_for].told.append(entry)
        elif (at := log.happens_at()) is not None:
            nearest = _nearest(moments, at)
            near += [(abs(moments[n] - at), n, entry) for n in nearest]
            lone += [] if nearest else [entry]
        else:
            loose.append(entry)
    placed: set[object] = set()
    for _, n, entry in sorted(near, key=lambda found: (found[0], found[2].id)):
        if entry.id not in placed and not slots[n].told:
            slots[n].told.append(entry)
            placed.add(entry.id)
    lone += {e.id: e for _, _, e in near if e.id not in placed}.values()
    for entry in sorted(loose, key=lambda e: e.occurred_at, reverse=True):
        day = entry.occurred_at.astimezone(clock).date()
        before = [s for s in slots if s.due <= entry.occurred_at and s.due.astimezone(clock).date() == day]
        free = [slot for slot in before if not slot.told]
        if free:
            free[-1].told.append(entry)
        else:
            lone.append(entry)
    return lone


def _nearest(moments: Sequence[datetime], at: datetime) -> list[int]:
    """The due times that a dose may be of: the one before it and the one after, as far as they are near enough."""
    n = bisect_left(moments, at)
    found = []
    for one in (n - 1, n):
        if 0 <= one < len(moments):
            beyond = one - 1 if at < moments[one] else one + 1
            between = abs(moments[beyond] - moments[one]) if 0 <= beyond < len(moments) else 2 * _DAY
            if abs(moments[one] - at) <= min(between / 2, _DAY):
                found.append(one)
    return found


def _belongs(entry: Entry, schedule: Entry, schedules: Sequence[ScheduleHistory]) -> bool:
    """Whether a dose is of a schedule: of the one that it names, or else of the only one of its medication."""
    log = entry.payload
    if not isinstance(log, MedicationLog):
        return False
    if log.schedule_id is not None:
        return log.schedule_id == schedule.id
    of_it = [history.newest.id for history in schedules if _same_medication(log, history.newest)]
    return of_it == [schedule.id]


def _same_medication(log: MedicationLog, schedule: Entry) -> bool:
    asked = schedule.payload
    if not isinstance(asked, MedicationSchedule):
        return False
    if log.medication_id is not None and asked.medication_id is not None:
        return log.medication_id == asked.medication_id
    return bool(log.name and asked.name) and text_likeness(log.name or "", asked.name or "") == 1


def _name(schedule: Entry) -> str:
    return getattr(schedule.payload, "name", None) or "medication"


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def adherence_insight(found: ScheduleAdherence) -> Insight:
    """What was told of the doses of one schedule, with its denominators."""
    about = found.schedule
    if not found.due:
        missing = "no dose was due by this schedule in the period"
        return not_enough("adherence", about, "medication", f"{found.name}: no doses due", missing, found.period,
                          numbers={"due": 0, "beside": found.beside}, entries=(about,), entries_in_all=1)  # fmt: skip
    told = [e for dose in found.doses for e in dose.entries]
    numbers = found.model_dump(exclude={"schedule", "name", "period", "doses"})
    if not told:
        missing = f"nothing is recorded of the {counted(found.due, 'dose')} that were due; they may have been taken"
        return not_enough("adherence", about, "medication", f"{found.name}: no doses recorded", missing, found.period,
                          numbers=numbers, entries=(about,), entries_in_all=1)  # fmt: skip
    recorded = found.due - found.unrecorded
    return Insight(
        id=f"adherence:{about}",
        kind="adherence",
        area="medication",
        title=f"{found.name}: {found.taken} of {counted(found.due, 'dose')} recorded as taken",
        text=_text(found),
        period=found.period,
        numbers=numbers,
        confidence=Confidence(
            value=round(recorded / found.due, 2), how="the share of the doses due of which something is recorded"
        ),
        **resting_on([about, *told]),
    )


def _text(found: ScheduleAdherence) -> str:
    line = f"Of {counted(found.due, 'dose')} that were due, {found.taken} were recorded as taken"
    line += f", {found.skipped} as skipped" if found.skipped else ""
    line += f", {found.contradicted} as both" if found.contradicted else ""
    if found.unrecorded or found.contradicted:
        between = f"between {found.taken_at_least:g} % and {found.taken_at_most:g} %"
        line += f"; of {found.unrecorded} nothing is recorded. So {between} were taken"
    return f"{line}."
