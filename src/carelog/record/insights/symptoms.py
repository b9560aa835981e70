"""Symptoms: how often each was told of, and whether it grows worse."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from carelog.record.entries import Entry
from carelog.record.insights.insight import Confidence, Insight, counted, resting_on
from carelog.record.insights.known import Known
from carelog.record.insights.statistics import going_up
from carelog.record.types.symptom import Symptom

_RECURRING: Final = 3
_GRADES: Final = {"mild": 1.0, "moderate": 2.0, "severe": 3.0}


def symptom_patterns(known: Known) -> Iterator[Insight]:
    """Of every symptom that was present on several days, was severe, or was told to grow worse."""
    told: dict[str, list[tuple[Entry, Symptom]]] = defaultdict(list)
    for entry, symptom in known.of(Symptom):
        told[" ".join(symptom.name.casefold().split())].append((entry, symptom))
    for name, those in sorted(told.items()):
        present = [(e, s) for e, s in those if s.polarity == "present"]
        days = sorted({known.day(e.occurred_at) for e, _ in present})
        if not present:
            continue
        worse = _worsening(present)
        severe = present[-1][1].severity == "severe"
        if len(days) >= _RECURRING or worse or severe:
            yield _pattern(known, name, those, present, worse)


def _worsening(present: Sequence[tuple[Entry, Symptom]]) -> str | None:
    """Why it is taken to grow worse: it was said so last, or severities and scores rose."""
    said = next((s.trend for _, s in reversed(present) if s.trend), None)
    if said is not None:
        return "it was said to be getting worse" if said == "worsening" else None
    for grades in (
        [s.score for _, s in present if s.score is not None],
        [_GRADES[s.severity] for _, s in present if s.severity],
    ):
        if len(grades) >= _RECURRING and going_up(grades) >= 0.75 and grades[-1] > grades[0]:
            return f"how bad it was rose over {len(grades)} tellings"
    return None


def _pattern(
    known: Known,
    name: str,
    those: Sequence[tuple[Entry, Symptom]],
    present: Sequence[tuple[Entry, Symptom]],
    worse: str | None,
) -> Insight:
    days = sorted({known.day(e.occurred_at) for e, _ in present})
    absent = {known.day(e.occurred_at) for e, s in those if s.polarity == "absent"} - set(days)
    middle = known.since + (known.passed - known.since) / 2
    halves = [
        len({known.day(e.occurred_at) for e, _ in present if (e.occurred_at < middle) is early})
        for early in (True, False)
    ]
    severity = next((s.severity for _, s in reversed(present) if s.severity), None)
    text = f"Told of as present on {counted(len(days), 'day')}, the last time on {days[-1]}"
    text += f", and as absent on {counted(len(absent), 'other day')}" if absent else ""
    text += f"; {halves[0]} in the first half of the period and {halves[1]} in the second"
    text += f". It seems to grow worse: {worse}" if worse else ""
    known_days = len(days) + len(absent)
    return Insight(
        id=f"symptom:{name}",
        kind="symptom",
        area="symptoms",
        title=f"{name.capitalize()}: {'growing worse' if worse else 'on ' + counted(len(days), 'day')}",
        text=f"{text}.",
        period=known.period,
        numbers={
            "days_present": len(days),
            "days_absent": len(absent),
            "first_half": halves[0],
            "second_half": halves[1],
            "worsening": worse is not None,
            "severity": severity,
            "last_day": days[-1].isoformat(),
        },
        confidence=Confidence(
            value=round(1 - 1 / (known_days + 1), 2), how=f"1 - 1/(n + 1) for n = {known_days} days that it was told of"
        ),
        **resting_on(entry.context_id for entry, _ in those),
    )
