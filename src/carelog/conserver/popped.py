"""What was popped from other servers' egress lists, and is not here yet: a list forgets what it gives out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from carelog.db import Connection, among
from carelog.kit.ids import new_id
from carelog.pipeline.tables import followed as table

_LONGEST: Final = timedelta(hours=1)
_ID_CHARACTERS: Final = 255


@dataclass(frozen=True, slots=True)
class Popped:
    """One id, as the other server wrote it."""

    id: UUID
    vcon: str
    tries: int


async def keep(connection: Connection, follower: str, vcons: Sequence[str], now: datetime) -> None:
    """Write down what was popped. What is there already, waiting or given up, is to be fetched again."""
    rows = [
        {
            "id": new_id(),
            "follower": follower,
            "vcon": vcon,
            "state": "waiting",
            "tries": 0,
            "due_at": now,
            "popped_at": now,
        }
        for vcon in dict.fromkeys(vcon[:_ID_CHARACTERS].replace("\x00", " ") for vcon in vcons)
    ]
    if rows:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        again = {"state": "waiting", "tries": 0, "due_at": now, "error": None}
        statement = insert(table).on_conflict_do_update(index_elements=["follower", "vcon"], set_=again)
        await connection.execute(statement, rows)


async def due(connection: Connection, follower: str, now: datetime, limit: int) -> list[Popped]:
    """What is to be fetched now, the first to be due first."""
    statement = (
        select(table.c.id, table.c.vcon, table.c.tries)
        .where(table.c.follower == follower, table.c.state == "waiting", table.c.due_at <= now)
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
    )
    return [Popped(*row) for row in await connection.execute(statement)]


async def forget(connection: Connection, ids: Sequence[UUID]) -> None:
    """These are here now."""
    if ids:
        await connection.execute(delete(table).where(among(connection, table.c.id, ids)))


async def waiting(connection: Connection, follower: str) -> int:
    """How many are to be fetched, now or later."""
    counting = select(func.count()).select_from(table).where(table.c.follower == follower, table.c.state == "waiting")
    count: int = (await connection.execute(counting)).scalar_one()
    return count


async def postpone(connection: Connection, one: Popped, reason: str, now: datetime, *, most: int | None) -> None:
    """This could not be had: it is to be tried again after a growing pause, and after so many tries given up. It is
    never dropped."""
    tries = one.tries + 1
    await connection.execute(
        update(table)
        .where(table.c.id == one.id)
        .values(
            tries=min(tries, 32_000),
            state="waiting" if most is None or tries < most else "dead",
            due_at=now + pause(tries),
            error={"message": reason},
        )
    )


def pause(tries: int) -> timedelta:
    """How long to wait after so many failures: 1, 2, 4 ... seconds, an hour at the most.

    >>> [pause(tries).total_seconds() for tries in (1, 2, 3, 30)]
    [1.0, 2.0, 4.0, 3600.0]
    """
    return min(timedelta(seconds=2 ** min(tries - 1, 20)), _LONGEST)
