"""Versions of a conversation: the draft has a changed vCon name the one before it, by a uuid of its own (section 4.1).

A prior version counts only where it is of the same record: who names somebody else's conversation changes nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

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

    later, earlier = conversation.alias("later"), conversation.alias("earlier")
    overtaking = (
        select(earlier.c.id)
        .join(later, (later.c.amends == earlier.c.id) & (later.c.subject_id == earlier.c.subject_id))
        .where(among(connection, later.c.amends, conversations.keys()), later.c.id != earlier.c.id)
    )
    return Versions(
        frozenset((await connection.execute(overtaking)).scalars()),
        frozenset(id_ for id_, whole in redacting.items() if of_one_record(id_, whole)),
        {id_: prior for id_, prior in amending.items() if of_one_record(id_, prior)},
    )


async def _owners(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    if not ids:
        return {}
    rows = await connection.execute(
        select(conversation.c.id, conversation.c.subject_id).where(among(connection, conversation.c.id, ids))
    )
    return {row.id: row.subject_id for row in rows}
