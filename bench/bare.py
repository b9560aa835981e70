"""The bare loops that Carelog is measured against: the same database, the same documents, nothing else."""

from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, Uuid, bindparam, insert, select, update

from carelog.db import Database

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
