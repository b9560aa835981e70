"""`make eval`: prints how well conversations are read, and keeps the figures in docs/quality.md when asked to."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from carelog import __version__
from carelog.extraction.llm.engine import ENGINE as LLM
from carelog.extraction.local import ENGINE as LOCAL
from carelog.extraction.local import extract
from carelog.kit.errors import ConfigurationError
from evaluation import engines, quality, visits
from evaluation.cases import Case, WrongCase, case_files, load
from evaluation.judging import Verdict, conversation_of, verdict_on
from evaluation.scores import CaseScores, VisitScores, score_cases, score_talks, score_visits
from evaluation.table import Row, as_text, rows

_ROOT: Final = Path(__file__).parents[1]
_CASES: Final = _ROOT / "tests" / "extraction" / "cases"
_HELD_OUT: Final = Path(__file__).parent / "held_out"
_TALKS: Final = Path(__file__).parent / "talks"
_DOCUMENT: Final = _ROOT / "docs" / "quality.md"


def main() -> None:
    options = _options()
    try:
        files = visits.find(options.visits, download=options.download)
        real = visits.read(files)
        judged = [(case, verdict_on(case)) for case in _cases(_CASES)]
        judged_held_out = [(case, verdict_on(case)) for case in _cases(_HELD_OUT)]
        talks = [(case, extract(conversation_of(case), zone=case.zone).entries) for case in _cases(_TALKS)]
    except (visits.NoVisits, WrongCase, ConfigurationError) as problem:
        sys.exit(f"evaluation: {problem}")
    local = score_visits(real, engines.by_command(real)) if real else None
    read = engines.by_model(real) if real else None
    model = score_visits(real, read) if read else None
    cases, held_out = score_cases(judged), score_cases(judged_held_out)
    table = rows(cases, held_out, score_talks(talks), local, model)
    print(as_text(table))
    if options.problems:
        print(*_problems([*judged, *judged_held_out]), sep="\n")
    if not real:
        print(f"\nThe visits are named by --visits or {visits.VARIABLE}, or fetched by --download.")
    if options.save:
        _save(table, cases, held_out, local, model)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--visits", type=Path, help="the CSV files of ACI-Bench: one, or a folder of them")
    parser.add_argument("--download", action="store_true", help="fetch them (800 kB) into the user's cache folder")
    parser.add_argument(
        "--save", action="store_true", help="write the table and a line of history into docs/quality.md"
    )
    parser.add_argument("--problems", action="store_true", help="print each case that is not right, and what is wrong")
    return parser.parse_args()


def _cases(folder: Path) -> list[Case]:
    return [case for path in case_files(folder) for case in load(path)]


def _problems(judged: Iterable[tuple[Case, Verdict]]) -> Iterator[str]:
    for case, verdict in judged:
        if not verdict.passed:
            yield f"\n{case.id}"
            yield from (f"  {speaker}: {words}" for speaker, words in case.turns)
            yield from (f"    {problem}" for problem in verdict.problems)


def _save(
    table: Sequence[Row],
    cases: CaseScores,
    held_out: CaseScores,
    local: VisitScores | None,
    model: VisitScores | None,
) -> None:
    today = datetime.now(UTC).date()
    entries = [quality.entry_of(today, __version__, LOCAL, (cases, held_out), local)]
    if model is not None:
        entries.append(quality.entry_of(today, __version__, LLM, (None, None), model))
    document = quality.parse(_DOCUMENT.read_text(encoding="utf-8"))
    changed = quality.saved(document, table, entries)
    _DOCUMENT.write_text(changed.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
