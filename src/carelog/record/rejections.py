"""Rejected values: telephone numbers and addresses that turned out wrong, remembered for that very value and that
record alone, and explained when they come again.

What is kept is a keyed digest: it tells that a value is the same, and nothing else of it.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column, ForeignKey, Index, String, Table, Uuid, delete, insert, select, update

from carelog.db import Connection, Database, UtcDateTime, among_texts, health_metadata
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.record.payload import Payload
from carelog.record.phones import digits, in_e164, is_dialable
from carelog.record.tables import subject
from carelog.record.values import HttpsUrl

Kind = Literal["phone", "url"]
Reported = Literal["unreachable", "wrong_person", "not_found", "other"]
Reason = Literal["invalid", "unreachable", "wrong_person", "not_found", "other"]

REASONS: Final[Mapping[Reason, str]] = {
    "invalid": "it is not valid",
    "unreachable": "nobody was reached there",
    "wrong_person": "it is somebody else's",
    "not_found": "there is nothing there",
    "other": "it was reported as wrong",
}

WATCHED: Final[Mapping[str, Mapping[str, Kind]]] = {
    "appointment": {"url": "url"},
    "emergency_contact": {"phone": "phone"},
    "meditation_session": {"audio_url": "url"},
}
"""By entry type: the fields whose values are remembered."""

# No constraint over the subject: two records that become one may both have rejected the value.
rejection = Table(
    "rejection",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("rejected_at", UtcDateTime, nullable=False),
    Column("rejected_by", String(80), nullable=False),
)
Index("ix_rejection_value", rejection.c.subject_id, rejection.c.digest)

_URL: Final = TypeAdapter[Any](HttpsUrl)


class ValueRejected(InvalidInput):
    """A value was reported as wrong before; `details["rejections"]` say which, when and why."""

    code = "value.rejected"


@dataclass(frozen=True, slots=True)
class Value:
    """A value that can be rejected, in the one form in which it is compared, and whether it is valid at all."""

    kind: Kind
    text: str
    valid: bool

    @classmethod
    def phone(cls, text: str, region: str | None = None) -> "Value":
        """A number is the same in E.164, however it is written."""
        return cls("phone", in_e164(text, region) or digits(text) or text.strip(), is_dialable(text, region))

    @classmethod
    def url(cls, text: str) -> "Value":
        try:
            return cls("url", str(_URL.validate_python(text)), True)
        except ValidationError:
            return cls("url", text.strip(), False)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why and when a value was rejected; the value is not kept. `place` is where it has come again."""

    id: UUID
    subject_id: UUID
    kind: Kind
    reason: Reason
    rejected_at: datetime
    rejected_by: str
    place: str | None = None

    def explained(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "place": self.place,
            "reason": self.reason,
            "rejected_at": self.rejected_at.isoformat(),
        }


Content: TypeAlias = Payload | Mapping[str, Any]


def values_in(type_name: str, payload: Content) -> Iterator[tuple[str, Value]]:
    """The values of a payload that can be rejected, by their fields; those that are no text are none."""
    for name, kind in WATCHED.get(type_name, {}).items():
        said = _said(payload, name)
        if said is not None and kind == "phone":
            yield name, Value.phone(said, _said(payload, "region"))
        elif said is not None:
            yield name, Value.url(said)


def refusal_for(found: Sequence[Rejection]) -> ValueRejected | None:
    """Why a payload with these values is not written, if any was reported as wrong."""
    reported = [one for one in found if one.reason != "invalid"]
    if not reported:
        return None
    problems = [{"place": f"/payload/{one.place}", "problem": _sentence(one)} for one in reported]
    explained = [one.explained() for one in reported]
    return ValueRejected(
        f"/payload/{reported[0].place} {_sentence(reported[0])}",
        details={"problems": problems, "rejections": explained},
    )


class Rejections:
    """The rejected values of records, each for who may see or change that record."""

    def __init__(self, database: Database, clock: Clock, key: Callable[[], bytes]) -> None:
        self._database = database
        self._clock = clock
        self._key = key

    async def of(self, principal: Principal, subject_id: UUID) -> list[Rejection]:
        """The last first. Raises NotFound."""
        if not (subject_id == CATALOGUE or principal.may_see(subject_id)):
            raise NotFound("no such subject")
        theirs = select(rejection).where(rejection.c.subject_id == subject_id)
        rows = await self._database.rows(theirs.order_by(rejection.c.rejected_at.desc(), rejection.c.id.desc()))
        _note(principal, "read", subject_id)
        return [_rejection(row) for row in rows]

    async def report(self, principal: Principal, subject_id: UUID, value: Value, reason: Reported) -> Rejection:
        """Remember that a value is wrong, though it looks right. Raises NotFound and Forbidden."""
        self._require(principal, subject_id)
        async with self._database.write() as connection:
            kept = await self._remember(connection, subject_id, value, reason, principal.id)
        _note(principal, "change", subject_id)
        return kept

    async def forget(self, principal: Principal, subject_id: UUID, rejection_id: UUID) -> None:
        """The value may be written again. Raises NotFound and Forbidden."""
        self._require(principal, subject_id)
        this = delete(rejection).where(rejection.c.id == rejection_id, rejection.c.subject_id == subject_id)
        async with self._database.write() as connection:
            if not (await connection.execute(this)).rowcount:
                raise NotFound("no such rejection")
        _note(principal, "change", subject_id)

    async def screen(
        self, principal: Principal, subject_id: UUID, payloads: Sequence[tuple[str, Content]]
    ) -> dict[int, list[Rejection]]:
        """By the places of these payloads (each of a type): what of them was rejected before. What is not valid is
        remembered from now on."""
        said = [(n, name, value) for n, one in enumerate(payloads) for name, value in values_in(*one)]
        if not said or not principal.may_change(subject_id):
            return {}
        async with self._database.read() as connection:
            known = await self._known(connection, subject_id, [value for _, _, value in said])
        fresh = {value for _, _, value in said if not value.valid and value not in known}
        if fresh:
            async with self._database.write() as connection:
                if await connection.scalar(select(subject.c.id).where(subject.c.id == subject_id)):
                    for value in fresh:
                        await self._remember(connection, subject_id, value, "invalid", principal.id)
        found: dict[int, list[Rejection]] = {}
        for n, name, value in said:
            if value in known:
                found.setdefault(n, []).append(_at(known[value], name))
        return found

    async def check_change(
        self, connection: Connection, subject_id: UUID, type_name: str, before: Content, after: Content
    ) -> None:
        """Raises ValueRejected when a change puts in a value that was reported as wrong."""
        old = dict(values_in(type_name, before))
        new = {name: value for name, value in values_in(type_name, after) if old.get(name) != value}
        if new:
            known = await self._known(connection, subject_id, list(new.values()))
            refused = refusal_for([_at(known[value], name) for name, value in new.items() if value in known])
            if refused:
                raise refused

    def _require(self, principal: Principal, subject_id: UUID) -> None:
        if not (subject_id == CATALOGUE or principal.may_see(subject_id)):
            raise NotFound("no such subject")
        principal.require_change(subject_id)

    async def _known(self, connection: Connection, subject_id: UUID, values: Sequence[Value]) -> dict[Value, Rejection]:
        digests = {self._digest(subject_id, value): value for value in values}
        theirs = select(rejection).where(
            rejection.c.subject_id == subject_id, among_texts(connection, rejection.c.digest, digests.keys())
        )
        rows = await connection.execute(theirs.order_by(rejection.c.rejected_at, rejection.c.id))
        return {digests[row.digest]: _rejection(row) for row in rows}

    async def _remember(
        self, connection: Connection, subject_id: UUID, value: Value, reason: Reason, by: str
    ) -> Rejection:
        """As the last who rejected it said."""
        said = {"reason": reason, "rejected_at": self._clock.now(), "rejected_by": by}
        same = {"subject_id": subject_id, "digest": self._digest(subject_id, value)}
        held = rejection.c.subject_id == subject_id, rejection.c.digest == same["digest"]
        changed = await connection.execute(update(rejection).where(*held).values(said).returning(rejection))
        if (row := changed.first()) is None:
            new = insert(rejection).values(id=new_id(), kind=value.kind, **same, **said).returning(rejection)
            row = (await connection.execute(new)).one()
        return _rejection(row)

    def _digest(self, subject_id: UUID, value: Value) -> str:
        """Of the value and whose it is: the same number in two records is not known to be so."""
        said = f"{subject_id}\x00{value.kind}\x00{value.text}"
        return hmac.new(self._key(), said.encode(), hashlib.sha256).hexdigest()


def explain(error: InvalidInput, found: Sequence[Rejection]) -> InvalidInput:
    """The same error, for values that were refused before: it says when."""
    said = [one.explained() for one in found]
    return type(error)(error.message, details={**error.details, "rejections": said}) if said else error


def _sentence(one: Rejection) -> str:
    return (
        f"was rejected on {one.rejected_at:%Y-%m-%d}: {REASONS[one.reason]}; "
        "it may be written again once that is forgotten"
    )


def _said(payload: Content, name: str) -> str | None:
    said = getattr(payload, name, None) if isinstance(payload, Payload) else payload.get(name)
    return None if said is None or isinstance(said, dict | list | bool) else str(said)[:4000]


def _at(one: Rejection, place: str) -> Rejection:
    return Rejection(one.id, one.subject_id, one.kind, one.reason, one.rejected_at, one.rejected_by, place)


def _rejection(row: Any) -> Rejection:
    return Rejection(row.id, row.subject_id, row.kind, row.reason, row.rejected_at, row.rejected_by)


def _note(principal: Principal, action: Literal["read", "change"], owner: UUID) -> None:
    if owner != CATALOGUE:
        principal.looks.note(action, "entry", owner)
