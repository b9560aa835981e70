"""Series: readings of one thing in one unit, gathered from entries of several types."""

import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Final, NamedTuple

from carelog.record.insights.insight import Area
from carelog.record.insights.known import Known
from carelog.record.types.biomarker import Biomarker
from carelog.record.types.lab_result import LabResult
from carelog.record.types.mood import Mood
from carelog.record.types.sleep import Sleep
from carelog.record.types.vitals import Vitals

_HOUR: Final = timedelta(hours=1)
_MOST_DAYS: Final = 180
_LEVELS: Final = ("very_low", "low", "neutral", "good", "very_good")
# What these readings mean depends on the state in which they were taken: only those of one state are compared.
_DEPENDS: Final[Mapping[str, frozenset[str]]] = {
    "glucose": frozenset({"fasting", "pre_meal", "post_meal", "bedtime", "after_exercise"}),
    **dict.fromkeys(("heart_rate", "blood_pressure", "respiratory_rate"), frozenset({"after_exercise"})),
}
_IN_STATE: Final = {
    "fasting": " when fasting",
    "pre_meal": " before meals",
    "post_meal": " after meals",
    "bedtime": " at bedtime",
    "after_exercise": " after exercise",
}
_ABBREVIATED: Final = {"spo2": "Oxygen saturation", "bmi": "Body mass index", "glucose": "Blood sugar"}


class Reading(NamedTuple):
    """One value that an entry holds."""

    kind: str
    name: str
    unit: str
    area: Area
    value: float


class Point(NamedTuple):
    at: datetime
    day: date
    value: float
    context_id: str


@dataclass(frozen=True, slots=True)
class Series:
    """Readings of one kind in one unit, the earliest first."""

    kind: str
    name: str
    unit: str
    area: Area
    points: tuple[Point, ...]

    def by_day(self) -> list[tuple[date, float]]:
        """The median of each day that has readings."""
        days: dict[date, list[float]] = defaultdict(list)
        for point in self.points:
            days[point.day].append(point.value)
        return [(day, statistics.median(values)) for day, values in sorted(days.items())]

    def thinned(self) -> list[tuple[date, float]]:
        """As `by_day`; over a long time the medians of several days each, so that they stay few."""
        days = self.by_day()
        width = ceil(len(days) / _MOST_DAYS)
        if width <= 1:
            return days
        groups = [days[n : n + width] for n in range(0, len(days), width)]
        return [(group[len(group) // 2][0], statistics.median(value for _, value in group)) for group in groups]


def series_of(known: Known) -> list[Series]:
    """Every series that there is a reading of, by kind and unit."""
    found: dict[tuple[str, str], list[Point]] = defaultdict(list)
    described: dict[tuple[str, str], Reading] = {}
    for entry in known.entries:
        read = _READERS.get(type(entry.payload))
        if read is None or entry.occurred_at > known.passed:
            continue
        for reading in read(entry.payload):
            key = reading.kind, reading.unit
            described[key] = reading
            found[key].append(Point(entry.occurred_at, known.day(entry.occurred_at), reading.value, entry.context_id))
    return [
        Series(reading.kind, reading.name, reading.unit, reading.area, tuple(found[key]))
        for key, reading in sorted(described.items())
    ]


def _of_vitals(vitals: Vitals) -> Iterator[Reading]:
    state = vitals.context if vitals.context in _DEPENDS.get(vitals.kind, ()) else None
    suffix, spoken = (f".{state}", _IN_STATE[state]) if state else ("", "")
    for kind, name, quantity in (
        ("systolic", "Systolic blood pressure", vitals.systolic),
        ("diastolic", "Diastolic blood pressure", vitals.diastolic),
        (vitals.kind, _ABBREVIATED.get(vitals.kind, vitals.kind.replace("_", " ").capitalize()), vitals.value),
    ):
        if quantity is not None:
            yield Reading(f"vitals.{kind}{suffix}", f"{name}{spoken}", quantity.unit, "vitals", quantity.value)


def _of_biomarker(marker: Biomarker) -> Iterator[Reading]:
    name = marker.name or marker.code.replace("_", " ").capitalize()
    yield Reading(f"biomarker.{marker.code}", name, marker.value.unit, "labs", marker.value.value)


def lab_kind(result: LabResult) -> str:
    """
    >>> lab_kind(LabResult(test="Hemoglobin A1c"))
    'lab_result.hemoglobin_a1c'
    """
    return f"lab_result.{result.loinc or re.sub(r'[^0-9a-z]+', '_', result.test.casefold()).strip('_') or 'unnamed'}"


def _of_lab_result(result: LabResult) -> Iterator[Reading]:
    # "< 0.5" is a bound and no value; what a laboratory has withdrawn is none either.
    if result.value and result.comparator is None and result.status != "cancelled":
        yield Reading(lab_kind(result), result.test, result.value.unit, "labs", result.value.value)


def _of_sleep(sleep: Sleep) -> Iterator[Reading]:
    lain = sleep.ended_at - sleep.started_at if sleep.started_at and sleep.ended_at else None
    hours = sleep.hours or (lain and lain / _HOUR)
    if hours:
        yield Reading("sleep.hours", "Hours of sleep", "h", "sleep", hours)
    if sleep.score:
        yield Reading("sleep.score", "Quality of sleep", "of 10", "sleep", sleep.score)


def _of_mood(mood: Mood) -> Iterator[Reading]:
    for kind, name, level in (("level", "Mood", mood.level), ("energy", "Energy", mood.energy)):
        if level:
            yield Reading(f"mood.{kind}", name, "{step}", "mood", _LEVELS.index(level) + 1)
    if mood.energy_score:
        yield Reading("mood.energy_score", "Energy", "of 10", "mood", mood.energy_score)


_READERS: Final[Mapping[type, Callable[[Any], Iterator[Reading]]]] = {
    Vitals: _of_vitals,
    Biomarker: _of_biomarker,
    LabResult: _of_lab_result,
    Sleep: _of_sleep,
    Mood: _of_mood,
}
