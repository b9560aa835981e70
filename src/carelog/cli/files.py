"""Which files a command reads: those that are named, and in folders all that look like conversations."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from carelog.kit.errors import InvalidInput

SUFFIXES = (".json", ".vcon", ".txt")


def conversation_files(paths: Iterable[Path]) -> list[Path]:
    """In the order given, folders sorted by name. Raises InvalidInput for a path that is not there."""
    return [file for path in paths for file in _files(path)]


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES and f.is_file())
    elif path.exists():
        yield path
    else:
        raise InvalidInput(f"there is no file or folder {str(path)!r}")
