"""What a worker with nothing to do has to wait for, told by a few looks at the ledger's indexes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from carelog.db import Connection
from carelog.pipeline.ledger import QUEUED, RUNNING
from carelog.pipeline.run import Lane
from carelog.pipeline.tables import run as table


@dataclass(frozen=True, slots=True)
class Upcoming:
    """When the first queued run is or was due, and when the first lease ends or ended."""

    due_at: datetime | None = None
    lease_until: datetime | None = None

    def now(self, now: datetime) -> bool:
        """Whether it is worth looking into the ledger."""
        return any(moment is not None and moment <= now for moment in (self.due_at, self.lease_until))

    def within(self, longest: timedelta, now: datetime) -> timedelta:
        """How long to wait, and no longer than `longest`. What lies in the past was just looked at, and could not be
        had: it waits for another worker.

        >>> from datetime import UTC
        >>> nine = datetime(2026, 1, 5, 9, tzinfo=UTC)
        >>> upcoming = Upcoming(due_at=nine + timedelta(seconds=2), lease_until=nine - timedelta(seconds=1))
        >>> upcoming.within(timedelta(seconds=60), nine)
        datetime.timedelta(seconds=2)
        """
        ahead = [moment - now for moment in (self.due_at, self.lease_until) if moment is not None and moment > now]
        return min([longest, *ahead])


_FIRST_DUE = [
    select(table.c.due_at).where(QUEUED, table.c.lane == lane).order_by(table.c.due_at).limit(1).scalar_subquery()
    for lane in Lane
]
_FIRST_LEASE = select(table.c.lease_until).where(RUNNING).order_by(table.c.lease_until).limit(1).scalar_subquery()
_LOOK = select(*_FIRST_DUE, _FIRST_LEASE)


async def upcoming(connection: Connection) -> Upcoming:
    """What is ahead, as the ledger stands."""
    *due, lease_until = (await connection.execute(_LOOK)).one()
    return Upcoming(min((moment for moment in due if moment is not None), default=None), lease_until)
