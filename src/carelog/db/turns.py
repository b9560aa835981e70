"""Turns: processes that write to one SQLite file wait for one another where waiting is cheap.

SQLite makes a process that finds the file locked sleep and look again, longer each time: two processes that write often
would wait longer than they write, and one much longer than the other. So they queue at the lock of a file beside it,
which the system hands on at once, and takes from a process that has died. It protects nothing: SQLite's own lock does.
Where such a file cannot be had, they wait as SQLite has them wait.
"""

import asyncio
import fcntl
import os
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from types import TracebackType


class WriteTurn:
    """A process's turn to write to the database in this file, as a context. Taking it blocks, so a thread of its own
    does that.

    Raises TimeoutError when it has not come within `patience` seconds: another process may have been halted while it
    had the turn.
    """

    def __init__(self, database: Path, patience: float) -> None:
        self._database = database
        self._patience = patience
        self._file: int | None = None
        self._waiting: SimpleQueue[Future[None] | None] | None = None
        self._opening = Lock()  # the event loop and the writer's thread may come at the same time

    def __enter__(self) -> None:
        self.take()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.give_back()

    def take(self) -> None:
        """Wait for it."""
        try:
            came = self._came_in_time()
        except OSError:  # another user's file, or a file system without locks
            return
        if not came:
            raise TimeoutError(f"another process has been writing for more than {self._patience:g} seconds")

    async def come(self) -> None:
        """Wait until this process has it, or as long as `take` would, which then tells. Nothing blocks meanwhile, so
        this is for who gathers what is to be written in it."""
        try:
            if self._came_at_once():
                return
            coming = asyncio.wrap_future(self._when_it_comes())
        except OSError:
            return
        with suppress(TimeoutError, OSError):
            await asyncio.wait_for(coming, self._patience)

    def give_back(self) -> None:
        """Let the next one have it. Does nothing if this process does not have it."""
        file = self._file
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Take no turn any more."""
        if self._waiting is not None:
            self._waiting.put(None)  # who waits at the file closes it
        elif self._file is not None:
            os.close(self._file)
        self._file = self._waiting = None

    def _came_in_time(self) -> bool:
        if self._came_at_once():
            return True
        coming = self._when_it_comes()
        try:
            coming.result(self._patience)
        except TimeoutError:
            if coming.cancel():
                return False
            coming.result()
        return True

    def _came_at_once(self) -> bool:
        try:
            fcntl.flock(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _opened(self) -> int:
        with self._opening:
            if self._file is None:
                self._file = _beside(self._database)
            return self._file

    def _when_it_comes(self) -> "Future[None]":
        """Done when the lock is had. A thread of its own waits for it, since nothing ends that wait but the lock."""
        file = self._opened()
        with self._opening:
            if self._waiting is None:
                self._waiting = SimpleQueue()
                Thread(target=_wait, args=(file, self._waiting), name="turn", daemon=True).start()
        coming: Future[None] = Future()
        self._waiting.put(coming)
        return coming


def _wait(file: int, wanted: "SimpleQueue[Future[None] | None]") -> None:
    """Wait for the lock of this file as often as somebody wants it, until there is nobody any more."""
    while coming := wanted.get():
        fault = None
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            fault = error
        if not coming.set_running_or_notify_cancel():
            fcntl.flock(file, fcntl.LOCK_UN)
        elif fault:
            coming.set_exception(fault)
        else:
            coming.set_result(None)
    os.close(file)


def _beside(database: Path) -> int:
    """The file, whose turns are everybody's who may write to the database, whoever made it."""
    file = os.open(database.with_name(f"{database.name}-turn"), os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(OSError):  # there is none yet, or it is not ours to change
        like = database.stat()
        os.fchmod(file, like.st_mode & 0o666)
        os.fchown(file, like.st_uid, like.st_gid)
    return file
