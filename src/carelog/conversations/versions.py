"""Versions of a conversation: the draft has a changed vCon name the one before it, by a uuid of its own (section 4.1).

A prior version counts only where it is of the same record: who names somebody else's conversation changes nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, or_, select, tuple_, update

from carelog.conversations.conversation import Conversation
from carelog.conversations.tables import conversation
from carelog.db import Connection, among


@dataclass(frozen=True, slots=True)
class Versions:
    """Of some conversations: which are `overtaken` by an amended version; which are `redactions` of a whole one that is
    here; and the prior version that each of the others is `instead_of`."""

    overtaken: frozenset[UUID]
    redactions: frozenset[UUID]
    instead_of: Mapping[UUID, UUID]


async def versions_of(connection: Connection, conversations: Mapping[UUID, Conversation]) -> Versions:
    """By the id that each is stored under."""
    amending = {id_: prior for id_, one in conversations.items() if (prior := one.amends)}
    redacting = {id_: whole for id_, one in conversations.items() if (whole := one.redacts)}
    owners = await _owners(connection, {*amending, *amending.values(), *redacting, *redacting.values()})

    def of_one_record(one: UUID, another: UUID) -> bool:
        return one != another and another in owners and owners[one] == owners[another]

    overtaken = await _overtaken(connection, conversations.keys())
    return Versions(
        frozenset(overtaken),
        frozenset(id_ for id_, whole in redacting.items() if of_one_record(id_, whole)),
        {id_: prior for id_, prior in amending.items() if of_one_record(id_, prior) and id_ not in overtaken},
    )


async def close_ranks(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Before versions are deleted: what amends one of them amends the one before it from now on. Returns the versions
    which that leaves as the newest, with whose they are: what they say is what was said again."""
    stored = conversation.c
    rows = await connection.execute(select(stored.id, stored.amends).where(among(connection, stored.id, ids)))
    going = {row.id: row.amends for row in rows}
    if not any(going.values()):
        return {}
    rows = await connection.execute(
        select(stored.id, stored.amends).where(among(connection, stored.amends, ids), stored.id.not_in(going))
    )
    moved = [{"_id": row.id, "_amends": _before(row.amends, going)} for row in rows]
    if moved:
        write = update(conversation).where(stored.id == bindparam("_id")).values(amends=bindparam("_amends"))
        await connection.execute(write, moved)
    earlier, gone = conversation.alias("earlier"), conversation.alias("gone")
    before = {prior for id_ in going if (prior := _before(id_, going))}
    theirs = (
        select(earlier.c.id, earlier.c.subject_id)
        .join(gone, gone.c.subject_id == earlier.c.subject_id)
        .where(among(connection, earlier.c.id, before), among(connection, gone.c.id, ids))
    )
    owners = {row.id: row.subject_id for row in await connection.execute(theirs)}
    still = await _overtaken(connection, owners, but_by=going)
    return {id_: owner for id_, owner in owners.items() if id_ not in still}


def _before(id_: UUID, going: Mapping[UUID, UUID | None]) -> UUID | None:
    """The nearest version before this one that is not going."""
    passed, prior = {id_}, going[id_]
    while prior is not None and prior in going and prior not in passed:
        passed.add(prior)
        prior = going[prior]
    return None if prior in passed else prior


async def _overtaken(connection: Connection, ids: Collection[UUID], *, but_by: Collection[UUID] = ()) -> set[UUID]:
    """Which of these were amended. Of two that say so of each other, the first to come."""
    later, earlier = conversation.alias("later"), conversation.alias("earlier")
    one_way = or_(
        earlier.c.amends.is_(None),
        earlier.c.amends != later.c.id,
        tuple_(earlier.c.recorded_at, earlier.c.id) < tuple_(later.c.recorded_at, later.c.id),
    )
    statement = (
        select(earlier.c.id)
        .join(later, (later.c.amends == earlier.c.id) & (later.c.subject_id == earlier.c.subject_id))
        .where(among(connection, later.c.amends, ids), later.c.id != earlier.c.id, one_way)
    )
    if but_by:
        statement = statement.where(later.c.id.not_in(but_by))
    return set((await connection.execute(statement)).scalars())


async def _owners(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    if not ids:
        return {}
    rows = await connection.execute(
        select(conversation.c.id, conversation.c.subject_id).where(among(connection, conversation.c.id, ids))
    )
    return {row.id: row.subject_id for row in rows}
