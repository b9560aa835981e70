"""What was handed in before: the same conversation under its id or its name, the same request under its key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from carelog.conversations import store
from carelog.db import Connection, among_given_pairs, given_pairs, insert_all
from carelog.identity import Principal
from carelog.kit.errors import Conflict, InvalidInput
from carelog.pipeline.submission import RequestKey, Submission
from carelog.pipeline.tables import idempotency


class KeyReused(InvalidInput):
    """The same `Idempotency-Key` came with another request."""

    code = "idempotency.reused"


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that named itself, and what it was answered."""

    principal: str
    key: RequestKey
    conversation_id: UUID
    subject_id: UUID | None
    runs: tuple[UUID, ...]


class Seen:
    """The conversations that are stored already, or came earlier in the same batch."""

    def __init__(self, known: Sequence[store.Known]) -> None:
        self._by_id: dict[UUID, store.Known] = {}
        self._by_name: dict[tuple[str, str], store.Known] = {}
        for item in known:
            self.add(item)

    def add(self, item: store.Known) -> None:
        self._by_id[item.id] = item
        self._by_name[item.channel, item.external_id] = item

    def twin(self, principal: Principal, submission: Submission, digest: str) -> store.Known | None:
        """The stored conversation that this one is a second delivery or, where it says so, a newer document of.

        Raises Conflict when the id is taken by another document, or the id or name in another record than this is
        handed in for: to call that a duplicate would lose one of the two. Of a stranger's conversation no more is told
        than that the id or name is taken: not even whether it is the same document.
        """
        same_id = self._by_id.get(submission.conversation.uuid)
        found = same_id or self._by_name.get(submission.name)
        if found and not principal.may_see(found.subject_id):
            raise Conflict("a conversation with this id or name is already stored")
        if found and submission.subject_id not in (None, found.subject_id):
            raise Conflict(
                "a conversation with this id or name is already stored, in another record",
                details={"conversation": str(found.id)},
            )
        if same_id and same_id.digest != digest and not submission.replaces:
            raise Conflict(
                "another document with this uuid is stored; a changed vCon needs a new uuid (see `amended`)",
                details={"conversation": str(same_id.id)},
            )
        return found


async def answered(connection: Connection, asked: Iterable[tuple[str, RequestKey]]) -> dict[tuple[str, str], Answered]:
    """By principal and key name: what these requests were answered before, as far as they were."""
    names = {(principal, key.name) for principal, key in asked}
    if not names:
        return {}
    dialect = connection.dialect.name
    rows = await connection.execute(_answered(dialect), given_pairs(dialect, "names", names))
    return {
        (row.principal, row.key): Answered(
            row.principal,
            RequestKey(row.key, row.digest),
            row.conversation_id,
            row.subject_id,
            tuple(map(UUID, row.runs)),
        )
        for row in rows
    }


@cache
def _answered(dialect: str) -> Select[Any]:
    columns = idempotency.c
    return select(idempotency).where(among_given_pairs(dialect, (columns.principal, columns.key), "names"))


def same_request(before: Mapping[tuple[str, str], Answered], principal: str, key: RequestKey | None) -> Answered | None:
    """Raises KeyReused when the key named another request."""
    found = before.get((principal, key.name)) if key else None
    if found and key and found.key.digest != key.digest:
        raise KeyReused("this Idempotency-Key came with another request before")
    return found


async def remember(connection: Connection, given: Sequence[Answered], now: datetime) -> None:
    """Keep what requests that named themselves are about to be answered."""
    rows = [
        {
            "principal": one.principal,
            "key": one.key.name,
            "digest": one.key.digest,
            "conversation_id": one.conversation_id,
            "subject_id": one.subject_id,
            "runs": [str(run) for run in one.runs],
            "created_at": now,
        }
        for one in given
    ]
    await insert_all(connection, idempotency, rows)
