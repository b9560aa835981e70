"""The store of conversations, and the search over it."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)

from carelog.conversations import tables
from carelog.conversations.conversation import Conversation
from carelog.conversations.found_by import party_rows, party_value, storable, words_of
from carelog.conversations.parties import Kind
from carelog.db import Connection, Database, among
from carelog.identity import Principal
from carelog.kit import jsontext
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page

if TYPE_CHECKING:
    from carelog.conversations.sealed import Opened

_stored = tables.conversation
_party = tables.conversation_party
_text = tables.conversation_text
_original = tables.conversation_original


@dataclass(frozen=True, slots=True)
class Received:
    """A conversation that is to be stored, and how it is known where it came from."""

    conversation: Conversation
    channel: str
    external_id: str
    subject_id: UUID
    recorded_at: datetime
    digest: str
    opened: "Opened | None" = None


@dataclass(frozen=True, slots=True)
class Original:
    """The signed or encrypted form that a conversation came in, and who signed it."""

    form: str
    signer: str | None
    content: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored conversation; `revision` grows with every change that a link makes to its document."""

    id: UUID
    channel: str
    external_id: str
    subject_id: UUID
    title: str | None
    started_at: datetime
    recorded_at: datetime
    revision: int
    document: str

    @property
    def conversation(self) -> Conversation:
        return Conversation.stored(self.document)


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list: everything but its document."""

    id: UUID
    channel: str
    external_id: str
    subject_id: UUID
    title: str | None
    started_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a delivery is a second one of something that is already stored."""

    id: UUID
    channel: str
    external_id: str
    subject_id: UUID
    digest: str


@dataclass(frozen=True, slots=True)
class ConversationQuery:
    """What to look for. All that is given must hold. `since` and `until` bound the start: from, up to."""

    tel: str | None = None
    mailto: str | None = None
    name: str | None = None
    title: str | None = None
    words: str | None = None
    channel: str | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def digest(conversation: Conversation) -> str:
    """The fingerprint of a document's content: white space and the order of keys do not matter."""
    return hashlib.sha256(jsontext.canonical(conversation.document)).hexdigest()


async def known(connection: Connection, ids: Collection[UUID], names: Collection[tuple[str, str]]) -> list[Known]:
    """The stored conversations that have one of these ids, or one of these (channel, external id) names."""
    rows = await connection.execute(
        select(_stored.c.id, _stored.c.channel, _stored.c.external_id, _stored.c.subject_id, _stored.c.digest).where(
            or_(_stored.c.id.in_(list(ids)), tuple_(_stored.c.channel, _stored.c.external_id).in_(list(names)))
        )
    )
    return [Known(*row) for row in rows]


async def add(connection: Connection, received: Sequence[Received]) -> None:
    """Write new conversations with all that they are found by, within the caller's transaction."""
    if not received:
        return
    await connection.execute(insert(_stored), [_row(item) for item in received])
    await _add_parties(connection, received)
    await _keep_originals(connection, received)
    await connection.execute(
        insert(_text),
        [{"conversation_id": item.conversation.uuid, "content": words_of(item.conversation)} for item in received],
    )


async def renew(connection: Connection, received: Sequence[Received]) -> None:
    """Write newer documents over conversations that are stored, with all that they are found by."""
    if not received:
        return
    of_document = ("title", "started_at", "created_at", "digest", "document")
    write = (
        update(_stored)
        .where(_stored.c.id == bindparam("_id"))
        .values(
            revision=_stored.c.revision + 1,
            expires_at=None,
            expired_at=None,
            **{name: bindparam(f"_{name}") for name in of_document},
        )
    )
    rows = [_row(item) for item in received]
    await connection.execute(
        write, [{"_id": row["id"], **{f"_{name}": row[name] for name in of_document}} for row in rows]
    )
    ids = [item.conversation.uuid for item in received]
    for beside, column in ((_party, _party.c.conversation_id), (_original, _original.c.conversation_id)):
        await connection.execute(delete(beside).where(column.in_(ids)))
    await _add_parties(connection, received)
    await _keep_originals(connection, received)
    await _index(connection, {item.conversation.uuid: item.conversation for item in received})


async def remove(connection: Connection, ids: Collection[UUID]) -> None:
    """Delete conversations with all that they are found by; runs over them go with them."""
    if not ids:
        return
    # By hand: SQLite fires no triggers, which keep the search index, for what goes with a foreign key.
    await connection.execute(delete(_text).where(_text.c.conversation_id.in_(list(ids))))
    await connection.execute(delete(_stored).where(_stored.c.id.in_(list(ids))))


async def load(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Stored]:
    """Conversations with their documents, for the pipeline."""
    statement = _documents().where(among(connection, _stored.c.id, ids))
    return {row.id: _as_stored(row) for row in await connection.execute(statement)}


async def lock(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    """The revisions of these conversations, which nobody else can change until the transaction ends."""
    statement = select(_stored.c.id, _stored.c.revision).where(among(connection, _stored.c.id, ids))
    rows = await connection.execute(statement.order_by(_stored.c.id).with_for_update())
    return {row.id: row.revision for row in rows}


async def replace(
    connection: Connection, changed: Mapping[UUID, Conversation], reworded: Collection[UUID] = ()
) -> None:
    """Write new documents over conversations that the caller has locked; the words of those that are `reworded`
    are indexed anew."""
    if not changed:
        return
    write = (
        update(_stored)
        .where(_stored.c.id == bindparam("_id"))
        .values(document=bindparam("_document"), revision=_stored.c.revision + 1, expired_at=None)
    )
    await connection.execute(write, [{"_id": id_, "_document": c.json} for id_, c in changed.items()])
    await _index(connection, {id_: changed[id_] for id_ in reworded})


async def _add_parties(connection: Connection, received: Sequence[Received]) -> None:
    parties = [row for item in received for row in party_rows(item.conversation)]
    if parties:
        await connection.execute(insert(_party), parties)


async def _keep_originals(connection: Connection, received: Sequence[Received]) -> None:
    opened = [(item.conversation.uuid, item.opened) for item in received if item.opened]
    if opened:
        await connection.execute(
            insert(_original),
            [
                {
                    "conversation_id": id_,
                    "form": one.form,
                    "signer": storable(one.signer) if one.signer else None,
                    "content": one.original,
                }
                for id_, one in opened
            ],
        )


async def _index(connection: Connection, reworded: Mapping[UUID, Conversation]) -> None:
    """Index the words of stored conversations anew."""
    if reworded:
        index = update(_text).where(_text.c.conversation_id == bindparam("_id")).values(content=bindparam("_content"))
        await connection.execute(
            index, [{"_id": id_, "_content": words_of(conversation)} for id_, conversation in reworded.items()]
        )


async def let_expire(connection: Connection, moments: Mapping[UUID, datetime]) -> None:
    """Note from when on a document may be dropped here, once storages have it."""
    if moments:
        note = update(_stored).where(_stored.c.id == bindparam("_id")).values(expires_at=bindparam("_at"))
        await connection.execute(note, [{"_id": id_, "_at": at} for id_, at in moments.items()])


class ConversationStore:
    """Reads conversations, each only for a principal who may see its subject."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, principal: Principal, conversation_id: UUID) -> Stored:
        """Raises NotFound, also for a conversation that is not theirs to see."""
        statement = _documents().where(_stored.c.id == conversation_id, principal.sees(_stored.c.subject_id))
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("no such conversation")
        return _as_stored(row)

    async def original(self, principal: Principal, conversation_id: UUID) -> Original:
        """The form that a sealed conversation came in. Raises NotFound, also for one that came plain."""
        statement = (
            select(_original.c.form, _original.c.signer, _original.c.content)
            .join(_stored, _stored.c.id == _original.c.conversation_id)
            .where(_stored.c.id == conversation_id, principal.sees(_stored.c.subject_id))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("no such conversation, or it came neither signed nor encrypted")
        return Original(*row)

    async def page(
        self,
        principal: Principal,
        query: ConversationQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Listed]:
        """The conversations that meet every condition, the last to come in first."""
        statement = (
            select(
                _stored.c.id,
                _stored.c.channel,
                _stored.c.external_id,
                _stored.c.subject_id,
                _stored.c.title,
                _stored.c.started_at,
                _stored.c.recorded_at,
            )
            .where(principal.sees(_stored.c.subject_id), *self._conditions(query or ConversationQuery()))
            .order_by(_stored.c.recorded_at.desc(), _stored.c.id.desc())
            .limit(limit + 1)
        )
        if cursor:
            statement = statement.where(cursor.before(_stored.c.recorded_at, _stored.c.id))
        async with self._database.read() as connection:
            found = [Listed(*row) for row in await connection.execute(statement)]
        return Page.cut(found, limit, lambda c: Cursor(c.recorded_at, c.id))

    def _conditions(self, query: ConversationQuery) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        parties: tuple[tuple[Kind, str | None], ...] = (
            ("tel", query.tel),
            ("mailto", query.mailto),
            ("name", query.name),
        )
        conditions += [_has_party(kind, value) for kind, value in parties if value is not None]
        if query.title is not None:
            conditions.append(func.lower(_stored.c.title).contains(query.title.lower(), autoescape=True))
        if query.words is not None:
            conditions.append(self._has_words(query.words))
        if query.channel is not None:
            conditions.append(_stored.c.channel == query.channel)
        if query.subject_id is not None:
            conditions.append(_stored.c.subject_id == query.subject_id)
        if query.since is not None:
            conditions.append(_stored.c.started_at >= query.since)
        if query.until is not None:
            conditions.append(_stored.c.started_at < query.until)
        return conditions

    def _has_words(self, words: str) -> ColumnElement[bool]:
        cleaned = words.replace("\x00", " ")
        if self._database.dialect == "postgresql":
            matches: ColumnElement[bool] = func.to_tsvector(literal_column("'simple'"), _text.c.content).op("@@")(
                func.plainto_tsquery(literal_column("'simple'"), cleaned)
            )
            return _stored.c.id.in_(select(_text.c.conversation_id).where(matches))
        # Each word in quotes, so that nothing in it is taken for an operator of the search language.
        quoted = " ".join('"' + word.replace('"', '""') + '"' for word in re.findall(r"\S+", cleaned))
        rowids = text("SELECT rowid FROM conversation_words WHERE conversation_words MATCH :words")
        return _stored.c.id.in_(
            select(_text.c.conversation_id).where(_text.c.seq.in_(rowids.bindparams(words=quoted or '""')))
        )


def _documents() -> Select[Any]:
    return select(
        _stored.c.id,
        _stored.c.channel,
        _stored.c.external_id,
        _stored.c.subject_id,
        _stored.c.title,
        _stored.c.started_at,
        _stored.c.recorded_at,
        _stored.c.revision,
        _stored.c.document,
    )


def _as_stored(row: Any) -> Stored:
    return Stored(**row._mapping)


def _has_party(kind: Kind, value: str) -> ColumnElement[bool]:
    return _stored.c.id.in_(
        select(_party.c.conversation_id).where(_party.c.kind == kind, _party.c.value == party_value(kind, value))
    )


def _row(item: Received) -> dict[str, Any]:
    conversation = item.conversation
    return {
        "id": conversation.uuid,
        "channel": item.channel,
        "external_id": item.external_id,
        "subject_id": item.subject_id,
        "title": storable(conversation.title) if conversation.title else None,
        "started_at": conversation.started_at,
        "created_at": conversation.created_at,
        "recorded_at": item.recorded_at,
        "digest": item.digest,
        "revision": 1,
        "document": conversation.json,
    }
