"""All insights of a subject in a period, put together."""

from collections.abc import Iterator
from typing import Final

from carelog.record.insights.adherence import ScheduleAdherence, adherence, adherence_insight
from carelog.record.insights.contradictory import contradictory
from carelog.record.insights.correlations import correlations
from carelog.record.insights.gaps import gaps, silent_schedules
from carelog.record.insights.insight import Insight, not_enough
from carelog.record.insights.intake import recorded_intake
from carelog.record.insights.known import Known
from carelog.record.insights.protocols import protocol_progress
from carelog.record.insights.ranges import beyond_own_ranges, beyond_thresholds
from carelog.record.insights.series import series_of
from carelog.record.insights.symptoms import symptom_patterns
from carelog.record.insights.trends import trend

_ORDER: Final = (
    "contradiction", "out_of_range", "symptom", "adherence", "trend", "protocol", "gap", "correlation", "intake",
)  # fmt: skip
"""The graver kinds come first."""


def analyse(known: Known) -> list[Insight]:
    """What was found first, the graver kinds before the others; what there is not enough data for comes last."""
    found = sorted(_insights(known), key=lambda one: (one.status != "found", _ORDER.index(one.kind), one.id))
    if not found:
        missing = "nothing is recorded in the period"
        return [not_enough("gap", "record", "record", "Nothing recorded", missing, known.period)]
    return found


def _insights(known: Known) -> Iterator[Insight]:
    all_series = series_of(known)
    doses = doses_of(known)
    yield from contradictory(known)
    yield from beyond_thresholds(known, all_series)
    yield from beyond_own_ranges(known)
    yield from symptom_patterns(known)
    yield from map(adherence_insight, doses)
    yield from (trend(series, known.period) for series in all_series)
    yield from protocol_progress(known)
    yield from gaps(known)
    yield from silent_schedules(known, doses)
    yield from correlations(known, all_series)
    yield from recorded_intake(known)


def doses_of(known: Known) -> list[ScheduleAdherence]:
    """What became of the doses that the schedules asked for in the period."""
    logs = [entry for entry in known.around if entry.type == "medication_log"]
    return adherence(known.schedules, logs, known.period, known.now, known.clock)
