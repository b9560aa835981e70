"""`carelog extract`: what conversations say, as JSON lines, with no database."""

import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from carelog.cli.files import STDIN, Paths, conversation_files, read_conversation, reason
from carelog.kit.garbage import calm

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from carelog.conversations import Conversation

_LARGEST: Final = 64 * 1024 * 1024
# From so many files on, more processes are worth their start. Each is handed a few files at a time, and few tasks wait,
# so that memory does not grow with the number of files.
_WORTH_A_POOL: Final = 24
_FILES_A_TASK: Final = 4
_TASKS_AHEAD: Final = 4


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one file gave: its entries as lines of JSON, or the reason why it could not be read."""

    file: Path
    lines: tuple[str, ...] = ()
    problem: str | None = None


def extract(paths: Paths) -> None:
    """Print one JSON object for each entry: conversation, type, payload and evidence.

    An evidence's `start` and `end` are character offsets in the string that its JSON pointer leads to.

    A file that cannot be read is told on standard error, and the command then ends with 1.
    """
    refused = 0
    for extracted in _extracted(conversation_files(paths)):
        if extracted.problem:
            typer.echo(f"carelog: {extracted.file}: {extracted.problem}", err=True)
            refused += 1
        sys.stdout.writelines(f"{line}\n" for line in extracted.lines)
    sys.stdout.flush()
    raise typer.Exit(1 if refused else 0)


def entry_lines(conversation: "Conversation") -> Iterator[str]:
    """The entries of a conversation, each as a line of JSON."""
    from carelog.extraction.local import extract as extract_entries
    from carelog.kit import jsontext

    for entry in extract_entries(conversation).entries:
        yield jsontext.dump(
            {
                "conversation": str(conversation.uuid),
                "type": entry.type,
                "payload": entry.payload.model_dump(mode="json", exclude_none=True),
                "evidence": [
                    e.model_dump(mode="json", exclude={"conversation"}, exclude_none=True) for e in entry.evidence
                ],
                "occurred_at": entry.occurred_at.isoformat(),
                "recorded_by": entry.recorded_by,
            }
        )


def _extracted(files: Sequence[Path]) -> Iterator[Extracted]:
    """Each file in the order given, read by as many processes as there are cores where that pays."""
    processes = _cores()
    if len(files) < _WORTH_A_POOL or processes == 1 or STDIN in files:
        yield from map(_extract, files)
        return
    # On Linux the processes begin as copies of this one: with the first file read here, the vocabularies are loaded
    # once for all of them.
    yield _extract(files[0])
    calm()
    with _pool(processes) as pool:
        waiting: deque[Future[list[Extracted]]] = deque()
        try:
            for start in range(1, len(files), _FILES_A_TASK):
                waiting.append(pool.submit(_extract_several, files[start : start + _FILES_A_TASK]))
                if len(waiting) > processes * _TASKS_AHEAD:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            # Wait for the pool to end: otherwise it may find its pipe closed when the interpreter does.
            pool.shutdown(wait=True, cancel_futures=True)


def _extract_several(files: Sequence[Path]) -> list[Extracted]:
    return [_extract(file) for file in files]


def _extract(file: Path) -> Extracted:
    from carelog.kit.errors import CarelogError
    from carelog.kit.place import place_of

    try:
        conversation = read_conversation(file, _LARGEST)
        return Extracted(file, tuple(entry_lines(conversation)))
    except (CarelogError, OSError) as error:
        return Extracted(file, problem=reason(error))
    except Exception as error:  # noqa: BLE001  a fault of ours on one file must not cost the others
        return Extracted(file, problem=f"a fault in Carelog itself: {type(error).__name__} at {place_of(error)}")


def _pool(processes: int) -> "ProcessPoolExecutor":
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    """How many cores this process may use; in a container, fewer than the machine has."""
    import os

    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
