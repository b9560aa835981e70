"""Writing the words that conversations are found by."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import bindparam, column, insert, select, table, update

from carelog.conversations.tables import conversation_text
from carelog.db import Connection, among, insert_all

_text = conversation_text
_sqlite_index = table("conversation_words", column("rowid"), column("content"))


async def add_words(connection: Connection, words: Mapping[UUID, str]) -> None:
    """Index the words of conversations that have none in the index.

    On SQLite by one statement for all: a trigger would write a part of the index for each row, and parts have to be
    merged.
    """
    if not words:
        return
    await insert_all(
        connection, _text, [{"conversation_id": id_, "content": content} for id_, content in words.items()]
    )
    if connection.dialect.name == "sqlite":
        added = select(_text.c.seq, _text.c.content).where(among(connection, _text.c.conversation_id, words.keys()))
        await connection.execute(insert(_sqlite_index).from_select(["rowid", "content"], added.order_by(_text.c.seq)))


async def change_words(connection: Connection, words: Mapping[UUID, str]) -> None:
    """Index other words for conversations that are in the index."""
    if words:
        change = update(_text).where(_text.c.conversation_id == bindparam("_id")).values(content=bindparam("_content"))
        await connection.execute(change, [{"_id": id_, "_content": content} for id_, content in words.items()])
