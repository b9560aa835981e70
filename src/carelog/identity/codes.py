"""Codes of six digits that are sent to an address, to see that whoever asks can read what comes there."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import delete, insert, literal, select, update

from carelog.db import Connection
from carelog.identity.secret_key import SecretKey
from carelog.identity.tables import sent_code, user_account
from carelog.kit.ids import new_id

Purpose: TypeAlias = Literal["email", "phone", "password", "move"]
LIFETIME: Final = timedelta(minutes=10)
TRIES: Final = 5


class Codes:
    """Works within the caller's transaction. Commit it also when a code was wrong, since that counts as a try."""

    def __init__(self, secret_key: SecretKey) -> None:
        self._secret_key = secret_key

    async def make(
        self, connection: Connection, user_id: UUID | None, purpose: Purpose, target: str, now: datetime
    ) -> str:
        """A new code, which replaces the one before. For an unknown user the same work is done, and the code opens
        nothing."""
        user_id = user_id or new_id()
        code = new_code()
        mine = (sent_code.c.user_id == user_id, sent_code.c.purpose == purpose)
        await connection.execute(delete(sent_code).where(*mine))
        await connection.execute(delete(sent_code).where(sent_code.c.expires_at <= now))
        columns = sent_code.c
        values = {
            columns.purpose: purpose,
            columns.target: target,
            columns.code_hash: self._hashes(user_id, purpose, code)[0],
            columns.tries: 0,
            columns.expires_at: now + LIFETIME,
        }
        row = select(user_account.c.id, *(literal(value, column.type) for column, value in values.items()))
        await connection.execute(
            insert(sent_code).from_select([columns.user_id, *values], row.where(user_account.c.id == user_id))
        )
        return code

    async def take(
        self, connection: Connection, user_id: UUID | None, purpose: Purpose, code: str, now: datetime
    ) -> str | None:
        """The address that this code was sent to; the code is then used up. None for a code that is wrong, expired or
        used, after five tries, and for an unknown user, for whom the same work is done."""
        user_id = user_id or new_id()
        mine = (sent_code.c.user_id == user_id, sent_code.c.purpose == purpose)
        # Counted before it is compared, so that simultaneous tries do not get around the limit.
        counted = await connection.execute(
            update(sent_code)
            .where(*mine, sent_code.c.tries < TRIES, sent_code.c.expires_at > now)
            .values(tries=sent_code.c.tries + 1)
        )
        if not counted.rowcount:
            return None
        row = (await connection.execute(select(sent_code.c.code_hash, sent_code.c.target).where(*mine))).one()
        if not is_among(row.code_hash, self._hashes(user_id, purpose, code)):
            return None
        await connection.execute(delete(sent_code).where(*mine))
        target: str = row.target
        return target

    def _hashes(self, user_id: UUID, purpose: Purpose, code: str) -> list[str]:
        return code_hashes(self._secret_key, f"{user_id}:{purpose}", code)


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def code_hashes(secret_key: SecretKey, place: str, code: str) -> list[str]:
    """The digest that is stored of a code, and its digests by earlier secret keys. They are keyed, since there are only
    a million codes."""
    text = f"{place}:{code.strip()}".encode()
    return [hmac.new(key, text, hashlib.sha256).hexdigest() for key in secret_key.subkeys("codes")]


def is_among(known: str, hashes: Sequence[str]) -> bool:
    """Whether one of them is the known one, in constant time."""
    return sum(hmac.compare_digest(known, one) for one in hashes) > 0
