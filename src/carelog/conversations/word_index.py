"""Writing the words that conversations are found by."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, column, insert, select, table, update

from carelog.conversations.tables import conversation_text
from carelog.db import Connection, among_given, given_ids, insert_all

_text = conversation_text
_INDEX: Final = insert(table("conversation_words", column("rowid"), column("content"))).from_select(
    ["rowid", "content"],
    select(_text.c.seq, _text.c.content)
    .where(among_given("sqlite", _text.c.conversation_id, "added"))
    .order_by(_text.c.seq),
)


async def add_words(connection: Connection, words: Mapping[UUID, str]) -> None:
    """Index the words of conversations that have none in the index.

    On SQLite by one statement for all: a trigger would write a part of the index for each row, and parts have to be
    merged.
    """
    if not words:
        return
    rows = [{"conversation_id": id_, "content": _indexed(connection, content)} for id_, content in words.items()]
    await insert_all(connection, _text, rows)
    if connection.dialect.name == "sqlite":
        await connection.execute(_INDEX, given_ids("sqlite", "added", words.keys()))


async def change_words(connection: Connection, words: Mapping[UUID, str]) -> None:
    """Index other words for conversations that are in the index."""
    if words:
        change = update(_text).where(_text.c.conversation_id == bindparam("_id")).values(content=bindparam("_content"))
        rows = [{"_id": id_, "_content": _indexed(connection, content)} for id_, content in words.items()]
        await connection.execute(change, rows)


def _indexed(connection: Connection, content: str) -> str:
    """What the index is made from. Nobody asks how often a word was said, or after which: on PostgreSQL, which takes
    longer to cut a text into words than to do all else with it, each goes in once."""
    return " ".join(dict.fromkeys(content.split())) if connection.dialect.name == "postgresql" else content
