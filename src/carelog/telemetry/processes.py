"""Counts that the processes of one machine share.

Each process counts into mapped files of its own, in one folder, where a kill loses nothing; whoever is asked for
`/metrics` adds them up. A process holds the lowest free slot for as long as it lives, and goes on counting in the
files that the slot's last holder left. So what a dead process counted stays in the totals, and there are never more
files than there were processes at once, however often they are restarted. Only when no other process lives does a new
one begin at zero, which Prometheus takes for the restart that it is. Who lives is told by file locks and not by process
ids, which are used again, and which containers that share the folder each count from one.
"""

import os
import sys
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO, Final

from prometheus_client import values

from carelog.kit.errors import ConfigurationError

_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

# Room for some thousand series. It is written beforehand: on a full disk a page that is mapped, but not yet there,
# would kill the process that writes to it.
_BYTES: Final = {"counter": 256 * 1024, "histogram": 1024 * 1024}


def share_counts(folder: Path) -> Path | None:
    """From here on, count together with all processes that do so in this folder, or in the one that
    PROMETHEUS_MULTIPROC_DIR names. To be called before anything is counted. Returns the folder; None on Windows, where
    each process counts for itself. Raises ConfigurationError when the folder cannot be written.

    Processes that this one starts inherit the folder, and call this too.
    """
    if sys.platform == "win32":
        return None
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

if sys.platform != "win32":
    import fcntl

    class _Slot:
        """This process's slot, as the library asks for it; a fork takes another one than its parent's."""

        def __init__(self, folder: Path) -> None:
            self._number, self._locks = _take(folder)
            # Told, since it is asked for whenever anything is counted: to ask the system each time costs more than to
            # count.
            os.register_at_fork(after_in_child=partial(self._take_own, folder))

        def __call__(self) -> int:
            return self._number

        def _take_own(self, folder: Path) -> None:
            self._number, self._locks = _take(folder)

    def _take(folder: Path) -> tuple[int, tuple[IO[bytes], ...]]:
        """The lowest slot that no living process holds, and the files whose locks say that this one lives and holds
        it: the system lets go of them when the process ends, in whatever way."""
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
        """Whether this process alone has it now."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
