"""The keys that answers are named and sealed with.

They are made of the secret key and of a salt in the database. A new salt makes all that was remembered under another
unreachable in every process, and what lies in Redis unreadable for good: that is how answers are forgotten.
"""

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, Self
from uuid import UUID

from sqlalchemy import select, update

from carelog.ai.tables import ai_answer_salt
from carelog.db import Connection, Database, insert_new, is_outage

_BYTES: Final = 32
_SALT: Final = select(ai_answer_salt.c.salt)


@dataclass(frozen=True, slots=True)
class AnswerKeys:
    """32 bytes each."""

    name: bytes
    seal: bytes

    @classmethod
    def of(cls, secret: bytes, salt: bytes) -> Self:
        return cls(hmac.digest(secret, b"name" + salt, "sha256"), hmac.digest(secret, b"seal" + salt, "sha256"))


class AnswerKeyring(Protocol):
    async def current(self) -> AnswerKeys | None:
        """None while they are not to be had."""


class ProcessKeyring:
    """Keys of one process, as long as it lives."""

    def __init__(self) -> None:
        self._keys = AnswerKeys.of(os.urandom(_BYTES), b"")

    async def current(self) -> AnswerKeys | None:
        return self._keys


class SharedKeyring:
    """Keys of all processes on the database; `secret` gives 32 bytes."""

    def __init__(self, database: Database, secret: Callable[[], bytes]) -> None:
        self._database = database
        self._secret = secret

    async def current(self) -> AnswerKeys | None:
        try:
            rows = await self._database.rows(_SALT)
            if not rows:
                async with self._database.write() as connection:
                    await insert_new(connection, ai_answer_salt, [{"id": 1, "salt": os.urandom(_BYTES)}])
                rows = await self._database.rows(_SALT)
        except Exception as error:
            if not is_outage(error):
                raise
            return None
        return AnswerKeys.of(self._secret(), rows[0].salt)


async def forget_answers(connection: Connection, _subject: UUID, _now: datetime) -> int:
    """The eraser of remembered answers. Their names do not tell whose they are, so all are forgotten, and asked for
    again."""
    await connection.execute(update(ai_answer_salt).values(salt=os.urandom(_BYTES)))
    return 0
