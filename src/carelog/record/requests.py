"""Requests that name themselves: what one has written, it does not write again when it comes a second time."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select

from carelog.db import Connection, insert_new
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.record.plan import Verdict
from carelog.record.tables import entry_request


class RequestNameReused(InvalidInput):
    """The same `Idempotency-Key` came with another request."""

    code = "idempotency.reused"


@dataclass(frozen=True, slots=True)
class Request:
    """The name that a caller gave a request, and a digest of all that it asks."""

    name: str
    digest: str

    @classmethod
    def of(cls, name: str, asked: Any) -> "Request":
        """Whatever order the members of what is asked come in."""
        return cls(name, hashlib.sha256(jsontext.canonical(asked)).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    """What one of the drafts of a request has become."""

    verdict: Verdict
    entry_id: UUID


async def answered(connection: Connection, principal: str, request: Request) -> dict[int, Answer]:
    """By its place among the drafts: what this request has written before. Raises RequestNameReused when another
    request had this name."""
    found = await connection.execute(
        select(entry_request.c.digest, entry_request.c.answers).where(_named(principal, request))
    )
    row = found.one_or_none()
    if row is None:
        return {}
    if row.digest != request.digest:
        raise RequestNameReused("this Idempotency-Key came with another request before")
    return {place: Answer(verdict, UUID(id_)) for place, verdict, id_ in row.answers}


async def remember(
    connection: Connection, principal: str, request: Request, answers: Mapping[int, Answer], at: datetime
) -> None:
    """Keep what a request has written, now and before."""
    row = {
        "principal": principal,
        "key": request.name,
        "digest": request.digest,
        "answers": [[place, answer.verdict, str(answer.entry_id)] for place, answer in answers.items()],
        "created_at": at,
    }
    await connection.execute(delete(entry_request).where(_named(principal, request)))
    await insert_new(connection, entry_request, [row])


def _named(principal: str, request: Request) -> ColumnElement[bool]:
    return and_(entry_request.c.principal == principal, entry_request.c.key == request.name)
