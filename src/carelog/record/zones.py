"""The zones of subjects, as the record has them."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from carelog.db import Connection, among_given, given_ids
from carelog.record.tables import subject


async def zones_of(connection: Connection, subjects: Collection[UUID]) -> Mapping[UUID, str | None]:
    """The zone of each subject that there is, None where it is not known."""
    if not subjects:
        return {}
    dialect = connection.dialect.name
    rows = await connection.execute(_zones(dialect), given_ids(dialect, "ids", subjects))
    return {row.id: row.zone for row in rows}


@cache
def _zones(dialect: str) -> Select[Any]:
    return select(subject.c.id, subject.c.zone).where(among_given(dialect, subject.c.id, "ids"))
