"""The timeline: entries by the day on which they happened, on the subject's own clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from carelog.record.entries import Entry


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a record, its entries in the order in which they happened."""

    date: date
    entries: tuple[Entry, ...]


def timeline(entries: Iterable[Entry]) -> list[Day]:
    """Group entries by local day, the latest day first."""
    ordered = sorted(entries, key=lambda e: (e.occurred_local.date(), e.occurred_at, e.id))
    days = [Day(day, tuple(of_day)) for day, of_day in groupby(ordered, key=lambda e: e.occurred_local.date())]
    return days[::-1]
