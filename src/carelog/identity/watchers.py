"""Who looks after a record besides its subject: those to whom it was granted, or the clinicians who see all."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from carelog.db import Connection, among
from carelog.identity.policy import Reach
from carelog.identity.tables import record_grant, user_account
from carelog.identity.users import User, select_users, user_of


async def watchers_of(
    connection: Connection, subjects: Collection[UUID], now: datetime, *, clinicians_see: Reach
) -> Mapping[UUID, Sequence[User]]:
    """By subject, the active users to whom the record is granted now. Where it is granted to no clinician and
    clinicians see every record, all clinicians too. The subject is not among them."""
    granted = await connection.execute(
        select(record_grant.c.subject_id, record_grant.c.user_id).where(
            among(connection, record_grant.c.subject_id, subjects),
            record_grant.c.user_id.is_not(None),
            record_grant.c.revoked_at.is_(None),
            or_(record_grant.c.expires_at.is_(None), record_grant.c.expires_at > now),
        )
    )
    pairs = {(row.subject_id, row.user_id) for row in granted}
    named = select_users().where(among(connection, user_account.c.id, {user for _, user in pairs}))
    users = {user.id: user for user in map(user_of, await connection.execute(named))} if pairs else {}
    found: dict[UUID, list[User]] = defaultdict(list)
    for subject, user_id in sorted(pairs):
        user = users.get(user_id)
        if user is not None and user.state == "active" and user.subject_id != subject:
            found[subject].append(user)
    left = [s for s in subjects if not any(user.role == "clinician" for user in found[s])]
    if left and clinicians_see == "all":
        rows = await connection.execute(select_users().where(user_account.c.role == "clinician"))
        everyone = [user for user in map(user_of, rows) if user.state == "active"]
        for subject in left:
            found[subject] += everyone
    return found
