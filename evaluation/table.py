"""The table of `make eval`: the same rows on a terminal and in docs/quality.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evaluation.scores import CaseScores, Share, TalkScores, VisitScores

NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: of which part, what it says, what it is of, and what it should be."""

    part: str
    what: str
    figure: str
    of: str = ""
    wanted: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.part, self.what, self.figure, self.of, self.wanted)


HEADING = ("", "what", "figure", "of", "wanted")


def rows(
    cases: CaseScores,
    held_out: CaseScores,
    talks: TalkScores,
    visits: VisitScores | None,
    model: VisitScores | None,
) -> list[Row]:
    """Everything that was measured, and a row for each part that was not."""
    found = [*_of_cases("cases", cases, "1.000"), *_of_cases("held-out cases", held_out)]
    found += _of_talks("talks that nobody read", talks)
    found += _of_visits("visits, local engine", visits)
    found += _of_visits("visits, LLM engine", model)
    return found


def _of_cases(part: str, scores: CaseScores, wanted: str = "") -> list[Row]:
    found = [_share(part, "wholly right", scores.passed, wanted)]
    found += [_share(part, f"... of {name}", share) for name, share in scores.phenomena.items()]
    for name in sorted({*scores.recall, *scores.precision}):
        found.append(_share(part, f"{name}: expected ones found", scores.recall.get(name, Share(0, 0))))
        found.append(_share(part, f"{name}: found ones right", scores.precision.get(name, Share(0, 0))))
    return found


def _of_talks(part: str, scores: TalkScores) -> list[Row]:
    return [
        _share(part, "symptoms that a clinician would note, found", scores.symptoms),
        _share(part, "... with the right polarity", scores.polarity),
        _share(part, "symptoms found that a clinician would note", scores.symptoms_right),
        _share(part, "(drug, strength) pairs found", scores.strengths),
        _share(part, "(drug, strength) pairs found that are right", scores.strengths_right),
        Row(part, "talks", str(scores.talks)),
    ]


def _of_visits(part: str, scores: VisitScores | None) -> list[Row]:
    if scores is None:
        return [Row(part, "all figures", NOT_MEASURED)]
    shares = [
        _share(part, "symptoms of the notes' reviews of systems that were found", scores.symptoms, "0.80"),
        _share(part, "... with the right polarity", scores.polarity, "0.72"),
        _share(part, "symptoms found that the note mentions", scores.mentioned, "0.85"),
        _share(part, "(drug, strength) pairs of the notes that were found", scores.strengths, "0.88"),
        _share(part, "(drug, strength) pairs found that the note has", scores.strengths_right, "0.88"),
        _share(part, "quotes that stand where they say", scores.quotes, "1.000"),
        Row(part, "visits a second", f"{scores.per_second:.1f}", str(scores.visits), "60"),
    ]
    if scores.memory_mb is not None:
        shares.append(Row(part, "memory of the largest process, MB", f"{scores.memory_mb:.0f}", "", "400 at most"))
    return shares


def _share(part: str, what: str, share: Share, wanted: str = "") -> Row:
    return Row(part, what, str(share), f"{share.part}/{share.whole}", wanted)


def as_text(table: Sequence[Row]) -> str:
    """For a terminal: the part is named where it begins."""
    cells = [HEADING, *(row.cells for row in _parts_once(table))]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEADING))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def as_markdown(table: Sequence[Row]) -> str:
    """For the document."""
    cells = [HEADING, ("---",) * len(HEADING), *(row.cells for row in _parts_once(table))]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def _parts_once(table: Iterable[Row]) -> list[Row]:
    shown: list[Row] = []
    before = ""
    for row in table:
        part = "" if row.part == before else row.part
        shown.append(Row(part, row.what, row.figure, row.of, row.wanted))
        before = row.part
    return shown
