"""Bulk exports (https://hl7.org/fhir/uv/bulkdata): every record that somebody may see, as files of one resource a line.

An export is a row, and whoever is at it holds a lease on that. It is written in batches: what a batch adds to the files
is on disk before the row says so, and whoever takes over goes on from there. Files are for the eyes of their owner
alone, live in a folder of their own, and go with the row: when it expires, is cancelled, or anybody is erased.
"""

import asyncio
import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update

from carelog.db import Connection, Database, is_outage
from carelog.db.faults import log_failure
from carelog.identity import Principal
from carelog.identity.audit import AuditEvent, AuditTrail
from carelog.kit import jsontext
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound
from carelog.kit.ids import new_id
from carelog.kit.paging import Cursor
from carelog.record.fhir.elements import Resource
from carelog.record.fhir.export import Export, ExportFile, TooManyExports, Wanted
from carelog.record.fhir.paging import Found, Place
from carelog.record.fhir.reading import FhirReader
from carelog.record.fhir.search import Span
from carelog.record.fhir.tables import fhir_export, fhir_export_file
from carelog.record.subjects import Subject, SubjectStore

log = logging.getLogger(__name__)

KEPT: Final = timedelta(hours=24)
_LEASE: Final = timedelta(minutes=1)
_POLL: Final = 5.0
_MOST_KEPT: Final = 10
_RESOURCES: Final = 500
_SUBJECTS: Final = 50


class Exports:
    """Takes exports on, does them until `stop`, and shows them to whoever asked for them."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        reader: FhirReader,
        subjects: SubjectStore,
        trail: AuditTrail,
        folder: Path,
    ) -> None:
        self._database = database
        self._clock = clock
        self._reader = reader
        self._subjects = subjects
        self._trail = trail
        self._folder = folder
        self._asked = asyncio.Event()
        self._stopping = False

    async def ask(self, principal: Principal, wanted: Wanted, request: str) -> UUID:
        """Take an export on; it is committed when this returns. `request` is the address that asked for it. Raises
        TooManyExports: each may be as large as the records."""
        id_ = new_id()
        seen = None if principal.subjects is None else sorted(map(str, principal.subjects))
        told = {
            "kinds": wanted.kinds,
            "since": wanted.since.isoformat() if wanted.since else None,
            "subjects": seen,
            "scopes": sorted(principal.scopes),
            "role": principal.role,
        }
        row = {
            "id": id_,
            "principal": principal.id,
            "request": request[:2000],
            "wanted": told,
            "state": "queued",
            "asked_at": self._clock.now(),
        }
        async with self._database.write() as connection:
            theirs = select(func.count()).where(fhir_export.c.principal == principal.id)
            if (await connection.scalar(theirs) or 0) >= _MOST_KEPT:
                raise TooManyExports(
                    f"{_MOST_KEPT} exports of yours are kept already: delete one, or ask again when one has expired",
                    retry_after=timedelta(hours=1),
                )
            await connection.execute(insert(fhir_export).values(row))
        self._asked.set()
        return id_

    async def get(self, principal: Principal, id_: UUID) -> Export:
        """Raises NotFound, also for one that somebody else asked for, and for one of records that whoever asked may not
        see any more."""
        async with self._database.read() as connection:
            row = await self._row(connection, principal, id_)
            if not _may_still_have(principal, row.wanted):
                raise NotFound("there is no such export")
            files = await connection.execute(
                select(fhir_export_file).where(fhir_export_file.c.export_id == id_).order_by(fhir_export_file.c.name)
            )
            found = tuple(ExportFile(f.name, f.kind, f.resources, f.bytes) for f in files)
        return Export(row.id, row.request, row.state, row.asked_at, row.expires_at, found)

    async def cancel(self, principal: Principal, id_: UUID) -> None:
        """End an export, and delete its files. Raises NotFound."""
        async with self._database.write() as connection:
            await self._row(connection, principal, id_)
            await connection.execute(delete(fhir_export).where(fhir_export.c.id == id_))
        await asyncio.to_thread(shutil.rmtree, self._place(id_), ignore_errors=True)

    async def file(self, principal: Principal, id_: UUID, name: str) -> Path:
        """A file of a finished export. Raises NotFound."""
        export = await self.get(principal, id_)
        if export.state != "finished" or name not in {file.name for file in export.files}:
            raise NotFound("there is no such file")
        return self._place(id_) / name

    def stop(self) -> None:
        """End `run` after the batch in hand."""
        self._stopping = True
        self._asked.set()

    async def run(self) -> None:
        """Do what was asked for until `stop`. What fails for want of the database is gone on with later."""
        while not self._stopping:
            self._asked.clear()
            try:
                while not self._stopping and await self.round():
                    pass
            except Exception as error:  # noqa: BLE001  the next round may do better
                log_failure(log, error, "an export failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL):
                    await self._asked.wait()

    async def round(self) -> bool:
        """Do one export, if there is one to be done. Returns whether there was."""
        await self._sweep()
        row, lease = await self._claim()
        if row is None:
            return False
        try:
            await self._do(row, lease)
        except Exception as error:
            if is_outage(error):
                raise
            log.error("an export failed", extra={"error": type(error).__name__, "export_id": str(row.id)})
            values = {"state": "failed", "error": {"code": "internal"}, "expires_at": self._clock.now() + KEPT}
            async with self._database.write() as connection:
                await self._let_go(connection, row.id, lease, values)
        return True

    async def _do(self, row: Any, lease: UUID) -> None:
        wanted = row.wanted
        seen = wanted["subjects"]
        principal = Principal(
            id=row.principal,
            scopes=frozenset(wanted["scopes"]),
            subjects=None if seen is None else frozenset(map(UUID, seen)),
            role=wanted["role"],
        )
        kinds = frozenset(wanted["kinds"]) if wanted["kinds"] else None
        updated = (Span(datetime.fromisoformat(wanted["since"])),) if wanted["since"] else ()
        files = _Files(self._place(row.id), await self._written(row.id))
        await asyncio.to_thread(files.take_up)
        position = row.position or {"after": None, "place": None}
        while True:
            after = Cursor.parse(position["after"]) if position["after"] else None
            page = await self._subjects.page(principal, limit=_SUBJECTS, cursor=after)
            for person in page.items:
                await self._trail.record([AuditEvent.by(principal, "export", subject=person.id)])
                place: str | None = position["place"]
                while True:
                    found = await self._of(principal, person, kinds, updated, place)
                    await asyncio.to_thread(files.add, found.resources)
                    place = str(found.next) if found.next else None
                    here = str(Cursor(person.recorded_at, person.id))
                    position = {"after": position["after"] if place else here, "place": place}
                    if self._stopping or not await self._keep(row.id, lease, position, files):
                        await self._give_back(row.id, lease)
                        return
                    if place is None:
                        break
            if page.next is None:
                break
        now = self._clock.now()
        async with self._database.write() as connection:
            finished = {"state": "finished", "finished_at": now, "expires_at": now + KEPT}
            await self._let_go(connection, row.id, lease, finished)

    async def _of(
        self,
        principal: Principal,
        person: Subject,
        kinds: frozenset[str] | None,
        updated: tuple[Span, ...],
        place: str | None,
    ) -> Found:
        try:
            return await self._reader.everything(
                principal,
                person.id,
                count=_RESOURCES,
                place=Place.parse(place) if place else None,
                wanted=kinds,
                updated=updated,
            )
        except NotFound:
            return Found([], None)  # it was erased, or became a part of another

    async def _keep(self, id_: UUID, lease: UUID, position: Mapping[str, Any], files: "_Files") -> bool:
        """Write down how far it is. False when it is no longer ours, or was cancelled."""
        async with self._database.write() as connection:
            until = self._clock.now() + _LEASE
            kept = await connection.execute(
                update(fhir_export)
                .where(fhir_export.c.id == id_, fhir_export.c.lease == lease)
                .values(position=position, lease_until=until)
            )
            if kept.rowcount != 1:
                return False
            await connection.execute(delete(fhir_export_file).where(fhir_export_file.c.export_id == id_))
            rows = [
                {"export_id": id_, "name": f.name, "kind": f.kind, "resources": f.resources, "bytes": f.bytes}
                for f in files.written
            ]
            if rows:
                await connection.execute(insert(fhir_export_file), rows)
        return True

    async def _claim(self) -> tuple[Any | None, UUID]:
        """The oldest export that nobody is at."""
        lease, now = new_id(), self._clock.now()
        free = or_(fhir_export.c.lease.is_(None), fhir_export.c.lease_until <= now)
        open_ = fhir_export.c.state.in_(("queued", "running"))
        oldest = (
            select(fhir_export.c.id)
            .where(open_, free)
            .order_by(fhir_export.c.asked_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        async with self._database.read() as connection:
            if (await connection.execute(select(fhir_export.c.id).where(open_, free).limit(1))).one_or_none() is None:
                return None, lease
        async with self._database.write() as connection:
            taken = await connection.execute(
                update(fhir_export)
                .where(fhir_export.c.id == oldest)
                .values(state="running", lease=lease, lease_until=now + _LEASE)
                .returning(fhir_export)
            )
            return taken.one_or_none(), lease

    async def _give_back(self, id_: UUID, lease: UUID) -> None:
        async with self._database.write() as connection:
            await self._let_go(connection, id_, lease, {})

    async def _let_go(self, connection: Connection, id_: UUID, lease: UUID, values: Mapping[str, Any]) -> None:
        ours = update(fhir_export).where(fhir_export.c.id == id_, fhir_export.c.lease == lease)
        await connection.execute(ours.values({"lease": None, "lease_until": None, **values}))

    async def _sweep(self) -> None:
        """Delete what has expired, and folders that no export is known of any more."""
        now = self._clock.now()
        async with self._database.read() as connection:
            expired = (
                await connection.execute(select(fhir_export.c.id).where(fhir_export.c.expires_at <= now).limit(1))
            ).one_or_none()
        if expired is not None:
            async with self._database.write() as connection:
                await connection.execute(delete(fhir_export).where(fhir_export.c.expires_at <= now))
        there = await asyncio.to_thread(_folders, self._folder)
        if there:
            async with self._database.read() as connection:
                known = set((await connection.execute(select(fhir_export.c.id))).scalars())
            for id_ in there - known:
                await asyncio.to_thread(shutil.rmtree, self._place(id_), ignore_errors=True)

    async def _written(self, id_: UUID) -> list[ExportFile]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(fhir_export_file).where(fhir_export_file.c.export_id == id_))
            return [ExportFile(f.name, f.kind, f.resources, f.bytes) for f in rows]

    async def _row(self, connection: Connection, principal: Principal, id_: UUID) -> Any:
        asked = select(fhir_export).where(fhir_export.c.id == id_, fhir_export.c.principal == principal.id)
        row = (await connection.execute(asked)).one_or_none()
        if row is None or (row.expires_at and row.expires_at <= self._clock.now()):
            raise NotFound("there is no such export")
        return row

    def _place(self, id_: UUID) -> Path:
        return self._folder / str(id_)


async def erase_exports(connection: Connection, _subject: UUID, _now: datetime) -> int:
    """Whoever is erased may stand in any export: all of them go, and their files at the next round."""
    return (await connection.execute(delete(fhir_export))).rowcount


def _may_still_have(principal: Principal, wanted: Mapping[str, Any]) -> bool:
    """Whether all that somebody might see when they asked, they may see now: grants end, and roles and keys change."""
    if not principal.scopes.issuperset(wanted["scopes"]):
        return False
    seen = wanted["subjects"]
    return principal.subjects is None if seen is None else all(principal.may_see(UUID(subject)) for subject in seen)


class _Files:
    """The files of one export, one for each kind of resource."""

    def __init__(self, folder: Path, written: Sequence[ExportFile]) -> None:
        self._folder = folder
        self._written = {file.kind: file for file in written}

    @property
    def written(self) -> list[ExportFile]:
        return list(self._written.values())

    def take_up(self) -> None:
        """Drop what was written and not written down."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.iterdir():
            known = self._written.get(path.stem)
            if known is None:
                path.unlink()
            else:
                os.truncate(path, known.bytes)

    def add(self, resources: Sequence[Resource]) -> None:
        """Append these, each to the file of its kind; they are on disk when this returns."""
        lines: dict[str, list[bytes]] = defaultdict(list)
        for resource in resources:
            lines[resource["resourceType"]].append(jsontext.dump(resource).encode() + b"\n")
        for kind, added in lines.items():
            name = f"{kind}.ndjson"
            before = self._written.get(kind, ExportFile(name, kind, 0, 0))
            with open(self._folder / name, "ab", opener=_for_its_owner) as file:
                file.writelines(added)
                file.flush()
                os.fsync(file.fileno())
            size = before.bytes + sum(map(len, added))
            self._written[kind] = ExportFile(name, kind, before.resources + len(added), size)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _folders(folder: Path) -> set[UUID]:
    found = set()
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(ValueError):
                found.add(UUID(path.name))
    return found
