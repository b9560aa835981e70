"""`carelog subjects likely-same` and `join`: two records of one person become one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from door import make_vcon

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]
AT_HOME, AT_WORK = "+912224449000", "+912224449111"


@pytest.fixture
def taken_in(carelog_command: Command, tmp_path: Path) -> None:
    for tel in (AT_HOME, AT_WORK):
        file = tmp_path / "call.vcon"
        file.write_text(json.dumps(make_vcon("My pulse was 72.", tel=tel)))
        assert carelog_command("ingest", file).code == 0


def test_two_of_one_name_are_listed_and_become_one(carelog_command: Command, taken_in: None) -> None:
    [found] = json.loads(carelog_command("subjects", "likely-same", "--json").out)
    keep, other = found["likely"][0]["subject"]["id"], found["subject"]["id"]
    shown = carelog_command("subjects", "likely-same").out
    assert keep in shown
    assert other in shown
    assert carelog_command("subjects", "join", AT_HOME, AT_WORK).code == 1  # nobody answers the question
    assert carelog_command("subjects", "join", AT_HOME, AT_WORK, given="y\n").out.endswith(f"is in {keep} now\n")
    assert len(json.loads(carelog_command("record", AT_WORK, "--json").out)) == 2
    assert "No two records" in carelog_command("subjects", "likely-same").out
    for reference in (other, AT_WORK):
        again = carelog_command("subjects", "join", AT_HOME, reference, "--yes")
        assert (again.code, again.out) == (0, "they are one record already\n")
    joined = json.loads(carelog_command("audit", "list", "--json", "--action", "record.join").out)
    assert {event["subject_id"] for event in joined} == {keep, other}


def test_whom_nobody_can_tell_apart_or_find_is_refused(carelog_command: Command, taken_in: None) -> None:
    assert "several subjects" in carelog_command("subjects", "join", "Asha Rao", AT_WORK, "--yes").err
    nobody = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"
    refused = carelog_command("subjects", "join", AT_HOME, nobody, "--yes")
    assert refused.code == 1
    assert "no such subject" in refused.err
