"""Conversations: the vCons as they are stored, and the sealed forms in which some came in."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, select, update

from carelog.conversations import Conversation, store
from carelog.conversations.prepared import Prepared
from carelog.conversations.store import Received, Stored
from carelog.conversations.tables import conversation, conversation_original
from carelog.db import Connection, among, insert_all
from carelog.kit.errors import CarelogError, Unavailable
from carelog.record.archive.container import ArchiveRefused
from carelog.record.archive.lines import AT_ONCE, PlainText, read_as, written
from carelog.record.archive.part import Bringing, Filler, Part, Piece, Taking

MEMBER: Final = "conversations.ndjson"
_STORED: Final = tuple(field.name for field in fields(Stored))
_DOCUMENTS_AT_ONCE: Final = 50
_PAUSE: Final = timedelta(seconds=5)


class ConversationLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    channel: PlainText = Field(min_length=1, max_length=40)
    external_id: PlainText = Field(min_length=1, max_length=255)
    recorded_at: AwareDatetime
    revision: int = Field(ge=1)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    original: Literal["signed", "encrypted"] | None = None
    signer: PlainText | None = None


class ConversationsPart(Part):
    name: ClassVar = "conversations"

    def __init__(self, fill: Filler) -> None:
        self._fill = fill

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        connection = taking.connection
        sealed = conversation_original.c
        columns = [conversation.c[name] for name in ("id", "channel", "external_id", "recorded_at", "revision")]
        listed = select(*columns, conversation.c.digest, sealed.form, sealed.signer).outerjoin(conversation_original)
        owned = listed.where(conversation.c.subject_id == taking.subject_id)
        rows = (await connection.execute(owned.order_by(conversation.c.id))).all()
        if rows:
            yield MEMBER, written(map(_line, rows))
        ids = [row.id for row in rows]
        for start in range(0, len(ids), _DOCUMENTS_AT_ONCE):
            some = ids[start : start + _DOCUMENTS_AT_ONCE]
            for id_, document in (await self._documents(connection, some)).items():
                yield _document(id_), document.encode()
        for id_ in [row.id for row in rows if row.form]:
            content = select(sealed.content).where(sealed.conversation_id == id_)
            yield _original(id_), str(await connection.scalar(content)).encode()

    async def bring(self, bringing: Bringing) -> None:
        """Those that are not here. No chain runs over them again: what they led to comes with them."""
        async for values in bringing.archive.lines(MEMBER, AT_ONCE):
            lines = [read_as(ConversationLine, value, MEMBER) for value in values]
            for start in range(0, len(lines), _DOCUMENTS_AT_ONCE):
                await _bring(bringing, lines[start : start + _DOCUMENTS_AT_ONCE])

    async def _documents(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
        columns = [conversation.c[name] for name in _STORED]
        rows = await connection.execute(select(*columns).where(among(connection, conversation.c.id, ids)))
        filled = await self._fill({row.id: Stored(**row._mapping) for row in rows})
        if not all(stored.document for stored in filled.values()):
            raise Unavailable("a document is in storages only, and none of them can give it now", retry_after=_PAUSE)
        return {id_: filled[id_].document for id_ in ids}


async def _bring(bringing: Bringing, lines: Sequence[ConversationLine]) -> None:
    connection = bringing.connection
    owners = await _owners(connection, [line.id for line in lines])
    taken = [line.id for line in lines if owners.get(line.id, bringing.subject_id) != bringing.subject_id]
    owners |= await _owners(connection, [bringing.another(id_) for id_ in taken])
    new = [line for line in lines if bringing.id_of(line.id) not in owners]
    bringing.count("conversations", "new", len(new))
    bringing.count("conversations", "known", len(lines) - len(new))
    names = [(line.channel, line.external_id) for line in new]
    used = {(k.channel, k.external_id) for k in await store.known(connection, [], names)}
    received = []
    for line in new:
        document = await _read(bringing, line)
        external_id = line.external_id if (line.channel, line.external_id) not in used else str(document.uuid)
        used.add((line.channel, external_id))
        prepared = Prepared.of(document, line.digest)
        received.append(Received(prepared, line.channel, external_id, bringing.subject_id, line.recorded_at))
    await store.add(connection, received)
    changed = [{"_id": bringing.id_of(line.id), "_revision": line.revision} for line in new if line.revision > 1]
    if changed:
        at = update(conversation).where(conversation.c.id == bindparam("_id"))
        await connection.execute(at.values(revision=bindparam("_revision")), changed)
    originals = [
        {
            "conversation_id": bringing.id_of(line.id),
            "form": line.original,
            "signer": line.signer,
            "content": await _read_original(bringing, line.id),
        }
        for line in new
        if line.original
    ]
    await insert_all(connection, conversation_original, originals)


async def _read(bringing: Bringing, line: ConversationLine) -> Conversation:
    name = _document(line.id)
    try:
        read = Conversation.parse(await bringing.archive.read(name))
        if read.uuid != line.id:
            raise ArchiveRefused(f"{name} is another conversation")
        id_ = bringing.id_of(line.id)
        return read if id_ == line.id else Conversation.of(read.document | {"uuid": str(id_)})
    except ArchiveRefused:
        raise
    except CarelogError as error:
        raise ArchiveRefused(f"{name}: {error.message}") from None


async def _read_original(bringing: Bringing, id_: UUID) -> str:
    """In a sealed form there is no U+0000: it is JSON over base64."""
    name = _original(id_)
    try:
        content = (await bringing.archive.read(name)).decode()
    except UnicodeDecodeError:
        raise ArchiveRefused(f"{name} is not UTF-8") from None
    if "\x00" in content:
        raise ArchiveRefused(f"{name} is no sealed conversation")
    return content


async def _owners(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    return {known.id: known.subject_id for known in await store.known(connection, ids, [])} if ids else {}


def _line(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "channel": row.channel,
        "external_id": row.external_id,
        "recorded_at": row.recorded_at.isoformat(),
        "revision": row.revision,
        "digest": row.digest,
        "original": row.form,
        "signer": row.signer,
    }


def _document(id_: UUID) -> str:
    return f"conversations/{id_}.json"


def _original(id_: UUID) -> str:
    return f"originals/{id_}.json"
