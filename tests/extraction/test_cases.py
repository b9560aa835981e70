"""The cases of tests/extraction/cases: short conversations, each with all that is to be read in it."""

from functools import cache
from pathlib import Path

import pytest
from evaluation.cases import Case, WrongCase, case_files, load
from evaluation.judging import verdict_on

from carelog.kit.errors import ConfigurationError

FILES = case_files(Path(__file__).parent / "cases")


@cache
def cases() -> list[Case]:
    """Those of every file that can be read; one that cannot fails a test of its own."""
    found: list[Case] = []
    for path in FILES:
        try:
            found += load(path)
        except (WrongCase, ConfigurationError):
            continue
    return found


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_file_of_cases_can_be_read(path: Path) -> None:
    assert load(path)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_case(case: Case) -> None:
    verdict = verdict_on(case)
    if not verdict.passed:
        said = [f"  {speaker}: {words}" for speaker, words in case.turns]
        pytest.fail("\n".join([f"{case.id} ({case.about})", *said, *verdict.problems]), pytrace=False)


def test_there_are_cases_enough_and_each_phenomenon_has_its_opposite() -> None:
    found = cases()
    assert len(found) >= 300
    paired = {case.file for case in found if case.opposite is not None}
    assert {case.file for case in found} - paired == set()
