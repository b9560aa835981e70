"""Where messages to subjects go."""

from collections.abc import Collection, Mapping
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import select

from carelog.db import Database, among
from carelog.delivery import Channel
from carelog.identity import users
from carelog.identity.tables import user_account
from carelog.record.tables import subject_identifier

_SYSTEMS: Final[dict[str, tuple[Channel, ...]]] = {"mailto": ("email",), "tel": ("sms", "whatsapp")}

Addresses: TypeAlias = Mapping[Channel, str]


async def addresses_of(auth: Database, health: Database, subjects: Collection[UUID]) -> dict[UUID, Addresses]:
    """The address of each subject by each channel by which they can be reached.

    Whoever signs in is written to where they have shown that they read it, and nowhere else. A subject whom nobody
    signs in for is written to where their conversations came from. A webhook is told whom a message is about.
    """
    async with auth.read() as connection:
        owned = users.select_users().where(among(connection, user_account.c.subject_id, subjects))
        owners = {user.subject_id: user for user in map(users.user_of, await connection.execute(owned))}
    found: dict[UUID, dict[Channel, str]] = {id_: {"webhook": f"subject:{id_}"} for id_ in subjects}
    others = [id_ for id_ in subjects if id_ not in owners]
    columns = subject_identifier.c
    async with health.read() as connection:
        known = select(columns.subject_id, columns.system, columns.value).where(
            among(connection, columns.subject_id, others), columns.system.in_(list(_SYSTEMS))
        )
        for row in await connection.execute(known.order_by(columns.system, columns.value.desc())):
            found[row.subject_id] |= dict.fromkeys(_SYSTEMS[row.system], row.value)
    for id_, user in owners.items():
        if id_ is None:
            continue
        if user.state != "active":
            found[id_] = {}
            continue
        if user.email_verified:
            found[id_] |= dict.fromkeys(_SYSTEMS["mailto"], user.email)
        if user.phone and user.phone_verified:
            found[id_] |= dict.fromkeys(_SYSTEMS["tel"], user.phone)
    return dict(found)
