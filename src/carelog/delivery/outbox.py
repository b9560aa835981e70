"""The outbox (table `delivery`): what is to be sent, and what became of it. Functions work in the caller's transaction:
what is queued in it goes out if, and only if, it is committed."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, delete, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from carelog.db import Connection, among, insert_new
from carelog.delivery.delivery import Delivery, DeliveryState, Message, expired
from carelog.delivery.tables import delivery as table
from carelog.kit.ids import first_id_at, new_id

# In the statement itself, since a planner uses a partial index only for a condition that it sees.
QUEUED: Final = table.c.state == literal_column("'queued'")
DEAD: Final = table.c.state == literal_column("'dead'")

_FIELDS: Final = tuple(field.name for field in fields(Delivery))
_MOVING: Final = ("recipient", "title", "text", "state", "tries", "due_at", "error", "updated_at")
_LONGEST_TITLE: Final = 200


async def queue(connection: Connection, messages: Collection[Message], now: datetime) -> None:
    """Queue these messages, but for those whose key is known already; one that joins adds its text to the one that
    waits."""
    await insert_new(connection, table, [_row(message, now) for message in messages if not message.joins])
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    adding = insert(table)
    joining = adding.on_conflict_do_update(
        index_elements=[table.c.key],
        set_={"text": table.c.text + "\n" + adding.excluded.text, "updated_at": now},
        where=table.c.state == DeliveryState.QUEUED,
    ).returning(table.c.id)
    for message in messages:
        if message.joins and (await connection.execute(joining, _row(message, now))).first() is None:
            # The first one is gone already: this one follows it.
            alone = replace(message, key=f"{message.key}:{new_id()}", joins=False)
            await connection.execute(adding, _row(alone, now))


async def withdraw(connection: Connection, key: str) -> None:
    """Take the message of this key back, which nobody has tried to send yet."""
    await connection.execute(delete(table).where(table.c.key == key))


def _row(message: Message, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "channel": message.channel,
        "recipient": message.recipient,
        # On one line: it becomes a header.
        "title": " ".join(message.title.split())[:_LONGEST_TITLE] if message.title else None,
        "text": message.text,
        "subject_id": message.subject_id,
        "key": message.key,
        "state": DeliveryState.QUEUED,
        "tries": 0,
        "due_at": max(message.due_at or now, now),
        "expires_at": message.expires_at,
        "error": None,
        "created_at": now,
        "updated_at": now,
    }


async def any_due(connection: Connection, channel: str, now: datetime) -> bool:
    """Whether `due` would find anything."""
    first = _due(channel, now).with_only_columns(table.c.id).limit(1)
    return (await connection.execute(first)).first() is not None


async def due(connection: Connection, channel: str, now: datetime, limit: int) -> list[Delivery]:
    """The messages of a channel that have been due for longest. One that waits for its own retry holds up no other."""
    rows = await connection.execute(_due(channel, now).order_by(table.c.due_at, table.c.id).limit(limit))
    return [delivery_of(row) for row in rows]


async def let_go(connection: Connection, now: datetime, limit: int) -> int:
    """Discard dead ones that are of no use any more, such as codes; returns how many."""
    useless = select(table).where(DEAD, table.c.expires_at <= now).order_by(table.c.id).limit(limit)
    rows = await connection.execute(useless.with_for_update(skip_locked=True))
    found = [expired(delivery_of(row), now) for row in rows]
    await settle(connection, found, before=DeliveryState.DEAD)
    return len(found)


async def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Forget what was sent or discarded before a moment; returns how many. Ids tell when deliveries were made: only
    those that are old enough are looked at."""
    old = (
        select(table.c.id)
        .where(
            table.c.id < first_id_at(before),
            table.c.state.in_((DeliveryState.SENT, DeliveryState.DISCARDED)),
            table.c.updated_at < before,
        )
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list((await connection.execute(old)).scalars())
    await connection.execute(delete(table).where(among(connection, table.c.id, ids)))
    return len(ids)


async def settle(connection: Connection, changed: Sequence[Delivery], *, before: DeliveryState) -> set[UUID]:
    """Store what became of deliveries that were in this state, and return the ids of those that still were."""
    if not changed:
        return set()
    ids = [one.id for one in changed]
    found = select(table.c.id).where(among(connection, table.c.id, ids), table.c.state == before)
    there = set((await connection.execute(found.order_by(table.c.id).with_for_update())).scalars())
    rows = [{"key_": one.id} | {f"{n}_": getattr(one, n) for n in _MOVING} for one in changed if one.id in there]
    if rows:
        moving = update(table).where(table.c.id == bindparam("key_"))
        await connection.execute(moving.values({name: bindparam(f"{name}_") for name in _MOVING}), rows)
    return there


def select_deliveries(*conditions: Any) -> Select[Any]:
    """The statement that reads deliveries which meet all conditions on the table."""
    return select(table).where(and_(True, *conditions))


def delivery_of(row: Any) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in _FIELDS} | {"state": DeliveryState(row.state)})


def _due(channel: str, now: datetime) -> Select[Any]:
    return select(table).where(QUEUED, table.c.channel == channel, table.c.due_at <= now)
