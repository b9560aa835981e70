"""Counts that the processes of one machine share.

Each process counts into mapped files of its own, in one folder, where they survive a kill; whoever serves `/metrics`
adds them up. A process holds the lowest free slot for as long as it lives, and goes on counting in the files that the
slot's last holder left. So the counts of a dead process stay in the totals, and there are never more files than there
were processes at once. Only when no other process lives does a new one begin at zero, which to Prometheus is an
ordinary restart. File locks tell who lives; process ids would not do, since they are used again, and containers that
share the folder each count from one.
"""

import fcntl
import os
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO, Final

from prometheus_client import values

from carelog.kit.errors import ConfigurationError

_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

# Room for some thousand series. It is written beforehand: on a full disk, writing to a mapped page that does not exist
# yet would kill the process.
_BYTES: Final = {"counter": 256 * 1024, "histogram": 1024 * 1024}


def share_counts(folder: Path) -> Path:
    """From here on, count together with all processes that use this folder, or the one that PROMETHEUS_MULTIPROC_DIR
    names. Call it before anything is counted. Returns the folder. Raises ConfigurationError when it cannot be written.

    Child processes inherit the folder, and call this too.
    """
    folder = Path(os.environ.get(_VARIABLE) or folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        slot = _Slot(folder)
    except OSError as error:
        raise ConfigurationError(
            f"metrics cannot be kept in {folder} ({error.strerror}): {_VARIABLE} names another folder",
            details={"folder": str(folder)},
        ) from None
    _HELD.append(slot)
    os.environ[_VARIABLE] = str(folder)
    values.ValueClass = values.MultiProcessValue(process_identifier=slot)  # type: ignore[no-untyped-call]
    return folder


# The slots of this process, whose locks are held until it ends.
_HELD: Final[list["_Slot"]] = []


class _Slot:
    """The slot of this process, in the form that the library asks for. A fork takes a slot of its own."""

    def __init__(self, folder: Path) -> None:
        self._number, self._locks = _take(folder)
        # A fork is told to take its own slot: to compare process ids at every count costs more than counting.
        os.register_at_fork(after_in_child=partial(self._take_own, folder))

    def __call__(self) -> int:
        return self._number

    def _take_own(self, folder: Path) -> None:
        self._number, self._locks = _take(folder)


def _take(folder: Path) -> tuple[int, tuple[IO[bytes], ...]]:
    """The lowest slot that no living process holds, and the files whose locks hold it. The system releases them when
    the process ends, in whatever way."""
    with (folder / "door.lock").open("wb") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        living = (folder / "living.lock").open("wb")
        if _lock(living):
            for path in folder.glob("*.db"):
                path.unlink()
        fcntl.flock(living, fcntl.LOCK_SH)
        for number in count():
            slot = (folder / f"slot-{number}.lock").open("wb")
            if _lock(slot):
                break
            slot.close()
        for kind, size in _BYTES.items():
            with (folder / f"{kind}_{number}.db").open("ab") as file:
                file.write(bytes(max(0, size - file.tell())))
        return number, (living, slot)


def _lock(file: IO[bytes]) -> bool:
    """Whether this process has locked it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
