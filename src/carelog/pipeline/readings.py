"""Which version of each engine read a conversation last, through each chain (table `reading`)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from carelog.db import Connection, insert_new
from carelog.pipeline.progress import Progress
from carelog.pipeline.tables import reading

_KEY = ("conversation_id", "chain", "engine")


async def note(connection: Connection, progresses: Sequence[Progress]) -> None:
    """Write down who has read all of these conversations. A later passage that supersedes nothing leaves what an older
    version said, which then stays the one to be superseded."""
    newest = _read_by([p for p in progresses if p.run.pass_ == 1 or p.run.supersedes])
    if newest:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        adding = insert(reading)
        statement = adding.on_conflict_do_update(index_elements=_KEY, set_={"version": adding.excluded.version})
        await connection.execute(statement, newest)
    await insert_new(connection, reading, _read_by([p for p in progresses if p.run.pass_ > 1 and not p.run.supersedes]))


def _read_by(progresses: Sequence[Progress]) -> list[dict[str, Any]]:
    """In one order, so that two who write the same never wait for each other."""
    read = {(p.run.conversation_id, p.run.chain, by.name): by.version for p in progresses for by in p.covers}
    return [dict(zip(_KEY, place, strict=True)) | {"version": version} for place, version in sorted(read.items())]
