"""The daily summary: one day of a record on the subject's own clock."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, Field

from carelog.record.entries import Entry
from carelog.record.insights.adherence import Dose, ScheduleAdherence, adherence
from carelog.record.insights.insight import Insight
from carelog.record.insights.intake import Sum, nutrients, water_ml
from carelog.record.insights.known import Known
from carelog.record.insights.ranges import beyond_own_ranges, beyond_thresholds
from carelog.record.insights.series import series_of
from carelog.record.types.appointment import Appointment
from carelog.record.types.food import Food
from carelog.record.types.water import Water
from carelog.record.values import Value


class Line(Value):
    """One entry in a word."""

    context_id: str
    at: AwareDatetime = Field(description="On the subject's clock")
    headline: str
    out_of_range: bool = Field(default=False, description="It lies beyond its own range or a published threshold")


class Meal(Value):
    """What was recorded of one meal; `meal` is null where nobody said which."""

    meal: str | None
    items: tuple[Line, ...]
    sums: dict[str, Sum]


class DayDoses(Value):
    """The doses of one schedule on this day. `open` ones are still to come today."""

    schedule: str
    name: str
    due: int
    taken: int
    skipped: int
    unrecorded: int
    contradicted: int
    open: int
    doses: tuple[Dose, ...]


class DailySummary(Value):
    """One day, from what was recorded; what was not is not known, and nothing is filled in."""

    date: date
    zone: str
    meals: tuple[Meal, ...]
    food: dict[str, Sum] = Field(description="Sums over the day, of what was recorded")
    water_ml: Sum
    doses: tuple[DayDoses, ...]
    other_doses: tuple[Line, ...] = Field(description="Doses that belong to no due time of this day")
    readings: tuple[Line, ...]
    out_of_range: tuple[Insight, ...]
    symptoms: tuple[Line, ...]
    sleep: tuple[Line, ...]
    mood: tuple[Line, ...]
    exercise: tuple[Line, ...]
    appointments_today: tuple[Line, ...]
    appointments_tomorrow: tuple[Line, ...]
    reminders: tuple[Line, ...] = Field(description="What the subject is to be reminded of by the end of the day")


_READINGS: Final = ("vitals", "biomarker", "lab_result")
_OFF: Final = ("cancelled", "missed")


def daily_summary(
    known: Known, day: date, zone_name: str, *, coming: Sequence[Entry], due: Sequence[Entry]
) -> DailySummary:
    """Of the day, which is the period of what is `known`. `coming` are appointments of it and of the day after, `due`
    the entries that the subject is to be reminded of by its end."""
    lines: dict[str, list[Entry]] = defaultdict(list)
    for entry in known.entries:
        lines[entry.type].append(entry)
    found = [*beyond_thresholds(known, series_of(known)), *beyond_own_ranges(known)]
    beyond = {id_ for insight in found if insight.status == "found" for id_ in insight.entries}

    def shown(*types: str) -> tuple[Line, ...]:
        those = sorted((e for name in types for e in lines[name]), key=lambda e: (e.occurred_at, e.id))
        return tuple(_line(known, e, beyond) for e in those)

    logs = [entry for entry in known.around if entry.type == "medication_log"]
    whole_day = adherence(known.schedules, logs, known.period, known.until, known.clock)
    placed = {id_ for one in whole_day for dose in one.doses for id_ in dose.entries}
    appointments = [e for e in coming if getattr(e.payload, "status", None) not in _OFF]
    return DailySummary(
        date=day,
        zone=zone_name,
        meals=_meals(known),
        food=nutrients(payload for _, payload in known.of(Food)),
        water_ml=water_ml(payload for _, payload in known.of(Water)),
        doses=tuple(_doses(one, known.now) for one in whole_day if one.doses),
        other_doses=tuple(line for line in shown("medication_log") if line.context_id not in placed),
        readings=shown(*_READINGS),
        out_of_range=tuple(one for one in found if one.status == "found"),
        symptoms=shown("symptom"),
        sleep=shown("sleep"),
        mood=shown("mood"),
        exercise=shown("exercise", "meditation_log"),
        appointments_today=tuple(_line(known, e) for e in appointments if _on(known, e, day)),
        appointments_tomorrow=tuple(_line(known, e) for e in appointments if _on(known, e, day + timedelta(days=1))),
        reminders=tuple(_line(known, e, at=e.due_at) for e in due),
    )


def _on(known: Known, entry: Entry, day: date) -> bool:
    # A day that was named without an hour is not in `scheduled_at`; such an appointment stands where it was told.
    named = isinstance(entry.payload, Appointment) and entry.payload.scheduled_at is not None
    return named and known.day(entry.occurred_at) == day


def _line(
    known: Known, entry: Entry, beyond: set[str] | frozenset[str] = frozenset(), at: datetime | None = None
) -> Line:
    return Line(
        context_id=entry.context_id,
        at=(at or entry.occurred_at).astimezone(known.clock),
        headline=entry.headline(),
        out_of_range=entry.context_id in beyond,
    )


def _meals(known: Known) -> tuple[Meal, ...]:
    by_meal: dict[str | None, list[tuple[Entry, Food]]] = defaultdict(list)
    for entry, food in known.of(Food):
        by_meal[food.meal].append((entry, food))
    return tuple(
        Meal(meal=meal, items=tuple(_line(known, e) for e, _ in those), sums=nutrients(food for _, food in those))
        for meal, those in sorted(by_meal.items(), key=lambda item: item[1][0][0].occurred_at)
    )


def _doses(one: ScheduleAdherence, now: datetime) -> DayDoses:
    counts = {"taken": 0, "skipped": 0, "unrecorded": 0, "contradicted": 0, "open": 0}
    for dose in one.doses:
        counts["open" if dose.state == "unrecorded" and dose.due > now else dose.state] += 1
    return DayDoses(schedule=one.schedule, name=one.name, due=one.due, doses=one.doses, **counts)
