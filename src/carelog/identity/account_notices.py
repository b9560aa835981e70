"""E-mails to users about changes of how they sign in, in case it was not them.

A notice is written in the transaction of the change, in the sign-in data, and handed over to the outbox, which is in
the other database, once that is committed. If the process is killed in between, the next start, or the next notice,
hands it over.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from sqlalchemy import delete, insert, select

from carelog.db import Connection, Database, is_outage
from carelog.identity.guard import NOTICES_TO_TARGET, Guard
from carelog.identity.notices import Notice, Notices
from carelog.identity.refusals import TooOften
from carelog.identity.tables import account_notice
from carelog.identity.users import User, email_key
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id

log = logging.getLogger(__name__)

Kind: TypeAlias = Literal["password", "email", "phone", "factor_added", "factor_removed", "recovery_code"]

CHANGES: Final[Mapping[Kind, str]] = {
    "password": "The password of your Carelog account was changed",
    "email": "Your Carelog account has another e-mail address from now on: it was changed",
    "phone": "The phone number of your Carelog account was changed",
    "factor_added": "A second factor was set up for your Carelog account",
    "factor_removed": "The second factor of your Carelog account was taken away",
    "recovery_code": "Somebody signed in to your Carelog account with a recovery code",
}

_SUBJECT: Final = "Your Carelog account was changed"
_IF_NOT_YOU: Final = (
    "If that was you, there is nothing to do. If it was not, set a new password at once, with a code by e-mail if you "
    "cannot sign in, and tell whoever runs Carelog for you."
)
_GOOD_FOR: Final = timedelta(days=3)


class AccountNotices:
    """Tells users of changes, if e-mail can be sent."""

    def __init__(self, database: Database, clock: Clock, notices: Notices, guard: Guard) -> None:
        self._database = database
        self._clock = clock
        self._notices = notices
        self._guard = guard

    async def note(self, connection: Connection, user: User, kind: Kind) -> None:
        """Write a notice, within the caller's transaction; `hand_over` is to follow. It goes to the address that the
        user had before, even if that changes often; twenty a day at most."""
        if not self._notices.delivers("email"):
            return
        now = self._clock.now()
        try:
            await self._guard.count(connection, NOTICES_TO_TARGET, email_key(user.email), now)
        except TooOften:
            return
        await connection.execute(
            insert(account_notice).values(id=new_id(), user_id=user.id, email=user.email, kind=kind, at=now)
        )

    async def hand_over(self) -> None:
        """Put what was noted into the outbox, each once, however often this is called. If the outbox cannot be reached,
        it waits for the next call."""
        try:
            for row in await self._database.rows(select(account_notice).order_by(account_notice.c.id)):
                if self._notices.delivers("email") and self._clock.now() < row.at + _GOOD_FOR:
                    # Written by a newer version, for which there is no text here.
                    text = f"{CHANGES.get(row.kind, _SUBJECT)} on {_told(row.at)}. {_IF_NOT_YOU}"
                    await self._notices.send(Notice("email", row.email, _SUBJECT, text, key=row.id, good_for=_GOOD_FOR))
                async with self._database.write() as connection:
                    await connection.execute(delete(account_notice).where(account_notice.c.id == row.id))
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("notices about accounts wait", extra={"error": type(error).__name__})


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d} at {moment:%H:%M} UTC"
