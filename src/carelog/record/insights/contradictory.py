"""Entries that cannot both be true, as insights."""

from collections.abc import Iterator
from typing import Final

from carelog.record.insights.insight import Area, Insight
from carelog.record.insights.known import Known

_AREAS: Final[dict[str, Area]] = {
    "medication": "medication",
    "medication_log": "medication",
    "medication_schedule": "medication",
    "symptom": "symptoms",
}


def contradictory(known: Known) -> Iterator[Insight]:
    """Every pair that is linked as contradicting each other, of which one is in the period."""
    headlines = {entry.context_id: entry.headline() for entry in (*known.entries, *known.standing)}
    seen: set[frozenset[str]] = set()
    for entry in known.entries:
        for other in entry.contradicts:
            pair = frozenset((entry.context_id, other))
            if pair in seen:
                continue
            seen.add(pair)
            against = f"“{headlines[other]}”" if other in headlines else "another entry"
            yield Insight(
                id=f"contradiction:{'+'.join(sorted(pair))}",
                kind="contradiction",
                area=_AREAS.get(entry.type, "record"),
                title="Two entries contradict each other",
                text=f"“{entry.headline()}” and {against} cannot both be true. Both are kept.",
                period=known.period,
                entries=(entry.context_id, other),
                entries_in_all=2,
            )
