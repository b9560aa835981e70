"""Taking a subject's archive, and bringing one back.

An archive is made in a file that has no name, so that a process that dies leaves nothing of it behind; it is sent on
only when it is whole. One that comes is written to such a file too, checked to the last byte, and then brought in one
transaction: all of it, or nothing.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from carelog import __version__
from carelog.db import Connection, Database, is_outage
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import Conflict, NotFound
from carelog.record import subjects
from carelog.record.archive.container import ArchiveRefused, ArchiveWriter, Limits, OpenArchive
from carelog.record.archive.part import Bringing, LeftOut, Part, Taking
from carelog.record.archive.subject import SubjectLine, identifiers_of, read_subject
from carelog.record.surroundings import lock_records
from carelog.record.tables import subject_merge

_BUFFER: Final = 1 << 20


class SubjectKnown(Conflict):
    """What the archive's subject is known by leads to another subject here: `into` says into whose record it goes."""

    code = "archive.subject_known"


class BeingErased(Conflict):
    """The archive's subject is being erased, with whatever comes of them until that is finished."""

    code = "archive.being_erased"


@dataclass(frozen=True, slots=True)
class Brought:
    """Into whose record an archive was brought, whether that was made for it, and by what it holds: how many were
    `new`, were here already (`known`), had more revisions in the archive (`advanced`), or were `left_out`."""

    subject_id: UUID
    created: bool
    counts: Mapping[str, Mapping[str, int]]


class Archives:
    """Takes and brings archives. Its parts are taken and brought in their order; `being_erased` tells of a subject
    whose record may not come back yet."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        parts: Sequence[Part],
        folder: Path,
        being_erased: Callable[[UUID], Awaitable[bool]],
        limits: Limits | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._parts = parts
        self._folder = folder
        self._being_erased = being_erased
        self._limits = limits or Limits()

    def unnamed_file(self) -> IO[bytes]:
        """A new file on the disk of the data folder, that is gone when it is closed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=self._folder)

    async def take(self, principal: Principal, subject_id: UUID) -> IO[bytes]:
        """Everything of a subject, as a file that is read from its beginning and then closed. Raises NotFound,
        Forbidden and Unavailable."""
        for scope in ("entries:read", "conversations:read"):
            principal.require(scope)
        if subject_id == CATALOGUE or not principal.may_see(subject_id):
            raise NotFound("no such subject")
        for kind in ("entry", "conversation"):
            principal.looks.note("export", kind, subject_id)
        file = await asyncio.to_thread(self.unnamed_file)
        writer = ArchiveWriter(file, self._clock.now())
        try:
            await self._take(principal, subject_id, writer)
        except BaseException:
            writer.abandon()
            file.close()
            raise
        file.seek(0)
        return file

    async def bring(self, principal: Principal, file: IO[bytes], *, into: UUID | None = None) -> Brought:
        """Write what an archive has, and the record has not: the same again changes nothing. Without `into` it goes to
        the subject that it was taken of, who is made where they are not here.

        Raises ArchiveRefused, with nothing written, for what is not a whole archive; NotFound, Forbidden, SubjectKnown
        and BeingErased.
        """
        principal.require("records:import")
        archive = await asyncio.to_thread(OpenArchive.check, file, self._limits)
        read = await read_subject(archive)
        if into is None and await self._being_erased(read.id):
            raise BeingErased("this record is being erased: what is brought before that is finished would go with it")
        try:
            async with self._database.write(at_leisure=True) as connection:
                owner, created = await self._owner(connection, principal, read, into)
                await lock_records(connection, [owner])
                bringing = Bringing(connection, archive, principal, owner, self._clock.now())
                if read.id != owner:
                    bringing.ids[read.id] = owner
                for part in self._parts:
                    await part.bring(bringing)
        except (DBAPIError, OverflowError) as error:
            if isinstance(error, DBAPIError) and is_outage(error):
                raise
            raise ArchiveRefused("the archive holds values that no record can have") from None
        for kind in ("entry", "conversation"):
            principal.looks.note("change", kind, owner)
        return Brought(owner, created, bringing.counts)

    async def _take(self, principal: Principal, subject_id: UUID, writer: ArchiveWriter) -> None:
        waiting: list[tuple[str, bytes]] = []
        left_out = []
        async with self._database.snapshot() as connection:
            if not await subjects.existing(connection, [subject_id]):
                raise NotFound("no such subject")
            taking = Taking(connection, principal, subject_id)
            for part in self._parts:
                try:
                    async for piece in part.take(taking):
                        waiting.append(piece)
                        if sum(len(data) for _, data in waiting) >= _BUFFER:
                            await asyncio.to_thread(_write_all, writer, waiting)
                            waiting = []
                except LeftOut:
                    left_out.append(part.name)
        await asyncio.to_thread(_write_all, writer, waiting)
        await asyncio.to_thread(writer.finish, carelog=__version__, subject=subject_id, left_out=tuple(left_out))

    async def _owner(
        self, connection: Connection, principal: Principal, read: SubjectLine, into: UUID | None
    ) -> tuple[UUID, bool]:
        """The subject into whose record it goes, and whether they are yet to be made."""
        joined = select(subject_merge.c.target_id).where(subject_merge.c.source_id == read.id)
        own = (await connection.scalar(joined)) or read.id
        wanted = into or own
        there = await subjects.existing(connection, [wanted])
        if there:
            if wanted == CATALOGUE or not principal.may_see(wanted):
                raise NotFound("no such subject")
            principal.require_change(wanted)
            return wanted, False
        if into is not None:
            raise NotFound("no such subject")
        principal.require_every_subject()
        known = set((await subjects.known(connection, identifiers_of(read))).values())
        if known:
            raise SubjectKnown(
                "what the archive's subject is known by leads to another subject here: `into` says whose record it is "
                "to go into"
            )
        return own, True


def _write_all(writer: ArchiveWriter, pieces: Sequence[tuple[str, bytes]]) -> None:
    for name, piece in pieces:
        writer.write(name, piece)
