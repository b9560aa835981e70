"""Readings that lie outside of a range: the one that a laboratory or a clinician gave with the reading, or else a
published threshold."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from carelog.record.entries import Entry
from carelog.record.insights.insight import Confidence, Insight, amount, counted, not_enough, resting_on
from carelog.record.insights.known import Known
from carelog.record.insights.series import Point, Series, lab_kind
from carelog.record.insights.thresholds import ADULTS, EVERYBODY, Grade, Threshold
from carelog.record.types.biomarker import Biomarker
from carelog.record.types.lab_result import LabResult

_MEASURED: Final = "every reading is compared with the range itself; how well it was measured is not known"


class Beyond(NamedTuple):
    """A reading with a range of its own that it lies outside of."""

    kind: str
    name: str
    entry: Entry
    value: str
    why: str
    grade: Grade


def beyond_thresholds(known: Known, all_series: Sequence[Series]) -> Iterator[Insight]:
    """Vitals beyond published thresholds, one insight for each series that has any."""
    adult = known.is_adult()
    for series in all_series:
        lines = EVERYBODY.get(series.kind)
        if lines is None and (lines := ADULTS.get(series.kind)) is not None and adult is False:
            missing = "thresholds are kept for adults only, and the subject is younger than 18"
            yield not_enough("out_of_range", series.kind, series.area, f"{series.name}: not compared", missing,
                             known.period, **resting_on(p.context_id for p in series.points))  # fmt: skip
            continue
        passed = [(point, line) for point in series.points if (line := _passed(lines or (), point))]
        if passed:
            yield _beyond_thresholds(known, series, passed, unsure=series.kind in ADULTS and adult is None)


def _passed(lines: Sequence[Threshold], point: Point) -> Threshold | None:
    return next((line for line in lines if line.passed(point.value)), None)


def _beyond_thresholds(
    known: Known, series: Series, passed: Sequence[tuple[Point, Threshold]], *, unsure: bool
) -> Insight:
    lines: dict[Threshold, list[Point]] = defaultdict(list)
    for point, line in passed:
        lines[line].append(point)
    told = [
        f"{len(points)} of {counted(len(series.points), 'reading')} lie{'s' if len(points) == 1 else ''} {line.words} "
        f"({line.source})"
        for line, points in lines.items()
    ]
    newest, its_line = passed[-1]
    text = f"{'; '.join(told)}. The newest of them is {amount(newest.value, series.unit)} on {newest.day}."
    text += " A reading by itself is no diagnosis."
    text += " The lines are those of adults; the subject's age is not recorded." if unsure else ""
    grave = [point for point, line in passed if line.grade == "far_beyond"]
    return Insight(
        id=f"out_of_range:{series.kind}",
        kind="out_of_range",
        area=series.area,
        title=f"{series.name}: {len(passed)} of {counted(len(series.points), 'reading')} out of range",
        text=text,
        period=known.period,
        numbers={
            "readings": len(series.points),
            "out_of_range": len(passed),
            "far_out_of_range": len(grave),
            "newest": newest.value,
            "newest_at": newest.at.isoformat(),
            "newest_far": its_line.grade == "far_beyond",
            "newest_is_last": newest is series.points[-1],
            "unit": series.unit,
            "sources": ", ".join(sorted({line.source for line in lines})),
        },
        confidence=Confidence(
            value=0.5 if unsure else 1.0,
            how=_MEASURED
            + ("; halved, since the lines are those of adults and the age is not known" if unsure else ""),
        ),
        **resting_on(point.context_id for point, _ in passed),
    )


def beyond_own_ranges(known: Known) -> Iterator[Insight]:
    """Laboratory results and biomarkers outside of the ranges that came with them, or flagged by the laboratory."""
    readings: dict[str, int] = defaultdict(int)
    found: dict[str, list[Beyond]] = defaultdict(list)
    newest_of: dict[str, Entry] = {}
    for entry, result in known.of(LabResult):
        if result.status != "cancelled":
            kind = lab_kind(result)
            readings[kind] += 1
            newest_of[kind] = entry
            if beyond := _lab_result(entry, result):
                found[kind].append(beyond)
    for entry, marker in known.of(Biomarker):
        kind = f"biomarker.{marker.code}"
        readings[kind] += 1
        newest_of[kind] = entry
        if beyond := _biomarker(entry, marker):
            found[kind].append(beyond)
    for kind, those in sorted(found.items()):
        yield _beyond_own(known, kind, those, readings[kind], newest_of[kind])


_FLAGS: Final = {
    "low": "flagged low by the laboratory",
    "high": "flagged high by the laboratory",
    "critical_low": "flagged critically low by the laboratory",
    "critical_high": "flagged critically high by the laboratory",
    "abnormal": "flagged abnormal by the laboratory",
}


def _lab_result(entry: Entry, result: LabResult) -> Beyond | None:
    value = amount(result.value.value, result.value.unit) if result.value else result.text or "no value"
    why = _FLAGS.get(result.flag or "")
    if why is None and result.flag is None and result.value and result.reference and result.comparator is None:
        if result.reference.holds(result.value.value):
            return None
        why = f"outside of the laboratory's reference range ({result.reference})"
    if why is None:
        return None
    far = result.flag in ("critical_low", "critical_high")
    return Beyond(lab_kind(result), result.test, entry, value, why, "far_beyond" if far else "beyond")


def _biomarker(entry: Entry, marker: Biomarker) -> Beyond | None:
    if marker.status not in ("warning", "critical"):
        return None
    critical = marker.status == "critical"
    why = (
        f"outside of its safe range ({marker.safe})" if critical else f"outside of its optimal range ({marker.optimal})"
    )
    name = marker.name or marker.code.replace("_", " ")
    value = amount(marker.value.value, marker.value.unit)
    return Beyond(f"biomarker.{marker.code}", name, entry, value, why, "far_beyond" if critical else "beyond")


def _beyond_own(known: Known, kind: str, those: Sequence[Beyond], readings: int, newest_of_all: Entry) -> Insight:
    newest = those[-1]
    many = f"{len(those)} of {counted(readings, 'result')}"
    text = f"{many} lie out of range. The newest of them, {newest.value} on {known.day(newest.entry.occurred_at)}, is "
    text += f"{newest.why}. A result by itself is no diagnosis."
    return Insight(
        id=f"out_of_range:{kind}",
        kind="out_of_range",
        area="labs",
        title=f"{newest.name}: {many} out of range",
        text=text,
        period=known.period,
        numbers={
            "readings": readings,
            "out_of_range": len(those),
            "far_out_of_range": sum(one.grade == "far_beyond" for one in those),
            "newest": newest.value,
            "newest_at": newest.entry.occurred_at.isoformat(),
            "newest_far": newest.grade == "far_beyond",
            "newest_is_last": newest.entry is newest_of_all,
        },
        confidence=Confidence(value=1.0, how="the range or the flag came with the result"),
        **resting_on(one.entry.context_id for one in those),
    )
