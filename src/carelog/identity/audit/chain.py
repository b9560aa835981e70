"""The chain: each row carries a code over itself and the code of the row before, made with a secret key.

Somebody who has the database but not the key can neither change, remove nor insert a row without a later check finding
it. Personal details are not in the row; it holds commitments to them, each a digest of the details and a random salt.
Once details and salt are deleted, nothing is left to guess the details by, and the chain is unchanged.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from carelog.identity.audit.event import Noted
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the number of its last row, counted from 1, and that row's code in hexadecimal.

    >>> Head.parse("3:" + "ab" * 32).seq
    3
    """

    seq: int
    mac: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.mac}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Raises InvalidInput for what `str` of a head did not make."""
        seq, _, mac = text.strip().partition(":")
        if not (seq.isascii() and seq.isdecimal() and len(seq) < 19 and len(mac) == 64 and set(mac) <= _HEXADECIMAL):
            raise InvalidInput("a head is a number, a colon and 64 hexadecimal digits, as `carelog audit head` prints")
        return cls(int(seq), mac)


_SALTS_BYTES: Final = 32  # of a row: one half for who did it, one for what it was done to
_HEXADECIMAL: Final = frozenset("0123456789abcdef")

START: Final = Head(0, "0" * 64)
"""Of a chain without rows."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it."""

    salt: str
    principal: str | None
    address: str | None

    def commitment(self) -> str:
        return _digest([self.salt, self.principal, self.address])


@dataclass(frozen=True, slots=True)
class Object:
    """What it was done to."""

    salt: str
    subject: UUID | None
    target: str | None

    def commitment(self) -> str:
        return _digest([self.salt, None if self.subject is None else str(self.subject), self.target])


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the chain; `actor` and `object` are commitments. Only a row that counts more than one event has
    `times`."""

    seq: int
    at: datetime
    action: str
    outcome: str
    role: str | None
    operation: str | None
    request_id: str | None
    actor: str
    object: str | None
    covers: str | None
    id: UUID | None = None
    times: int | None = None
    mac: str = ""

    def code(self, key: bytes, before: str) -> str:
        """The code of this row when it follows one whose code is `before`."""
        said = (self.action, self.outcome, self.role, self.operation, self.request_id)
        whole = [before, self.seq, self.at.isoformat(), *said, self.actor, self.object, self.covers]
        if self.id or self.times:
            whole += [self.id.hex if self.id else None, self.times]
        return hmac.digest(key, jsontext.canonical(whole), "sha256").hex()


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """A row with the details beside it."""

    row: Row
    actor: Actor
    object: Object | None


def new_salts(count: int) -> list[str]:
    """Salts for so many rows, in hexadecimal. They are drawn together, since asking the system takes longer than making
    a row."""
    drawn = secrets.token_hex(_SALTS_BYTES * count)
    return [drawn[at : at + 2 * _SALTS_BYTES] for at in range(0, len(drawn), 2 * _SALTS_BYTES)]


def link(key: bytes, head: Head, noted: Noted, salts: str, covers: str | None = None) -> ChainedEvent:
    """The event as the row that follows `head`, with one of `new_salts`."""
    event = noted.event
    actor = Actor(salts[:_SALTS_BYTES], event.principal, event.address)
    named = event.subject is not None or event.target is not None
    object_ = Object(salts[_SALTS_BYTES:], event.subject, event.target) if named else None
    fields = {
        "seq": head.seq + 1,
        "at": noted.at,
        "action": event.action,
        "outcome": event.outcome,
        "role": event.role,
        "operation": event.operation,
        "request_id": event.request_id,
        "actor": actor.commitment(),
        "object": object_.commitment() if object_ else None,
        "covers": covers,
        "id": noted.id,
        "times": event.times if event.times > 1 else None,
    }
    bare = Row(**fields)  # type: ignore[arg-type]
    return ChainedEvent(Row(**fields, mac=bare.code(key, head.mac)), actor, object_)  # type: ignore[arg-type]


def _digest(values: list[str | None]) -> str:
    return hashlib.sha256(jsontext.canonical(values)).hexdigest()


class Coverage:
    """The digest of which details an erasure deleted. They are added one by one, in the order of their rows."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, seq: int, *, actor: bool) -> None:
        self._digest.update(f"{seq} {'actor' if actor else 'object'}\n".encode())

    def __str__(self) -> str:
        return self._digest.hexdigest()
