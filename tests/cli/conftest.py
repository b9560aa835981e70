"""Commands as they are typed, on the test's data folder."""

import io
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from carelog.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _plain_and_wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No terminal's width; and logs are configured as they were when the test is over."""
    monkeypatch.delenv("COLUMNS", raising=False)
    root, room = logging.getLogger(), logging.getLogger("carelog")
    handlers, levels = root.handlers[:], (root.level, room.level)
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    room.setLevel(levels[1])


@pytest.fixture
def carelog_command(
    migrated: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Runs `carelog` with these arguments, in this process: starting one for each takes most of a second."""

    def run(*arguments: str | Path, given: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["carelog", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        code: str | int | None = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        captured = capsys.readouterr()
        assert isinstance(code, int | None)
        return Ran(code or 0, captured.out, captured.err)

    return run


@pytest.fixture
def carelog_process() -> Callable[..., Ran]:
    """Runs `carelog` with these arguments in a process of its own, where that matters."""

    def run(*arguments: str | Path, given: str | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "carelog", *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
