"""Building the search index anew, out of the documents."""

from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select

from carelog.conversations.conversation import Conversation
from carelog.conversations.found_by import party_rows, words_of
from carelog.conversations.tables import conversation, conversation_party, conversation_text
from carelog.conversations.word_index import add_words, change_words
from carelog.db import Database, among

_AT_ONCE: Final = 200
_FIRST: Final = UUID(int=0)


async def reindex(database: Database) -> int:
    """Write what every conversation is found by anew, and return how many there were.

    In batches, each its own transaction, so that the largest store is neither held in memory nor locked. Those whose
    document only storages have keep what they are found by.
    """
    total, after = 0, _FIRST
    while True:
        async with database.write() as connection:
            statement = (
                select(conversation.c.id, conversation.c.document)
                .where(conversation.c.id > after, conversation.c.expired_at.is_(None))
                .order_by(conversation.c.id)
                .limit(_AT_ONCE)
                .with_for_update()
            )
            rows = (await connection.execute(statement)).all()
            if not rows:
                return total
            found = [Conversation.stored(row.document) for row in rows]
            ids = [row.id for row in rows]
            await connection.execute(
                delete(conversation_party).where(among(connection, conversation_party.c.conversation_id, ids))
            )
            if parties := [row for one in found for row in party_rows(one)]:
                await connection.execute(insert(conversation_party), parties)
            known = await connection.execute(
                select(conversation_text.c.conversation_id).where(
                    among(connection, conversation_text.c.conversation_id, ids)
                )
            )
            indexed = set(known.scalars())
            await change_words(connection, {one.uuid: words_of(one) for one in found if one.uuid in indexed})
            await add_words(connection, {one.uuid: words_of(one) for one in found if one.uuid not in indexed})
        total += len(rows)
        after = rows[-1].id
