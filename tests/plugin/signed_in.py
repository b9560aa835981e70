"""Users who have signed in, without the way there: that is for the tests of signing in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, update

from carelog.app import Carelog
from carelog.identity import users
from carelog.identity.passwords import Cost
from carelog.identity.tables import session, user_account, user_identifier
from carelog.identity.users import NewUser, UserRole
from carelog.kit.ids import new_id

# A password that nobody knows, not even they.
CHEAP = Cost(passes=1, kib=8, lanes=1)


@dataclass(frozen=True)
class Someone:
    id: UUID
    email: str
    token: str


async def sign_in(
    carelog: Carelog, role: UserRole, *, owns: UUID | None = None, verified: bool = False, name: str = "Somebody"
) -> Someone:
    """A user of this role with an access token; whose record is the one of `owns`, where it is given."""
    email, now, session_id = f"{new_id().hex}@example.org", carelog.clock.now(), new_id()
    async with carelog.auth.write() as connection:
        user_id = await users.add(connection, NewUser(email, name, role, password_hash=CHEAP.nobodys), now)
        if owns:
            await connection.execute(update(user_account).where(user_account.c.id == user_id).values(subject_id=owns))
        if verified:
            shown = {"system": "mailto", "value": email, "user_id": user_id, "verified_at": now}
            await connection.execute(insert(user_identifier).values(shown))
        times = {"created_at": now, "used_at": now, "expires_at": now + timedelta(days=30)}
        await connection.execute(insert(session).values(id=session_id, user_id=user_id, origin="-", **times))
    return Someone(user_id, email, carelog.reception.tokens.access_token(user_id, session_id))
