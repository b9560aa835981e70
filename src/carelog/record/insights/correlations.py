"""Correlations: whether two things that are recorded day by day go together, as far as the data supports it.

What goes together need not be cause and effect. The pairs that are looked at are few and chosen beforehand; p-values
are corrected for their number (Holm), and for days that resemble the days before them.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from carelog.record.insights.insight import Area, Confidence, Insight, counted, not_enough, resting_on
from carelog.record.insights.known import Known
from carelog.record.insights.series import Series
from carelog.record.insights.statistics import holm, independent, spearman, spearman_p
from carelog.record.types.exercise import Exercise

LEAST_DAYS: Final = 14
SIGNIFICANT: Final = 0.05
WEAKEST: Final = 0.3
"""A weaker correlation is of no use to anybody, however certain."""


class Pair(NamedTuple):
    one: str
    other: str
    area: Area


PAIRS: Final = (
    Pair("sleep.hours", "mood.level", "mood"),
    Pair("sleep.hours", "mood.energy", "mood"),
    Pair("sleep.hours", "vitals.systolic", "vitals"),
    Pair("sleep.hours", "vitals.heart_rate", "vitals"),
    Pair("sleep.hours", "vitals.glucose.fasting", "vitals"),
    Pair("exercise.minutes", "mood.level", "mood"),
    Pair("exercise.minutes", "mood.energy", "mood"),
    Pair("exercise.minutes", "vitals.systolic", "vitals"),
    Pair("exercise.minutes", "vitals.glucose", "vitals"),
    Pair("mood.level", "vitals.systolic", "mood"),
    Pair("vitals.weight", "vitals.systolic", "vitals"),
)


class _Daily(NamedTuple):
    name: str
    values: Mapping[date, float]
    entries: Mapping[date, Sequence[str]]


class _Tested(NamedTuple):
    pair: Pair
    one: _Daily
    other: _Daily
    days: list[date]
    rho: float
    p: float


def correlations(known: Known, all_series: Sequence[Series]) -> Iterator[Insight]:
    """Of the pairs of which both things are recorded: those that go together, and those with too few days to tell.
    What was tested and does not go together is left out."""
    daily = {series.kind: _daily(series) for series in all_series} | _exercise(known)
    tested: list[_Tested] = []
    for pair in PAIRS:
        if pair.one not in daily or pair.other not in daily:
            continue
        one, other = daily[pair.one], daily[pair.other]
        days = sorted(one.values.keys() & other.values.keys())
        xs, ys = ([side.values[day] for day in days] for side in (one, other))
        rho = spearman(xs, ys) if len(days) >= LEAST_DAYS else None
        if rho is None:
            enough = len(days) >= LEAST_DAYS
            missing = (
                "one of the two is the same on every day"
                if enough
                else f"it takes {LEAST_DAYS} days with both, and the record has {len(days)}"
            )
            yield not_enough("correlation", _about(pair), pair.area, f"{one.name} and {other.name}", missing,
                             known.period, numbers={"days": len(days), "needed": LEAST_DAYS},
                             **_rests(one, other, days))  # fmt: skip
            continue
        tested.append(_Tested(pair, one, other, days, rho, spearman_p(rho, independent(xs, ys))))
    for test, p in zip(tested, holm([test.p for test in tested]), strict=True):
        if p < SIGNIFICANT and abs(test.rho) >= WEAKEST:
            yield _found(known, test, p, len(tested))


def _found(known: Known, test: _Tested, p: float, asked: int) -> Insight:
    one, other = test.one, test.other
    middle = statistics.median(one.values[day] for day in test.days)
    low, high = (
        [other.values[day] for day in test.days if (one.values[day] >= middle) is side] for side in (False, True)
    )
    tends = "higher" if test.rho > 0 else "lower"
    text = (
        f"On {counted(len(test.days), 'day')} with both, more {one.name.lower()} went with {tends} {other.name.lower()}"
    )
    if low and high:
        text += f": a median of {statistics.median(high):g} on days with {middle:g} or more of the former, "
        text += f"{statistics.median(low):g} on the others"
    return Insight(
        id=f"correlation:{_about(test.pair)}",
        kind="correlation",
        area=test.pair.area,
        title=f"{one.name} and {other.name} go together",
        text=f"{text}. That is no proof that one leads to the other.",
        period=known.period,
        numbers={
            "spearman": round(test.rho, 3),
            "p": round(p, 5),
            "pairs_tested": asked,
            "days": len(test.days),
            "median_split": middle,
        },
        confidence=Confidence(
            value=round(1 - p, 3), how=f"1 - p of Spearman's rank correlation, corrected for {asked} pairs (Holm)"
        ),
        **_rests(one, other, test.days),
    )


def _about(pair: Pair) -> str:
    return f"{pair.one}+{pair.other}"


def _rests(one: _Daily, other: _Daily, days: Sequence[date]) -> dict[str, object]:
    return resting_on(id_ for day in days for side in (one, other) for id_ in side.entries[day])


def _daily(series: Series) -> _Daily:
    entries: dict[date, list[str]] = defaultdict(list)
    for point in series.points:
        entries[point.day].append(point.context_id)
    return _Daily(series.name, dict(series.by_day()), entries)


def _exercise(known: Known) -> dict[str, _Daily]:
    """Minutes of exercise, summed over each day that has any: of other days it is not known that there were none."""
    minutes: dict[date, float] = defaultdict(float)
    entries: dict[date, list[str]] = defaultdict(list)
    for entry, exercise in known.of(Exercise):
        # "Three times a week" tells of no day.
        if exercise.minutes and exercise.frequency is None:
            day = known.day(entry.occurred_at)
            minutes[day] += exercise.minutes
            entries[day].append(entry.context_id)
    return {"exercise.minutes": _Daily("Minutes of exercise", minutes, entries)} if minutes else {}
