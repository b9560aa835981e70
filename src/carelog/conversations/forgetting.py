"""The search index forgets what it knew of conversations that are gone.

SQLite's index keeps the words of a row that is deleted, and beside them that it was deleted, until the parts of the
index that hold the two are merged (https://www.sqlite.org/fts5.html#the_merge_command). PostgreSQL's loses them with
the next vacuum, which it starts by itself.
"""

from typing import Final

from sqlalchemy import text

from carelog.db import Connection

_PAGES: Final = 500
_MERGE: Final = text(
    f"INSERT INTO conversation_words(conversation_words, rank) VALUES ('merge', -{_PAGES})"  # noqa: S608  a number
)
_CHANGES: Final = text("SELECT total_changes()")


async def forget_deleted_words(connection: Connection) -> int:
    """Merge some of the index, in the caller's transaction. Returns 0 once no more is to be merged."""
    if connection.dialect.name != "sqlite":
        return 0
    before = (await connection.execute(_CHANGES)).scalar_one()
    await connection.execute(_MERGE)
    changed: int = (await connection.execute(_CHANGES)).scalar_one() - before
    # One change is the command itself.
    return changed if changed > 1 else 0
