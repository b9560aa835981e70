"""The spool: what was seen is in a file before it is shown, and in the trail soon after.

A commit takes milliseconds, a line at the end of a file some microseconds; and what was written to a file survives its
process. Each process writes a file of its own, and holds its lock meanwhile. Whoever moves lines to the trail reads the
files of all, and tells by the id what is in the trail already. A file that nobody holds any more is deleted once all of
it is in the trail. It does no harm to do any of this twice, or by half.
"""

import errno
import fcntl
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from pydantic import TypeAdapter, ValidationError

from carelog.identity.audit.event import Noted
from carelog.kit.ids import new_id

log = logging.getLogger(__name__)

_LINES: Final = TypeAdapter(Noted)
_SUFFIX: Final = ".jsonl"


class Spool:
    """The files of a folder. This process's own is made when there is something to write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: int | None = None
        self._end = 0

    def write(self, events: Iterable[Noted]) -> None:
        """Append these events, in one system call. Raises OSError, with nothing written."""
        lines = b"".join([_LINES.dump_json(event, exclude_defaults=True) + b"\n" for event in events])
        if self._own is None:
            self._own, self._end = self._begin(), 0
        try:
            if os.write(self._own, lines) < len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self._take_back(self._own)
            raise
        self._end += len(lines)

    def let_go(self) -> None:
        """Close the own file; the next write begins another one."""
        if self._own is not None:
            os.close(self._own)
            self._own = None

    def waiting(self) -> Iterator["Waiting"]:
        """Every file, the oldest first, each to be used as a context."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # another process was faster
            except PermissionError:
                log.error("a file of the audit trail's spool is another user's", extra={"file": path.name})
                continue
            yield Waiting(path, file)

    def _begin(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            path = self._folder / f"{new_id().hex}{_SUFFIX}"
            own = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            # A reader may have found and deleted it before it was locked.
            if _lock(own) and os.fstat(own).st_nlink:
                return own
            os.close(own)

    def _take_back(self, own: int) -> None:
        try:
            os.ftruncate(own, self._end)
        except OSError:
            self.let_go()  # it ends with a torn line


class Waiting:
    """A file of the spool, read from its beginning. It is `whole` when nobody writes to it any more and this reader
    holds it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self.whole = _lock(file.fileno())
        self.torn = 0
        """Lines that cannot be read: a process was killed, or the machine lost power, while it wrote them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def batches(self, most: int) -> Iterator[Sequence[Noted]]:
        """The events up to the present end, in batches of at most so many."""
        while lines := list(islice(self._file, most)):
            if not (self.whole or lines[-1].endswith(b"\n")):
                lines.pop()  # it is being written
                yield self._events(lines)
                return
            yield self._events(lines)

    def delete(self) -> None:
        """Delete the file, all of which is in the trail."""
        self._path.unlink(missing_ok=True)

    def _events(self, lines: Iterable[bytes]) -> Sequence[Noted]:
        events = []
        for line in lines:
            try:
                events.append(_LINES.validate_json(line))
            except ValidationError:
                self.torn += 1
        return events


def _lock(file: int) -> bool:
    """Hold a file until it is closed, unless somebody else does."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
