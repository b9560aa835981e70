"""The bare loops that Carelog is measured against: the same database, the same documents, nothing else."""

from time import perf_counter

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, bindparam, insert, select, update

from carelog.db import Database

_metadata = MetaData()
_job = Table(
    "bare_job",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("document", Text, nullable=False),
)


async def bare_inserts(database: Database, documents: list[str], at_once: int) -> float:
    """Documents a second, inserted in batches with a commit each."""
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
    began = perf_counter()
    for at in range(0, len(documents), at_once):
        rows = [
            {"id": at + n, "state": "queued", "document": text} for n, text in enumerate(documents[at : at + at_once])
        ]
        async with database.write() as connection:
            await connection.execute(insert(_job), rows)
    return len(documents) / (perf_counter() - began)


async def bare_documents(database: Database, count: int, at_once: int) -> float:
    """Jobs a second: claimed in batches, their documents read and written back, finished with a commit a batch."""
    began = perf_counter()
    finish = update(_job).where(_job.c.id == bindparam("_id")).values(state="done", document=bindparam("_document"))
    done = 0
    while done < count:
        async with database.write() as connection:
            queued = select(_job.c.id).where(_job.c.state == "queued").limit(at_once)
            claimed = update(_job).where(_job.c.id.in_(queued.scalar_subquery())).values(state="running")
            ids = (await connection.execute(claimed.returning(_job.c.id))).scalars().all()
        async with database.write() as connection:
            rows = (await connection.execute(select(_job.c.id, _job.c.document).where(_job.c.id.in_(ids)))).all()
            await connection.execute(finish, [{"_id": id_, "_document": text + " "} for id_, text in rows])
        done += len(ids)
    return count / (perf_counter() - began)
