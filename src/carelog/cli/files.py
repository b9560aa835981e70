"""The files that a command reads: those that are named, those in folders that look like conversations, standard
input."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from carelog.kit.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from carelog.conversations import Conversation
    from carelog.pipeline.submission import Receive, Submission

STDIN = Path("-")
_VCONS = (".json", ".vcon")
_TRANSCRIPTS = (".txt",)

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES|DIR",
        help="vCons (.json, .vcon), transcripts (.txt), folders of them, or - for standard input.",
        show_default=False,
    ),
]


def conversation_files(paths: Iterable[Path]) -> list[Path]:
    """The files, each once, in the order given; those of a folder by name. Raises InvalidInput for a path that does not
    exist, and when there is no file at all."""
    given = list(paths)
    files = list(dict.fromkeys(file for path in given for file in _files(path)))
    if not files:
        raise InvalidInput(f"no .json, .vcon or .txt files in {', '.join(map(str, given))}")
    return files


def _files(path: Path) -> Iterator[Path]:
    if path == STDIN:
        yield path
    elif path.is_dir():
        found = (Path(folder, name) for folder, _, names in os.walk(path, onerror=_unreadable) for name in names)
        yield from sorted(file for file in found if file.suffix.lower() in _VCONS + _TRANSCRIPTS and file.is_file())
    elif path.exists():
        yield path
    else:
        raise InvalidInput(f"there is no file or folder {path}")


def _unreadable(error: OSError) -> None:
    raise InvalidInput(f"the folder {error.filename} cannot be read ({error.strerror})")


def read_submission(
    file: Path,
    *,
    most: int,
    channel: str | None = None,
    subject_id: UUID | None = None,
    receive: "Receive | None" = None,
) -> "Submission":
    """Read a file as what its suffix says. Without a known suffix, it is a vCon if it begins with a brace.

    Raises OSError, and InvalidInput for a file that is larger than `most` bytes or cannot be read as what it is.
    """
    from carelog.kit.clock import SystemClock
    from carelog.pipeline.submission import by_its_words, from_vcon, read_transcript, receive_plain

    data = _read(file, most)
    if _is_vcon(file, data):
        return from_vcon(data, receive=receive or receive_plain, channel=channel, subject_id=subject_id)
    text, title = _decoded(data), _title(file)
    spoken_at = _spoken_at(file, text)
    name = by_its_words(text, subject_id, spoken_at)  # the same file again is the same conversation
    return read_transcript(
        text,
        SystemClock(),
        channel=channel,
        external_id=name,
        subject_id=subject_id,
        started_at=spoken_at,
        title=title,
    )


def read_conversation(file: Path, most: int) -> "Conversation":
    """The same for commands that store nothing: it imports only what reading needs."""
    from carelog.conversations import Conversation, from_transcript
    from carelog.conversations.receiving import read_plain
    from carelog.kit.clock import SystemClock
    from carelog.kit.ids import new_id

    data = _read(file, most)
    if _is_vcon(file, data):
        return read_plain(data)
    now, text = SystemClock().now(), _decoded(data)
    spoken_at = _spoken_at(file, text) or now
    document = from_transcript(text, uuid=new_id(), created_at=now, started_at=spoken_at, subject=_title(file))
    return Conversation.of(document)


def _spoken_at(file: Path, text: str) -> "datetime | None":
    """When a transcript was spoken, as a line at its top says, or else the file's name."""
    from carelog.conversations.spoken_on import moment_in, spoken_on

    return spoken_on(text) or moment_in(file.stem)


def _is_vcon(file: Path, data: bytes) -> bool:
    suffix = file.suffix.lower()
    return suffix in _VCONS or (suffix not in _TRANSCRIPTS and data.lstrip().startswith(b"{"))


def _title(file: Path) -> str | None:
    """File names need not be valid text."""
    return os.fsencode(file.stem).decode(errors="replace") if file != STDIN else None


def read_text(file: Path, most: int) -> str:
    """The text of a file. Raises InvalidInput when it cannot be read, is not UTF-8, or is larger than `most` bytes."""
    try:
        return _decoded(_read(file, most))
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read ({error.strerror})") from None


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the text is not UTF-8 at byte {error.start}") from None


def _read(file: Path, most: int) -> bytes:
    if file == STDIN:
        data = sys.stdin.buffer.read(most + 1)
    else:
        with file.open("rb") as opened:
            data = opened.read(most + 1)
    if len(data) > most:
        raise InvalidInput(f"it is larger than {most} bytes")
    return data


def reason(error: Exception) -> str:
    """Why a file was refused, in one line, with the first places that the error names."""
    from carelog.kit.errors import CarelogError

    if isinstance(error, OSError):
        return (error.strerror or "it cannot be read").lower()
    if not isinstance(error, CarelogError):
        return type(error).__name__
    problems = error.details.get("problems", [])
    places = "; ".join(f"{p['place']}: {p['problem']}" for p in problems[:3])
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    # Such a message reads "what is wrong: the first place"; the places are listed here instead.
    return f"{error.message.partition(': ')[0]}: {places}{more}" if places else error.message
