"""Gaps: what was recorded again and again, and is not any more; and schedules of which no dose is told."""

import statistics
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from carelog.record.insights.adherence import ScheduleAdherence
from carelog.record.insights.insight import Area, Confidence, Insight, counted, resting_on
from carelog.record.insights.known import Known

_HABIT: Final = 4
"""What was recorded on so many days had become a habit."""
_MISSING: Final = 3
"""A habit has stopped when so many of its usual intervals have gone by."""
_SOONEST: Final = 7
_SILENT: Final = timedelta(days=7)

_HABITS: Final[dict[str, tuple[Area, str]]] = {
    "vitals": ("vitals", "Readings"),
    "food": ("food", "Meals"),
    "water": ("water", "Water"),
    "sleep": ("sleep", "Sleep"),
    "mood": ("mood", "Mood"),
    "exercise": ("exercise", "Exercise"),
    "medication_log": ("medication", "Doses"),
    "check_in": ("record", "Check-ins"),
}


def gaps(known: Known) -> Iterator[Insight]:
    """Types of entries that were recorded regularly in the period, and have not been for long."""
    days: dict[str, dict[date, str]] = defaultdict(dict)
    for entry in known.entries:
        # What a schedule or another system filled in is nobody's habit.
        if entry.type in _HABITS and entry.occurred_at <= known.passed and entry.source not in ("import", "derived"):
            days[entry.type][known.day(entry.occurred_at)] = entry.context_id
    today = known.day(known.passed)
    for type_name, recorded in sorted(days.items()):
        if len(recorded) < _HABIT:
            continue
        usual = statistics.median((b - a).days for a, b in pairwise(sorted(recorded)))
        last = max(recorded)
        silent = (today - last).days
        if silent < max(_SOONEST, _MISSING * usual):
            continue
        area, name = _HABITS[type_name]
        yield Insight(
            id=f"gap:{type_name}", kind="gap", area=area,
            title=f"{name}: nothing recorded for {counted(silent, 'day')}",
            text=f"Recorded on {counted(len(recorded), 'day')} of the period, about every "
            f"{f'{usual:g} days' if usual > 1 else 'day'}, the last time on {last}. What happened since is not known.",
            period=known.period,
            numbers={"days": len(recorded), "usual_interval_days": usual, "silent_days": silent,
                     "last_day": last.isoformat()},
            confidence=Confidence(value=round(1 - 1 / len(recorded), 2),
                                  how=f"1 - 1/n for n = {len(recorded)} days on which it was recorded"),
            **resting_on(context_id for _, context_id in sorted(recorded.items())),
        )  # fmt: skip


def silent_schedules(known: Known, found: list[ScheduleAdherence]) -> Iterator[Insight]:
    """Schedules by which doses were due lately, and none of which anything was told."""
    since = known.passed - _SILENT
    for one in found:
        lately = [dose for dose in one.doses if dose.due >= since]
        if lately and all(dose.state == "unrecorded" for dose in lately) and one.due > len(lately):
            yield Insight(
                id=f"gap:{one.schedule}",
                kind="gap",
                area="medication",
                title=f"{one.name}: no dose recorded for {_SILENT.days} days",
                text=f"{counted(len(lately), 'dose')} of {one.name} were due in the last {_SILENT.days} days, and "
                "nothing is recorded of any: they may have been taken or not.",
                period=known.period,
                numbers={"due": len(lately), "days": _SILENT.days},
                entries=(one.schedule,),
                entries_in_all=1,
            )
