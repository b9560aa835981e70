"""Trends: where the readings of one kind are going."""

import statistics
from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from carelog.record.insights.insight import Confidence, Insight, Period, amount, counted, not_enough, resting_on
from carelog.record.insights.series import Series
from carelog.record.insights.statistics import going_up, theil_sen

STABLE: Final = 5.0
"""A change under so many percent over the period is none."""
AGREED: Final = 0.6
"""A change is a trend when so many of all pairs of days go its way."""

Direction = Literal["up", "down", "stable", "mixed"]
_TEXTS: Final[dict[Direction, str]] = {"up": "rose", "down": "fell", "stable": "is stable", "mixed": "varies"}


def trend(series: Series, period: Period) -> Insight:
    """The change of a series over its days, by the robust slope through the medians of its days."""
    days = series.thinned()
    if len(days) < 2:
        seen = counted(len(series.points), "reading")
        missing = (
            f"a trend needs readings on two days or more, and there is {seen} on one day"
            if days
            else ("there is no reading in the period")
        )
        return not_enough("trend", series.kind, series.area, f"{series.name}: no trend yet", missing, period,
                          numbers={"readings": len(series.points), "days": len(days)},
                          **resting_on(p.context_id for p in series.points))  # fmt: skip
    slope, start, end = _line(days)
    percent = round(100 * (end - start) / abs(start), 1) if start else None
    upward = going_up([value for _, value in days])
    direction = _direction(slope, percent, upward)
    span = (days[-1][0] - days[0][0]).days
    return Insight(
        id=f"trend:{series.kind}",
        kind="trend",
        area=series.area,
        title=f"{series.name} {_TEXTS[direction]}",
        text=_text(series, direction, days, start, end, percent),
        period=period,
        numbers={
            "direction": direction,
            "unit": series.unit,
            "readings": len(series.points),
            "days": len({point.day for point in series.points}),
            "first_day": days[0][0].isoformat(),
            "last_day": days[-1][0].isoformat(),
            "span_days": span,
            "from": round(start, 3),
            "to": round(end, 3),
            "change": round(end - start, 3),
            "change_percent": percent,
            "per_week": round(slope * 7, 4),
            "median": round(statistics.median(value for _, value in days), 3),
        },
        confidence=_confidence(direction, upward, days),
        **resting_on(point.context_id for point in series.points),
    )


def _line(days: Sequence[tuple[date, float]]) -> tuple[float, float, float]:
    """The slope a day, and the values of the line on the first day and on the last."""
    first = days[0][0]
    slope, intercept = theil_sen([((day - first).days, value) for day, value in days])
    return slope, intercept, intercept + slope * (days[-1][0] - first).days


def _direction(slope: float, percent: float | None, upward: float) -> Direction:
    if slope == 0 or (percent is not None and abs(percent) < STABLE):
        return "stable"
    if (upward if slope > 0 else 1 - upward) < AGREED:
        return "mixed"
    return "up" if slope > 0 else "down"


def _confidence(direction: Direction, upward: float, days: Sequence[tuple[date, float]]) -> Confidence:
    n, middle = len(days), statistics.median(value for _, value in days)
    if direction == "stable":
        share = sum(abs(value - middle) <= abs(middle) * STABLE / 100 for _, value in days) / n
        how = f"the share of days within {STABLE:g} % of their median"
    else:
        share = max(upward, 1 - upward)
        how = "the share of all pairs of days that go one way"
    return Confidence(value=round(share * (1 - 1 / n), 2), how=f"{how}, times 1 - 1/n for n = {n} days")


def _text(
    series: Series,
    direction: Direction,
    days: Sequence[tuple[date, float]],
    start: float,
    end: float,
    percent: float | None,
) -> str:
    seen = f"{counted(len(series.points), 'reading')} from {days[0][0]} to {days[-1][0]}"
    if direction == "stable":
        middle = amount(statistics.median(value for _, value in days), series.unit)
        return f"{series.name} stayed at about {middle} in {seen}: it changed by less than {STABLE:g} %."
    if direction == "mixed":
        low, high = (amount(pick(value for _, value in days), series.unit) for pick in (min, max))
        return f"{series.name} went up and down between {low} and {high} in {seen}, without a clear direction."
    by = f" ({percent:+g} %)" if percent is not None else ""
    return (
        f"{series.name} {_TEXTS[direction]} from about {amount(start, series.unit)} to {amount(end, series.unit)}"
        f"{by} in {seen}."
    )
