"""Commands and scripts as processes of their own, forked from one that has loaded Carelog: each loads it for most of a
second, and tests start some hundred. One is still killed, and fails, alone; what a command loads by itself is for other
tests."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Final

import pytest

from carelog.cli import main

_FORKING: Final = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["forked_from"])


class Process:
    """A running process, forked with the environment and the working directory of now; used as a `subprocess.Popen`
    is. It calls this with these arguments."""

    def __init__(self, called: Callable[..., object], *arguments: object) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(Path(__file__).parent))
            forkserver.ensure_running()
        given = (dict(os.environ), Path.cwd(), called, arguments)
        self._process = _FORKING.Process(target=_begin, args=given)
        self._process.start()
        assert self._process.pid
        self.pid: Final = self._process.pid

    def poll(self) -> int | None:
        """What it ended with: None while it lives."""
        return self._process.exitcode

    def wait(self, seconds: float = 60) -> int:
        self._process.join(seconds)
        code = self.poll()
        assert code is not None, "it does not end"
        return code

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


class Forked(Process):
    """A running `carelog ...` in a session of its own."""

    def __init__(self, arguments: Sequence[str], output: Path, errors: Path) -> None:
        for path in (output, errors):
            path.touch()
        super().__init__(_carry_out, tuple(arguments), output, errors)


class ForkedScript(Process):
    """A running `python -c script ...`."""

    def __init__(self, script: str, *arguments: str) -> None:
        super().__init__(_run, script, arguments)


def _begin(
    environment: Mapping[str, str], folder: Path, called: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    called(*arguments)


def _carry_out(arguments: tuple[str, ...], output: Path, errors: Path) -> None:
    os.setsid()
    for path, number in ((output, 1), (errors, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    sys.argv = ["carelog", *arguments]
    main()


def _run(script: str, arguments: tuple[str, ...]) -> None:
    sys.argv = ["-c", *arguments]
    exec(script, {"__name__": "__main__"})
