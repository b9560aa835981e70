"""Reading deliveries, and deciding what becomes of those that could not be sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, true

from carelog.db import Database
from carelog.delivery import delivery as deliveries
from carelog.delivery import outbox
from carelog.delivery.delivery import Channel, Delivery, DeliveryState
from carelog.delivery.outbox import DEAD, delivery_of, select_deliveries
from carelog.delivery.tables import delivery as table
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page

_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Which deliveries. All that is given must hold."""

    channel: Channel | None = None
    states: tuple[DeliveryState, ...] = ()


class DeliveryStore:
    """Shows and changes deliveries, each only for a principal who may see its subject; those of no subject, which carry
    codes to users, for one who may see them all. Many are changed in batches of `at_once`."""

    def __init__(self, database: Database, clock: Clock, wake: Callable[[], None], *, at_once: int = 1000) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake
        self._at_once = at_once

    async def page(
        self,
        principal: Principal,
        query: DeliveryQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Delivery]:
        """Deliveries, the last to be queued first."""
        query = query or DeliveryQuery()
        statement = select_deliveries(_seen(principal), *_conditions(query)).order_by(table.c.id.desc())
        if cursor:
            statement = statement.where(table.c.id < cursor.id)
        found = [delivery_of(row) for row in await self._database.rows(statement.limit(limit + 1))]
        page = Page.cut(found, limit, lambda d: Cursor(d.created_at, d.id))
        for owner in {d.subject_id for d in page.items if d.subject_id}:
            principal.looks.note("read", "delivery", owner)
        return page

    async def get(self, principal: Principal, id_: UUID) -> Delivery:
        """Raises NotFound, also for one that is not theirs to see."""
        rows = await self._database.rows(select_deliveries(_seen(principal), table.c.id == id_))
        if not rows:
            raise NotFound("no such delivery")
        found = delivery_of(rows[0])
        if found.subject_id:
            principal.looks.note("read", "delivery", found.subject_id)
        return found

    async def drive(self, principal: Principal, id_: UUID) -> Delivery:
        """Queue a dead one again. Raises NotFound, Forbidden, and Conflict for one that is not dead."""
        return await self._change(principal, id_, deliveries.drive_again)

    async def discard(self, principal: Principal, id_: UUID) -> Delivery:
        """Give up one that is dead, or queued still. Raises as `drive` does."""
        return await self._change(principal, id_, deliveries.discard)

    async def drive_all(self, principal: Principal, channel: Channel | None = None) -> int:
        """Queue all dead ones again that this principal may change; returns how many there were."""
        return await self._change_all(principal, channel, deliveries.drive_again)

    async def discard_all(self, principal: Principal, channel: Channel | None = None) -> int:
        """Give all dead ones up that this principal may change; returns how many there were."""
        return await self._change_all(principal, channel, deliveries.discard)

    async def _change(
        self, principal: Principal, id_: UUID, change: Callable[[Delivery, datetime], Delivery]
    ) -> Delivery:
        async with self._database.write() as connection:
            chosen = select_deliveries(_seen(principal), table.c.id == id_).with_for_update()
            row = (await connection.execute(chosen)).one_or_none()
            if row is None:
                raise NotFound("no such delivery")
            old = delivery_of(row)
            if old.subject_id:
                principal.require_change(old.subject_id)
                principal.looks.note("change", "delivery", old.subject_id)
            new = change(old, self._clock.now())
            await outbox.settle(connection, [new], before=old.state)
        self._wake()
        return new

    async def _change_all(
        self, principal: Principal, channel: Channel | None, change: Callable[[Delivery, datetime], Delivery]
    ) -> int:
        count, last = 0, _FIRST
        changeable = table.c.subject_id.not_in(sorted(principal.read_only)) if principal.read_only else true()
        conditions = (_seen(principal), changeable, DEAD, *_conditions(DeliveryQuery(channel)))
        while True:
            async with self._database.write() as connection:
                chosen = select_deliveries(*conditions, table.c.id > last).order_by(table.c.id).limit(self._at_once)
                rows = await connection.execute(chosen.with_for_update(skip_locked=True))
                found = [delivery_of(row) for row in rows]
                changed = [change(one, self._clock.now()) for one in found]
                await outbox.settle(connection, changed, before=DeliveryState.DEAD)
            for owner in {one.subject_id for one in found if one.subject_id}:
                principal.looks.note("change", "delivery", owner)
            count += len(found)
            if len(found) < self._at_once:
                self._wake()
                return count
            last = found[-1].id


def _seen(principal: Principal) -> ColumnElement[bool]:
    return principal.sees(table.c.subject_id)


def _conditions(query: DeliveryQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.channel is not None:
        conditions.append(table.c.channel == query.channel)
    if query.states:
        conditions.append(table.c.state.in_(query.states))
    return conditions
