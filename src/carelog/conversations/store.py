"""The store of conversations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, bindparam, delete, select, update

from carelog.conversations import tables
from carelog.conversations.conversation import Conversation
from carelog.conversations.found_by import storable, words_of
from carelog.conversations.prepared import Prepared
from carelog.conversations.search import ConversationQuery, search
from carelog.conversations.word_index import add_words, change_words
from carelog.db import (
    Connection,
    Database,
    among,
    among_given,
    among_given_pairs,
    given_ids,
    given_pairs,
    insert_all,
    update_all,
)
from carelog.identity import Principal
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

    prepared: Prepared
    channel: str
    external_id: str
    subject_id: UUID
    recorded_at: datetime
    opened: "Opened | None" = None

    @property
    def id(self) -> UUID:
        return self.prepared.conversation.uuid


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


async def known(connection: Connection, ids: Collection[UUID], names: Collection[tuple[str, str]]) -> list[Known]:
    """The stored conversations that have one of these ids, or one of these (channel, external id) names."""
    dialect = connection.dialect.name
    given = {**given_ids(dialect, "ids", ids), **given_pairs(dialect, "names", names)}
    return [Known(*row) for row in await connection.execute(_known(dialect), given)]


@cache
def _known(dialect: str) -> CompoundSelect[Any]:
    looked_at = select(_stored.c.id, _stored.c.channel, _stored.c.external_id, _stored.c.subject_id, _stored.c.digest)
    # United, since no index serves an OR of the two.
    same_id = looked_at.where(among_given(dialect, _stored.c.id, "ids"))
    same_name = looked_at.where(among_given_pairs(dialect, (_stored.c.channel, _stored.c.external_id), "names"))
    return same_id.union(same_name)


async def add(connection: Connection, received: Sequence[Received]) -> None:
    """Write new conversations with all that they are found by, within the caller's transaction."""
    if not received:
        return
    await insert_all(connection, _stored, [_row(item) for item in received])
    await _add_parties(connection, received)
    await _keep_originals(connection, received)
    await add_words(connection, {item.id: item.prepared.words for item in received})


async def renew(connection: Connection, received: Sequence[Received]) -> None:
    """Write newer documents over conversations that are stored, with all that they are found by."""
    if not received:
        return
    of_document = ("title", "started_at", "created_at", "digest", "document", "amends")
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
    rows = [item.prepared.columns for item in received]
    await connection.execute(
        write, [{"_id": row["id"], **{f"_{name}": row[name] for name in of_document}} for row in rows]
    )
    ids = [item.id for item in received]
    for beside, column in ((_party, _party.c.conversation_id), (_original, _original.c.conversation_id)):
        await connection.execute(delete(beside).where(among(connection, column, ids)))
    await _add_parties(connection, received)
    await _keep_originals(connection, received)
    await change_words(connection, {item.id: item.prepared.words for item in received})


async def remove(connection: Connection, ids: Collection[UUID]) -> None:
    """Delete conversations with all that they are found by; runs over them go with them."""
    if not ids:
        return
    # By hand: SQLite fires no triggers, which keep the search index, for what goes with a foreign key.
    await connection.execute(delete(_text).where(among(connection, _text.c.conversation_id, ids)))
    await connection.execute(delete(_stored).where(among(connection, _stored.c.id, ids)))


async def load(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Stored]:
    """Conversations with their documents, for the pipeline."""
    dialect = connection.dialect.name
    rows = await connection.execute(_all_of(dialect), given_ids(dialect, "ids", ids))
    return {row[0]: stored_of(row) for row in rows}


async def lock(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    """The revisions of these conversations, which nobody else can change until the transaction ends."""
    dialect = connection.dialect.name
    rows = await connection.execute(_revisions_of(dialect), given_ids(dialect, "ids", ids))
    return {row.id: row.revision for row in rows}


@cache
def _revisions_of(dialect: str) -> Select[Any]:
    statement = select(_stored.c.id, _stored.c.revision).where(among_given(dialect, _stored.c.id, "ids"))
    return statement.order_by(_stored.c.id).with_for_update()


async def replace(
    connection: Connection, changed: Mapping[UUID, Conversation], reworded: Collection[UUID] = ()
) -> None:
    """Write new documents over conversations that the caller has locked; the words of those that are `reworded`
    are indexed anew."""
    if not changed:
        return
    await update_all(connection, _REPLACE, [{"_id": id_, "_document": c.json} for id_, c in changed.items()])
    await change_words(connection, {id_: words_of(changed[id_]) for id_ in reworded})


_REPLACE = (
    update(_stored)
    .where(_stored.c.id == bindparam("_id"))
    .values(document=bindparam("_document"), revision=_stored.c.revision + 1, expired_at=None)
)


async def _add_parties(connection: Connection, received: Sequence[Received]) -> None:
    await insert_all(connection, _party, [row for item in received for row in item.prepared.parties])


async def _keep_originals(connection: Connection, received: Sequence[Received]) -> None:
    await insert_all(
        connection,
        _original,
        [
            {
                "conversation_id": item.id,
                "form": opened.form,
                "signer": storable(opened.signer) if opened.signer else None,
                "content": opened.original,
            }
            for item in received
            if (opened := item.opened)
        ],
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
        rows = await self._database.rows(principal.seen_of(_ONE, _stored.c.subject_id), {"id": conversation_id})
        if not rows:
            raise NotFound("no such conversation")
        principal.looks.note("read", "conversation", rows[0].subject_id)
        return stored_of(rows[0])

    async def original(self, principal: Principal, conversation_id: UUID) -> Original:
        """The form that a sealed conversation came in. Raises NotFound, also for one that came plain."""
        statement = (
            select(_original.c.form, _original.c.signer, _original.c.content, _stored.c.subject_id)
            .join(_stored, _stored.c.id == _original.c.conversation_id)
            .where(_stored.c.id == conversation_id, principal.sees(_stored.c.subject_id))
        )
        rows = await self._database.rows(statement)
        if not rows:
            raise NotFound("no such conversation, or it came neither signed nor encrypted")
        form, signer, content, subject_id = rows[0]
        principal.looks.note("read", "conversation", subject_id)
        return Original(form, signer, content)

    async def page(
        self,
        principal: Principal,
        query: ConversationQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Listed]:
        """The conversations that meet every condition, the last to come in first."""
        statement, parameters = search(query or ConversationQuery(), self._database.dialect, limit + 1)
        statement = principal.seen_of(statement, _stored.c.subject_id)
        if cursor:
            statement = statement.where(cursor.before(_stored.c.recorded_at, _stored.c.id))
        found = [Listed(*row) for row in await self._database.rows(statement, parameters)]
        page = Page.cut(found, limit, lambda c: Cursor(c.recorded_at, c.id))
        principal.looks.note_each("read", "conversation", page.items)
        return page


def documents() -> Select[Any]:
    """The statement that reads conversations; `stored_of` reads its rows."""
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


@cache
def _all_of(dialect: str) -> Select[Any]:
    return documents().where(among_given(dialect, _stored.c.id, "ids"))


_ONE = documents().where(_stored.c.id == bindparam("id"))


def stored_of(row: Any) -> Stored:
    """A row of `documents`, whatever else stands behind it."""
    return Stored(*row[:_COLUMNS])


_COLUMNS = len(fields(Stored))


def _row(item: Received) -> dict[str, Any]:
    return {
        **item.prepared.columns,
        "channel": item.channel,
        "external_id": item.external_id,
        "subject_id": item.subject_id,
        "recorded_at": item.recorded_at,
        "revision": 1,
    }
