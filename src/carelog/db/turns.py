"""Turns: processes that write to one SQLite file wait for one another where waiting is free.

Who finds the file locked is told by SQLite to sleep and look again, for longer each time: two processes that write
often then wait for longer than they write, and one of them much longer than the other. So they queue at the lock of a
file beside it, which the system hands on at once, and takes from a process that has died. It keeps nobody out:
SQLite's own lock does, and where there is no such file to be had, they wait as SQLite has them wait.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType


class Turn:
    """A process's turn to write to the database in this file, as a context. Whoever takes it waits in a thread of its
    own.

    Raises TimeoutError when it came only after `patience` seconds, when whoever asked for it may have left.
    """

    def __init__(self, database: Path, patience: float) -> None:
        self._database = database
        self._patience = patience
        self._file: int | None = None

    def __enter__(self) -> None:
        self.take()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.give_back()

    def take(self) -> None:
        """Wait for it."""
        began = monotonic()
        with suppress(OSError):  # another user's file, or a file system without locks
            if self._file is None:
                self._file = _beside(self._database)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        if monotonic() - began > self._patience:
            self.give_back()
            raise TimeoutError(f"another process has been writing for more than {self._patience:g} seconds")

    def give_back(self) -> None:
        """Let the next one have it. Does nothing for who does not have it."""
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Take no turn any more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _beside(database: Path) -> int:
    """The file, whose turns are everybody's who may write to the database, whoever made it."""
    file = os.open(database.with_name(f"{database.name}-turn"), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(OSError):  # it is not ours to change, and has been made so
        like = database.stat()
        os.fchown(file, like.st_uid, like.st_gid)
        os.fchmod(file, like.st_mode & 0o666)
    return file
