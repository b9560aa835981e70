"""`files`: one JSON file for each conversation.

A file's name holds its revision, `<id>.r3.json`, so that no lock is needed: whoever writes a revision then removes
all but the highest, and any order of writers leaves the same files.
"""

import asyncio
import errno
import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from datetime import UTC
from itertools import chain, pairwise
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID, uuid4

from carelog.storages.batches import each, in_order, newest, one_by_one
from carelog.storages.storage import Copy, Storage, StorageError, StorageOptions

_NAME = re.compile(r"(?P<id>[0-9a-f-]{36})\.r(?P<revision>\d+)\.json(?:\.gz)?")
_ID_LENGTH = 36
_TRIES = 3
_AT_ONCE = 8  # so many fsyncs at once share the file system's own commits
_TOO_LARGE = frozenset({errno.EFBIG, errno.EOVERFLOW})


class FilesOptions(StorageOptions):
    """`date` puts a file under the day that Carelog took the conversation in, `2026/01/05/`; `flat` under one of
    4,096 folders by its id, where it is found at once, however many days there are."""

    path: Path
    organise: Literal["date", "flat"] = "date"
    gzip: bool = False


class _Kept(NamedTuple):
    id: str
    revision: int
    path: Path


class FilesStorage(Storage[FilesOptions]):
    """Written under another name, to disk, and renamed: a file is there whole or not at all, mode 0600."""

    options_model = FilesOptions

    def __init__(self, options: FilesOptions, name: str) -> None:
        super().__init__(options, name)
        self._root = options.path.expanduser()
        self._was_there = False
        if not self._root.is_absolute():
            raise self.misconfigured("path", "must be an absolute path")

    async def open(self) -> None:
        await asyncio.to_thread(self._prepare)

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        folders = {copy.conversation_id: self._folder(copy) for copy in newest(copies)}
        kept = await asyncio.to_thread(self._kept_in, set(folders.values()))
        missing = [copy for copy in newest(copies) if not _is_kept(copy, kept)]

        async def write(copy: Copy) -> None:
            await asyncio.to_thread(self._write, folders[copy.conversation_id], copy)

        results = await one_by_one(missing, write, at_once=_AT_ONCE)
        await self._settle(folders)
        failures = {copy.conversation_id: error for copy, error in zip(missing, results, strict=True) if error}
        return in_order(copies, failures)

    async def get(self, conversation_id: UUID) -> str | None:
        return await asyncio.to_thread(self._read, conversation_id)

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        await asyncio.to_thread(self._remove, {str(one) for one in conversation_ids})

    def _prepare(self) -> None:
        """A folder that was there before and is gone is a disk that is not mounted: it is waited for, not made anew."""
        with self._outages():
            if not self._was_there:
                _make_folder(self._root)
                self._was_there = True
            elif not self._root.is_dir():
                raise self.down(f"has no folder {self._root}")

    def _folder(self, copy: Copy) -> Path:
        if self.options.organise == "date":
            return self._root / f"{copy.recorded_at.astimezone(UTC):%Y/%m/%d}"
        return self._root / _shard(copy.conversation_id)

    def _write(self, folder: Path, copy: Copy) -> None:
        try:
            content = copy.document.encode()
        except UnicodeEncodeError:
            raise self.refused("cannot keep this copy: it is no Unicode text") from None
        suffix = ".json"
        if self.options.gzip:
            content, suffix = gzip.compress(content, compresslevel=6, mtime=0), ".json.gz"
        with self._outages():
            _write_whole(folder / f"{copy.conversation_id}.r{copy.revision}{suffix}", content)

    def _kept_in(self, folders: Iterable[Path]) -> dict[str, list[_Kept]]:
        self._prepare()
        kept: dict[str, list[_Kept]] = {}
        with self._outages():
            for folder in folders:
                _make_folder(folder)
                for found in _look(folder):
                    kept.setdefault(found.id, []).append(found)
        return kept

    async def _settle(self, folders: Mapping[UUID, Path]) -> None:
        """Put what was written on disk for good, and then remove what it replaces."""
        ids_of: dict[Path, set[str]] = {}
        for conversation_id, folder in folders.items():
            ids_of.setdefault(folder, set()).add(str(conversation_id))

        async def settle(folder: Path) -> None:
            await asyncio.to_thread(self._settle_folder, folder, ids_of[folder])

        await each(ids_of, settle, at_once=_AT_ONCE)

    def _settle_folder(self, folder: Path, ids: Set[str]) -> None:
        with self._outages():
            _sync_folder(folder)
            kept = sorted(found for found in _look(folder) if found.id in ids)
            for old, newer in pairwise(kept):
                if old.id == newer.id:
                    old.path.unlink(missing_ok=True)

    def _read(self, conversation_id: UUID) -> str | None:
        with self._outages():
            for _ in range(_TRIES):
                path = self._newest(conversation_id)
                if path is None:
                    return None
                with suppress(FileNotFoundError):  # replaced by a newer one since it was seen, or deleted
                    return self._content(path)
        raise self.failed("lists a file that it does not have")

    def _newest(self, conversation_id: UUID) -> Path | None:
        for folder in self._folders(conversation_id):
            kept = _look(folder, f"{conversation_id}.")
            if kept:
                return max(kept).path
        return None

    def _content(self, path: Path) -> str:
        content = path.read_bytes()
        try:
            return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError):
            raise self.failed(f"holds a damaged file: {path}") from None

    def _remove(self, ids: Set[str]) -> None:
        with self._outages():
            for folder in self._folders(*map(UUID, ids)):
                found = [path for path in _paths(folder) if path.name.removeprefix(".")[:_ID_LENGTH] in ids]
                for path in found:
                    path.unlink(missing_ok=True)
                if found:
                    _sync_folder(folder)

    def _folders(self, *ids: UUID) -> Iterator[Path]:
        """Where these conversations may be. Either way of organising is read, first that of the option now."""
        self._prepare()
        shards = dict.fromkeys(self._root / _shard(one) for one in ids)
        days = _days(self._root)
        yield from chain(days, shards) if self.options.organise == "date" else chain(shards, days)

    @contextmanager
    def _outages(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problem = f"cannot use {self._root}: {error.strerror or type(error).__name__}"
            raise (self.refused(problem) if error.errno in _TOO_LARGE else self.down(problem)) from None


def _shard(conversation_id: UUID) -> str:
    # Of a hash, since neither end of an id is evenly spread: one may be a time, the other its maker's name.
    return hashlib.sha256(conversation_id.bytes).hexdigest()[:3]


def _days(root: Path) -> Iterator[Path]:
    """The folders of days, the latest first."""
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        if depth == 3:
            yield folder
            continue
        with os.scandir(folder) as found:
            width = 4 if depth == 0 else 2
            inner = sorted(one.name for one in found if one.name.isdecimal() and len(one.name) == width)
        waiting.extend((folder / name, depth + 1) for name in inner)


def _paths(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            return [folder / entry.name for entry in found]
    except FileNotFoundError:
        return []


def _look(folder: Path, beginning: str = "") -> list[_Kept]:
    """The finished files of a folder, those whose names begin so."""
    return [
        _Kept(match["id"], int(match["revision"]), path)
        for path in _paths(folder)
        if path.name.startswith(beginning) and (match := _NAME.fullmatch(path.name))
    ]


def _is_kept(copy: Copy, kept: Mapping[str, Sequence[_Kept]]) -> bool:
    return any(one.revision >= copy.revision for one in kept.get(str(copy.conversation_id), ()))


def _make_folder(folder: Path) -> None:
    """Make it and the folders above that are missing, on disk before anything is put in them."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    _sync_folder(folder.parent)


def _write_whole(path: Path, content: bytes) -> None:
    # Its name begins with the id too, so that what a crash leaves behind goes when the conversation is deleted.
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
