"""Commands as processes of their own, forked from one that has loaded Carelog: each loads it for most of a second, and
tests start some hundred. One is still killed, and fails, alone; what a command loads by itself is for other tests."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from carelog.cli import main

_FORKING: Final = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    [
        "carelog.api",
        "carelog.cli.serving",
        "carelog.cli.supervising",
        "carelog.links.extract",
        "carelog.links.summarize",
        "asyncpg",
    ]
)


class Forked:
    """A running `carelog ...` in a session of its own, with the environment and the working directory of now; used as
    a `subprocess.Popen` is."""

    def __init__(self, arguments: Sequence[str], output: Path, errors: Path) -> None:
        for path in (output, errors):
            path.touch()
        given = (tuple(arguments), dict(os.environ), Path.cwd(), output, errors)
        self._process = _FORKING.Process(target=_carry_out, args=given)
        self._process.start()
        assert self._process.pid
        self.pid: Final = self._process.pid

    def poll(self) -> int | None:
        """What it ended with: None while it lives."""
        return self._process.exitcode

    def wait(self, seconds: float) -> int:
        self._process.join(seconds)
        code = self.poll()
        assert code is not None, "it does not end"
        return code

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


def _carry_out(
    arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, output: Path, errors: Path
) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for path, number in ((output, 1), (errors, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    sys.argv = ["carelog", *arguments]
    main()
