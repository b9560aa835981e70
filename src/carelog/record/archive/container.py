"""The file that an archive is: a ZIP whose last member, `manifest.json`, names every other one with its SHA-256."""

import asyncio
import hashlib
import os
import re
import struct
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carelog.kit import jsontext
from carelog.kit.errors import CarelogError, InvalidInput

FORMAT: Final = "carelog-archive"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"

_CHUNK: Final = 1 << 20
_NAME: Final = re.compile(r"[a-z0-9_-]+(?:/[A-Za-z0-9_-]+)*(?:\.[a-z0-9]+){1,2}")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
# Bytes: of the end of a ZIP, the same with the longest comment, and what a member takes in the list at the most.
_END: Final = 22
_TAIL: Final = _END + 65_535 + 20
_ENTRY: Final = 512

# What the library raises for files that are none, or no longer.
_DAMAGE: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, OSError, ValueError, EOFError, KeyError,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


class ArchiveRefused(InvalidInput):
    """It is no archive, damaged, changed by hand, or larger than is read; nothing of it was taken in."""

    code = "archive.refused"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of an archive: bytes once unpacked, members, and bytes of one line or one document."""

    bytes: int = 4 << 30
    members: int = 500_000
    piece: int = 64 << 20


class MemberOf(BaseModel):
    """A member as the manifest names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """`left_out` names what the one who took the archive might not see."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    version: int
    carelog: str
    made_at: datetime
    subject: UUID
    left_out: tuple[str, ...] = ()
    members: tuple[MemberOf, ...]


@dataclass(slots=True)
class ArchiveWriter:
    """Writes members one after another, each as its pieces come. Blocks: for a thread."""

    file: IO[bytes]
    at: datetime
    _zip: zipfile.ZipFile = field(init=False)
    _open: IO[bytes] | None = None
    _name: str | None = None
    _hash: Any = None
    _bytes: int = 0
    _members: dict[str, MemberOf] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)

    def write(self, name: str, piece: bytes) -> None:
        """Add to the member of this name, which is a new one or that of the piece before."""
        if name != self._name:
            self._end()
            if name in self._members or not _NAME.fullmatch(name):
                raise ValueError(f"a member is written once, under a plain name: {name}")
            self._name, self._hash, self._bytes = name, hashlib.sha256(), 0
            self._open = self._begun(name)
        assert self._open is not None
        self._open.write(piece)
        self._hash.update(piece)
        self._bytes += len(piece)

    def finish(self, *, carelog: str, subject: UUID, left_out: tuple[str, ...]) -> None:
        """Write the manifest, and end the file."""
        self._end()
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            carelog=carelog,
            made_at=self.at,
            subject=subject,
            left_out=left_out,
            members=tuple(self._members.values()),
        )
        with self._begun(MANIFEST) as member:
            member.write(manifest.model_dump_json(indent=1).encode())
        self._zip.close()

    def abandon(self) -> None:
        """Let go of the file, of which nothing is to be kept."""
        with suppress(ValueError, OSError):
            self._end()
            self._zip.close()

    def _begun(self, name: str) -> IO[bytes]:
        info = zipfile.ZipInfo(name, self.at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return self._zip.open(info, "w", force_zip64=True)

    def _end(self) -> None:
        if self._open is not None and self._name is not None:
            self._open.close()
            self._members[self._name] = MemberOf(name=self._name, bytes=self._bytes, sha256=self._hash.hexdigest())
        self._open = None


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """An archive that was checked: what it holds is what its manifest names, to the byte."""

    manifest: Manifest
    limits: Limits
    _zip: zipfile.ZipFile

    @classmethod
    def check(cls, file: IO[bytes], limits: Limits) -> "OpenArchive":
        """Blocks: for a thread. Raises ArchiveRefused."""
        try:
            if _directory_bytes(file) > limits.members * _ENTRY:
                raise ArchiveRefused("the archive has more members than are read")
            archive = zipfile.ZipFile(file)
            manifest = _manifest(archive, limits)
            _compare(archive, manifest, limits)
        except _DAMAGE as error:
            raise ArchiveRefused(f"this is no archive, or a damaged one ({type(error).__name__})") from None
        return cls(manifest, limits, archive)

    def has(self, name: str) -> bool:
        return any(member.name == name for member in self.manifest.members)

    async def read(self, name: str) -> bytes:
        """One member whole. Raises ArchiveRefused for one that is not there, or larger than one piece may be."""

        def read() -> bytes:
            with self._opened(name) as member:
                content = member.read(self.limits.piece + 1)
            if len(content) > self.limits.piece:
                raise ArchiveRefused(f"{name} is larger than is read")
            return content

        return await asyncio.to_thread(read)

    async def lines(self, name: str, at_once: int) -> AsyncIterator[list[Any]]:
        """The JSON values of a member that has one a line, some at a time; none of a member that is not there. Raises
        ArchiveRefused."""
        if not self.has(name):
            return
        with self._opened(name) as member:
            numbered = enumerate(self._lines(member, name), 1)
            while batch := await asyncio.to_thread(_some, numbered, at_once, name):
                yield batch

    def _lines(self, member: IO[bytes], name: str) -> Iterator[bytes]:
        while line := member.readline(self.limits.piece + 1):
            if len(line) > self.limits.piece:
                raise ArchiveRefused(f"a line of {name} is larger than is read")
            yield line

    def _opened(self, name: str) -> IO[bytes]:
        if not self.has(name):
            raise ArchiveRefused(f"{name} is missing")
        return self._zip.open(name)


def _some(numbered: Iterator[tuple[int, bytes]], at_once: int, name: str) -> list[Any]:
    found = []
    for number, line in numbered:
        try:
            found.append(jsontext.parse(line))
        except CarelogError as error:
            raise ArchiveRefused(f"{name} line {number}: {error.message}") from None
        if len(found) == at_once:
            break
    return found


def _directory_bytes(file: IO[bytes]) -> int:
    """How long a ZIP says that its list of members is (APPNOTE.TXT, 4.3.14 and 4.3.16), or 0: the library makes an
    object of each before it can be asked how many there are."""
    size = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    end = len(tail) - _END if tail[-_END:].startswith(b"PK\5\6") else tail.rfind(b"PK\5\6")
    if end < 0 or len(tail) - end < _END:
        return 0
    said: int = struct.unpack_from("<I", tail, end + 12)[0]
    locator = tail[max(0, end - 20) : end]
    if locator.startswith(b"PK\6\7"):
        # Of a large one, which lies before the locator.
        file.seek(max(0, start + end - 20 - 56))
        large = file.read(56)
        if large.startswith(b"PK\6\6"):
            said = struct.unpack_from("<Q", large, 40)[0]
    return said


def _manifest(archive: zipfile.ZipFile, limits: Limits) -> Manifest:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(names) > limits.members:
        raise ArchiveRefused("the archive has more members than are read")
    if len(set(names)) < len(names):
        raise ArchiveRefused("a member stands twice in the archive")
    if sum(info.file_size for info in infos) > limits.bytes:
        raise ArchiveRefused("the archive is larger than is read")
    if any(info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS for info in infos):
        raise ArchiveRefused("a member is encrypted, or packed in a way that is not read here")
    if MANIFEST not in names:
        raise ArchiveRefused("the archive has no manifest")
    if archive.getinfo(MANIFEST).file_size > limits.piece:
        raise ArchiveRefused("the manifest is larger than is read")
    with archive.open(MANIFEST) as member:
        try:
            manifest = Manifest.model_validate_json(member.read(limits.piece))
        except ValidationError:
            raise ArchiveRefused("the manifest is not one of an archive") from None
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise ArchiveRefused(f"this Carelog reads archives of version {VERSION}")
    return manifest


def _compare(archive: zipfile.ZipFile, manifest: Manifest, limits: Limits) -> None:
    told = {member.name: member for member in manifest.members}
    there = set(archive.namelist()) - {MANIFEST}
    if len(told) < len(manifest.members) or there != told.keys():
        raise ArchiveRefused("the archive does not hold what its manifest names")
    if not all(_NAME.fullmatch(name) for name in told):
        raise ArchiveRefused("a member has a name that is not of an archive")
    left = limits.bytes
    for name, member in told.items():
        digest, read = hashlib.sha256(), 0
        with archive.open(name) as opened:
            while piece := opened.read(_CHUNK):
                digest.update(piece)
                read += len(piece)
                left -= len(piece)
                if left < 0:
                    raise ArchiveRefused("the archive is larger than is read")
        if (read, digest.hexdigest()) != (member.bytes, member.sha256):
            raise ArchiveRefused(f"{name} is not what it was when the archive was made")
