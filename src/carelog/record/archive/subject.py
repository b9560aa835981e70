"""The subject: their name, their zone, and what they are known by."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select

from carelog.conversations.parties import normal
from carelog.db import insert_new
from carelog.kit import jsontext
from carelog.kit.zones import is_zone
from carelog.record.archive.container import ArchiveRefused, OpenArchive
from carelog.record.archive.lines import PlainText, parsed, read_as
from carelog.record.archive.part import Bringing, Part, Piece, Taking
from carelog.record.subjects import SYSTEMS, Identifier, touch
from carelog.record.tables import subject, subject_identifier

MEMBER: Final = "subject.json"


class IdentifierLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    system: str
    value: PlainText = Field(min_length=1, max_length=320)


class SubjectLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    name: PlainText | None = Field(max_length=200)
    zone: PlainText | None = Field(max_length=64)
    recorded_at: AwareDatetime
    identifiers: list[IdentifierLine]


async def read_subject(archive: OpenArchive) -> SubjectLine:
    """Whose archive it is. Raises ArchiveRefused."""
    read = read_as(SubjectLine, parsed(await archive.read(MEMBER), MEMBER), MEMBER)
    if read.id != archive.manifest.subject or not all(i.system in SYSTEMS for i in read.identifiers):
        raise ArchiveRefused(f"{MEMBER} is not of the subject whose archive it is")
    if read.zone is not None and not is_zone(read.zone):
        raise ArchiveRefused(f"{MEMBER}: there is no such zone")
    return read


def identifiers_of(read: SubjectLine) -> list[Identifier]:
    return [Identifier(i.system, i.value) for i in read.identifiers]


class SubjectPart(Part):
    name: ClassVar = "subject"

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        row = (await taking.connection.execute(select(subject).where(subject.c.id == taking.subject_id))).one()
        known = select(subject_identifier.c.system, subject_identifier.c.value)
        named = known.where(subject_identifier.c.subject_id == taking.subject_id)
        rows = await taking.connection.execute(named.order_by("system", "value"))
        told = {
            "id": str(row.id),
            "name": row.name,
            "zone": row.zone,
            "recorded_at": _text(row.recorded_at),
            "identifiers": [{"system": one.system, "value": one.value} for one in rows],
        }
        yield MEMBER, jsontext.dump(told).encode()

    async def bring(self, bringing: Bringing) -> None:
        """Make the subject where there is none yet; one that is there keeps its name and its zone, and what leads to
        another subject is left so."""
        read = await read_subject(bringing.archive)
        new = {
            "id": bringing.subject_id,
            "name": read.name,
            "name_key": normal("name", read.name) if read.name else None,
            "zone": read.zone,
            "recorded_at": read.recorded_at,
        }
        await insert_new(bringing.connection, subject, [new])
        rows = [{"system": i.system, "value": i.value, "subject_id": bringing.subject_id} for i in read.identifiers]
        await insert_new(bringing.connection, subject_identifier, rows)
        await touch(bringing.connection, [bringing.subject_id], bringing.at)


def _text(moment: datetime) -> str:
    return moment.isoformat()
