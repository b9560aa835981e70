"""The bare loops that Carelog is measured against: the same database, the same documents, nothing else."""

from collections import defaultdict
from time import perf_counter
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, Uuid, bindparam, insert, select, text, update

from carelog.conversations.tables import conversation, conversation_party, conversation_text
from carelog.db import Database, insert_all
from carelog.pipeline.tables import run
from carelog.record.tables import subject, subject_identifier

_metadata = MetaData()
_job = Table(
    "bare_job",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("document", Text, nullable=False),
)
_document = Table(
    "bare_document", _metadata, Column("id", Uuid, primary_key=True), Column("document", Text, nullable=False)
)
_AT_ONCE = 50


async def inserts(database: Database, documents: list[str]) -> float:
    """Documents a second, inserted in batches with a commit each."""
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
    began = perf_counter()
    for at in range(0, len(documents), _AT_ONCE):
        rows = [
            {"id": at + n, "state": "queued", "document": text} for n, text in enumerate(documents[at : at + _AT_ONCE])
        ]
        async with database.write() as connection:
            await connection.execute(insert(_job), rows)
    return len(documents) / (perf_counter() - began)


async def same_rows(written: Database, anew: Database) -> float:
    """Conversations a second: all that was written to take them in (documents, what they are found by, whose they are,
    runs), inserted again into an empty database, in batches with a commit each."""
    count, batches = await _written(written)
    began = perf_counter()
    for batch in batches:
        async with anew.write() as connection:
            for table, rows in batch.items():
                await insert_all(connection, table, rows)
            if anew.dialect == "sqlite":
                texts = [row["seq"] for row in batch[conversation_text]]
                await connection.execute(_INDEX, {"first": min(texts), "last": max(texts)})
    return count / (perf_counter() - began)


_INDEX: Final = text(
    "INSERT INTO conversation_words (rowid, content)"
    " SELECT seq, content FROM conversation_text WHERE seq BETWEEN :first AND :last"
)


async def _written(database: Database) -> tuple[int, list[dict[Table, list[dict[str, Any]]]]]:
    """How many conversations there are, and all rows that belong to them, by batches and tables."""
    rows: dict[Table, dict[Any, list[dict[str, Any]]]] = {}
    async with database.read() as connection:
        for table, of in _OF_A_CONVERSATION.items():
            rows[table] = defaultdict(list)
            for row in (await connection.execute(select(table))).mappings():
                rows[table][row[of]].append(dict(row))
    stored = [row for [row] in rows[conversation].values()]
    batches = []
    for at in range(0, len(stored), _AT_ONCE):
        batch: dict[Table, list[dict[str, Any]]] = {}
        for table, of in _OF_A_CONVERSATION.items():
            names = [
                one["id" if of == "conversation_id" or table is conversation else "subject_id"]
                for one in stored[at : at + _AT_ONCE]
            ]
            # Taken out: a subject is written with the first conversation that is theirs.
            batch[table] = [row for name in names for row in rows[table].pop(name, [])]
        batches.append(batch)
    return len(stored), batches


# Each with the column that says of which conversation a row is, or of which subject.
_OF_A_CONVERSATION: Final = {
    subject: "id",
    subject_identifier: "subject_id",
    conversation: "id",
    conversation_party: "conversation_id",
    conversation_text: "conversation_id",
    run: "conversation_id",
}


async def documents(database: Database, count: int) -> float:
    """Jobs a second: claimed in batches, their documents read and written back, finished with a commit a batch."""
    began = perf_counter()
    finish = update(_job).where(_job.c.id == bindparam("_id")).values(state="done", document=bindparam("_document"))
    done = 0
    while done < count:
        async with database.write() as connection:
            queued = select(_job.c.id).where(_job.c.state == "queued").limit(_AT_ONCE)
            claimed = update(_job).where(_job.c.id.in_(queued.scalar_subquery())).values(state="running")
            ids = (await connection.execute(claimed.returning(_job.c.id))).scalars().all()
        async with database.write() as connection:
            rows = (await connection.execute(select(_job.c.id, _job.c.document).where(_job.c.id.in_(ids)))).all()
            await connection.execute(finish, [{"_id": id_, "_document": text + " "} for id_, text in rows])
        done += len(ids)
    return count / (perf_counter() - began)


async def reads(database: Database, texts: list[str]) -> float:
    """Milliseconds that it takes to read one document by its id, in the middle of many reads."""
    given = {uuid4(): text for text in texts}
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
        await connection.execute(insert(_document), [{"id": id_, "document": text} for id_, text in given.items()])
    took = sorted([await _read(database, id_) for id_ in given])
    return took[len(took) // 2]


async def _read(database: Database, id_: UUID) -> float:
    began = perf_counter()
    async with database.read() as connection:
        (await connection.execute(select(_document.c.document).where(_document.c.id == id_))).one()
    return (perf_counter() - began) * 1000
