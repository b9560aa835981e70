"""Commands as they are typed: each in a process of its own, on the test's data folder."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def carelog_command() -> Callable[..., Ran]:
    """Runs `carelog` with these arguments. It never prints a stack trace, whatever happens."""

    def run(*arguments: str | Path, given: str | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "carelog", *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert "Traceback" not in done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
