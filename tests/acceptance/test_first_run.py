"""`make run`: what a newcomer sees, and sees again the second time."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Up

Start = Callable[..., "Up"]

_LAST_LINE = re.compile(r"(Stop it) with Ctrl-C")


@pytest.fixture
def migrated() -> None:
    """Nothing is there before."""


def first_look(start: Start) -> "tuple[Up, str, str]":
    """`carelog up --demo`, all that it printed, and the key among it."""
    up = start("--demo", forked=False)
    up.wait_for(_LAST_LINE)
    [key] = re.findall(r"^export CARELOG_KEY=(clk_\S+)$", up.printed, re.MULTILINE)
    return up, up.printed, key


def rows(data: Path) -> dict[str, int]:
    with closing(sqlite3.connect(data / "carelog.db")) as connection:
        tables = ("conversation", "subject", "entry", "entry_revision", "run")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def try_line(line: str, key: str) -> Any:
    """What a line that is there to be copied gives, in a shell."""
    done = subprocess.run(
        ["sh", "-c", line],
        env={"CARELOG_KEY": key, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def status(up: "Up", key: str) -> int:
    answer = httpx.get(f"{up.address}/api/conversations", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code


def test_the_first_look_shows_a_record_and_the_second_adds_nothing(start: Start, tmp_path: Path) -> None:
    up, printed, key = first_look(start)
    assert "18 sample conversations: 18 new, 0 taken in before." in printed
    assert "Meera Nair: “One forty two over eighty eight.”" in printed
    assert "blood pressure 142/88 mmHg" in printed
    assert "\x1b" not in printed, "colours where there is no terminal"
    assert status(up, key) == 200
    taken_in = rows(tmp_path / "data")
    assert taken_in["entry"] > 50
    assert up.terminate() == 0

    up, printed, second_key = first_look(start)
    assert "18 sample conversations: 0 new, 18 taken in before." in printed
    assert rows(tmp_path / "data") == taken_in
    assert status(up, second_key) == 200
    assert status(up, key) == 401
    assert up.terminate() == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_lines_to_try_work_as_they_are_printed(start: Start) -> None:
    _, printed, key = first_look(start)
    readings, insights, found, receipt = (
        try_line(f"{line} -sS", key) for line in re.findall(r"^curl .*$", printed, re.MULTILINE)
    )
    assert {entry["type"] for entry in readings["items"]} == {"vitals"}
    assert {"trend", "out_of_range", "symptom"} <= {insight["kind"] for insight in insights["items"]}
    assert found["items"]
    assert receipt["status"] == "accepted"
