"""What stands beside a record: rows of other rooms' tables; who may see it, who looked, and the record in FHIR, for
whoever reads the archive."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Table, Uuid, select
from sqlalchemy.types import TypeDecorator

from carelog.db import UtcDateTime, insert_new
from carelog.identity.audit import AuditTrail
from carelog.identity.audit.trail import AuditQuery
from carelog.identity.grants import GrantStore
from carelog.kit.errors import Forbidden
from carelog.kit.paging import every_page
from carelog.record.archive.container import ArchiveRefused
from carelog.record.archive.entries import owners_of
from carelog.record.archive.lines import AT_ONCE, by_id, written
from carelog.record.archive.part import Bringing, LeftOut, Part, Piece, Taking
from carelog.record.fhir import FhirReader
from carelog.record.fhir.paging import Place


class TableRows(Part):
    """The rows of a table whose key is `id` and which says by `subject_id` whose each is. One whose id is taken here is
    not brought."""

    def __init__(self, name: str, table: Table) -> None:
        self.name = name  # type: ignore[misc]  # one part of this kind for each table
        self._table = table
        self._member = f"{name}.ndjson"

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        owned = select(self._table).where(self._table.c.subject_id == taking.subject_id)
        async for rows in by_id(taking.connection, owned, self._table.c.id):
            yield self._member, written({str(k): _json(v) for k, v in row._mapping.items()} for row in rows)

    async def bring(self, bringing: Bringing) -> None:
        async for values in bringing.archive.lines(self._member, AT_ONCE):
            rows = [self._row(bringing, value) for value in values]
            if "entry_id" in self._table.c:
                owners = await owners_of(bringing.connection, [row["entry_id"] for row in rows])
                rows = [row for row in rows if owners.get(row["entry_id"]) == bringing.subject_id]
            bringing.count(self.name, "rows", len(rows))
            await insert_new(bringing.connection, self._table, rows)

    def _row(self, bringing: Bringing, value: Any) -> dict[str, Any]:
        columns = self._table.c
        if not isinstance(value, dict) or value.keys() != set(columns.keys()):
            raise ArchiveRefused(f"{self._member} has not the columns that it has here")
        try:
            read = {name: _read(columns[name].type, bringing.renamed(said)) for name, said in value.items()}
        except (ValueError, TypeError):
            raise ArchiveRefused(f"{self._member} has not the values that it has here") from None
        return read | {"subject_id": bringing.subject_id}


class GrantsPart(Part):
    """Who may see the record, for information: access is never brought."""

    name: ClassVar = "grants"

    def __init__(self, grants: GrantStore) -> None:
        self._grants = grants

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        names = ("id", "email", "user_id", "access", "given_by", "given_at", "expires_at", "revoked_at")
        of_subject = partial(self._grants.of_subject, taking.principal, taking.subject_id, limit=AT_ONCE)
        try:
            async for grants in every_page(of_subject):
                if grants:
                    yield "grants.ndjson", written({n: _json(getattr(g, n)) for n in names} for g in grants)
        except Forbidden:
            raise LeftOut from None


class LooksPart(Part):
    """Who looked, for information: for whose record it is, and for who reads the audit trail."""

    name: ClassVar = "looks"

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        who = taking.principal
        if who.own != taking.subject_id and "audit:read" not in who.scopes:
            raise LeftOut
        names = ("action", "outcome", "operation", "principal", "role")
        page = partial(self._trail.page, AuditQuery(subject=taking.subject_id), limit=AT_ONCE)
        async for looks in every_page(page):
            if looks:
                rows = ({"at": _json(one.at), **{n: getattr(one.event, n) for n in names}} for one in looks)
                yield "looks.ndjson", written(rows)


class FhirPart(Part):
    """The record in FHIR R4, a resource a line, for other systems."""

    name: ClassVar = "fhir"

    def __init__(self, reader: FhirReader) -> None:
        self._reader = reader

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        place: Place | None = None
        while True:
            found = await self._reader.everything(taking.principal, taking.subject_id, count=AT_ONCE, place=place)
            if found.resources:
                yield "fhir/resources.ndjson", written(found.resources)
            place = found.next
            if place is None:
                return


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


def _read(kind: Any, value: Any) -> Any:
    """A value as its column takes it. Raises ValueError and TypeError."""
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    if value is None:
        return None
    if isinstance(kind, UtcDateTime) or isinstance(inner, DateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment
    return UUID(value) if isinstance(kind, Uuid) else value
