"""Configurations that were posted. The newest is in force in every process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from carelog.db import Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id
from carelog.pipeline.tables import configuration as table


@dataclass(frozen=True, slots=True)
class Posted:
    """One that was posted, as it was written."""

    id: UUID
    content: Mapping[str, Any] = field(repr=False)


class PostedConfigurations:
    """Keeps what is posted: as it was written, secrets included, since every process has to come by them here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def newest_id(self) -> UUID | None:
        """What one looks at now and then, to see whether another was posted."""
        async with self._database.read() as connection:
            newest: UUID | None = (
                await connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1))
            ).scalar()
        return newest

    async def newest(self) -> Posted | None:
        async with self._database.read() as connection:
            statement = select(table.c.id, table.c.content).order_by(table.c.id.desc()).limit(1)
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else Posted(row.id, row.content)

    async def add(self, principal: Principal, content: Mapping[str, Any]) -> Posted:
        """Raises Forbidden for a principal without the scope."""
        principal.require("config:write")
        posted = Posted(new_id(), dict(content))
        async with self._database.write() as connection:
            await connection.execute(
                insert(table).values(
                    id=posted.id, content=dict(content), posted_by=principal.id, posted_at=self._clock.now()
                )
            )
        return posted

    async def clear(self, principal: Principal) -> int:
        """Let the configuration of the files be in force again. Returns how many posted ones there were."""
        principal.require("config:write")
        async with self._database.write() as connection:
            count = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            await connection.execute(delete(table))
        return count
