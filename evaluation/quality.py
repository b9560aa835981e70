"""docs/quality.md: what is measured, the newest table, and a line for each time that it was saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from evaluation.scores import CaseScores, VisitScores
from evaluation.table import NOT_MEASURED, Row, as_markdown

NEWEST: Final = "## The newest figures"
HISTORY: Final = "## History"
COLUMNS: Final = (
    *("day", "version", "engine", "cases", "held-out cases", "symptoms", "polarity", "mentioned"),
    *("strengths found", "strengths right", "quotes", "visits/s"),
)


class WrongDocument(ValueError):
    """The document has another shape than `document` gives it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history."""

    day: date
    version: str
    engine: str
    figures: tuple[str, ...]

    @property
    def line(self) -> str:
        return "| " + " | ".join((self.day.isoformat(), self.version, self.engine, *self.figures)) + " |"


@dataclass(frozen=True, slots=True)
class Quality:
    """The document, taken apart: what stands before the table, the table, and the history, oldest first."""

    about: str
    newest: str
    history: tuple[Entry, ...]

    def text(self) -> str:
        """The whole document again."""
        head = ["| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
        lines = "\n".join([*head, *(entry.line for entry in self.history)])
        return f"{self.about}\n{NEWEST}\n\n{self.newest}\n\n{HISTORY}\n\n{lines}\n"


def parse(text: str) -> Quality:
    """Raises WrongDocument."""
    about, mark, rest = text.partition(f"\n{NEWEST}\n")
    newest, other, history = rest.partition(f"\n{HISTORY}\n")
    if not mark or not other:
        raise WrongDocument(f"{NEWEST!r} and {HISTORY!r} are its sections")
    table = [line for line in history.strip().splitlines() if line]
    return Quality(about, newest.strip(), tuple(map(_entry, table[2:])))


def _entry(line: str) -> Entry:
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) != len(COLUMNS):
        raise WrongDocument(f"a line of the history has {len(COLUMNS)} cells: {line}")
    try:
        return Entry(date.fromisoformat(cells[0]), cells[1], cells[2], tuple(cells[3:]))
    except ValueError as error:
        raise WrongDocument(f"a line of the history begins with a day: {line}") from error


def saved(document: Quality, table: Sequence[Row], entries: Sequence[Entry]) -> Quality:
    """The document with another table, and more lines; those of the same day, version and engine are written over."""
    named = {(entry.day, entry.version, entry.engine) for entry in entries}
    kept = [entry for entry in document.history if (entry.day, entry.version, entry.engine) not in named]
    return Quality(document.about, as_markdown(table), (*kept, *entries))


def entry_of(
    day: date, version: str, engine: str, cases: Sequence[CaseScores | None], visits: VisitScores | None
) -> Entry:
    """The figures of one engine. Cases, our own and those held out, are read by the local engine alone."""
    passed = ["-" if scores is None else f"{scores.passed.part}/{scores.passed.whole}" for scores in cases]
    if visits is None:
        return Entry(day, version, engine, (*passed, *(NOT_MEASURED,) * (len(COLUMNS) - 5)))
    shares = (
        visits.symptoms,
        visits.polarity,
        visits.mentioned,
        visits.strengths,
        visits.strengths_right,
        visits.quotes,
    )
    return Entry(day, version, engine, (*passed, *map(str, shares), f"{visits.per_second:.1f}"))
