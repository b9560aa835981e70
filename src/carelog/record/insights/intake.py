"""Food and water by day: sums of what was recorded, and of nothing else."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from pydantic import Field

from carelog.record.insights.insight import Insight, counted, not_enough, resting_on
from carelog.record.insights.known import Known
from carelog.record.types.food import Food
from carelog.record.types.water import Water
from carelog.record.values import Value

NUTRIENTS: Final = ("energy_kcal", "protein_g", "carbohydrate_g", "fat_g", "fibre_g", "sugar_g")


class Sum(Value):
    """A sum over what was recorded. What says nothing of it is counted, and adds nothing."""

    total: float | None = Field(description="Null when nothing says how much")
    of: int = Field(description="How many entries were summed")
    without: int = Field(description="How many entries say nothing of it")

    def __str__(self) -> str:
        return "unknown" if self.total is None else f"{self.total:g}"


def summed(values: Iterable[float | None]) -> Sum:
    """
    >>> summed([1.5, None, 2])
    Sum(total=3.5, of=2, without=1)
    """
    given = list(values)
    said = [value for value in given if value is not None]
    return Sum(total=round(sum(said), 2) if said else None, of=len(said), without=len(given) - len(said))


def nutrients(foods: Iterable[Food]) -> dict[str, Sum]:
    those = list(foods)
    return {name: summed(getattr(food, name) for food in those) for name in NUTRIENTS}


def water_ml(drunk: Iterable[Water]) -> Sum:
    """In mL; glasses and bottles of no known size are counted in `without`."""
    return summed(water.amount.value if water.amount else None for water in drunk)


def recorded_intake(known: Known) -> Iterator[Insight]:
    """Energy and water on the days that have any record of them."""
    food, water = known.of(Food), known.of(Water)
    if food:
        by_day: dict[date, list[float | None]] = defaultdict(list)
        for entry, eaten in food:
            by_day[known.day(entry.occurred_at)].append(eaten.energy_kcal)
        yield _by_day(known, "food", "Energy", "kcal", by_day, [e.context_id for e, _ in food])
    if water:
        drunk: dict[date, list[float | None]] = defaultdict(list)
        for entry, glass in water:
            drunk[known.day(entry.occurred_at)].append(glass.amount.value if glass.amount else None)
        yield _by_day(known, "water", "Water", "mL", drunk, [e.context_id for e, _ in water])


def _by_day(
    known: Known, about: str, name: str, unit: str, by_day: dict[date, list[float | None]], entries: list[str]
) -> Insight:
    area: Final = "food" if about == "food" else "water"
    sums = {day: summed(values) for day, values in by_day.items()}
    told = {day: one.total for day, one in sums.items() if one.total is not None}
    without = sum(one.without for one in sums.values())
    numbers: dict[str, float | int | str | bool | None] = {
        "days_recorded": len(by_day),
        "days_with_amounts": len(told),
        "entries_without_amount": without,
        "unit": unit,
    }
    if not told:
        missing = f"none of {counted(len(entries), 'entry').replace('entrys', 'entries')} says how much"
        return not_enough("intake", about, area, f"{name}: amounts not recorded", missing, known.period,
                          numbers=numbers, **resting_on(entries))  # fmt: skip
    middle = statistics.median(told.values())
    numbers |= {"median_per_day": middle, "least": min(told.values()), "most": max(told.values())}
    text = f"On {counted(len(told), 'day')} with amounts, a median of {middle:g} {unit} a day was recorded"
    text += f", from {min(told.values()):g} to {max(told.values()):g}." if len(told) > 1 else "."
    text += f" Of {counted(without, 'other')} it is not known how much." if without else ""
    return Insight(
        id=f"intake:{about}", kind="intake", area=area, title=f"{name}: about {middle:g} {unit} a day recorded",
        text=f"{text} What was not recorded is not in it.", period=known.period, numbers=numbers, **resting_on(entries),
    )  # fmt: skip
