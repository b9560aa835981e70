"""The parts of an archive. Each room that keeps something of a subject adds its own."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from carelog.conversations.store import Stored
from carelog.db import Connection
from carelog.identity import Principal
from carelog.record.archive.container import OpenArchive

Piece: TypeAlias = tuple[str, bytes]
"""The name of a member, and what comes next of it."""

Filler: TypeAlias = Callable[[Mapping[UUID, Stored]], Awaitable[Mapping[UUID, Stored]]]
"""Gives conversations with the documents that the primary store has let go."""


class LeftOut(Exception):
    """A part that the one who takes the archive may not see."""


@dataclass(frozen=True, slots=True)
class Taking:
    """An archive that is taken of a subject, for a principal who may see them: all of it in one state of the
    database."""

    connection: Connection
    principal: Principal
    subject_id: UUID


@dataclass(slots=True)
class Bringing:
    """An archive that is brought into a record, in one transaction.

    `ids` are those that things have here whose own ids are taken. `counts` say by what they are how many were `new`,
    were here already (`known`), or were `left_out`.
    """

    connection: Connection
    archive: OpenArchive
    principal: Principal
    subject_id: UUID
    at: datetime
    ids: dict[UUID, UUID] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, what: str, how: str, many: int = 1) -> None:
        counted = self.counts.setdefault(what, {})
        if many:
            counted[how] = counted.get(how, 0) + many

    def id_of(self, id_: UUID) -> UUID:
        return self.ids.get(id_, id_)

    def renamed(self, value: Any) -> Any:
        """A JSON value in which the ids of others are those that they have here."""
        if not self.ids:
            return value
        match value:
            case dict():
                return {name: self.renamed(member) for name, member in value.items()}
            case list():
                return [self.renamed(item) for item in value]
            case str() if len(value) == 36:
                return self._text(value)
            case _:
                return value

    def another(self, id_: UUID) -> UUID:
        """The id that something has in this record whose own is taken by somebody else: the same each time, and of the
        same moment."""
        digest = hashlib.sha256(self.subject_id.bytes + id_.bytes).digest()
        other = bytearray(id_.bytes[:6] + digest[:10])
        other[6] = other[6] & 0x0F | 0x70
        other[8] = other[8] & 0x3F | 0x80
        self.ids[id_] = UUID(bytes=bytes(other))
        return self.ids[id_]

    def _text(self, text: str) -> str:
        try:
            return str(self.id_of(UUID(text)))
        except ValueError:
            return text


class Part(ABC):
    """Something that an archive holds. What only informs whoever reads it is not brought back."""

    name: ClassVar[str]

    @abstractmethod
    def take(self, taking: Taking) -> AsyncIterator[Piece]:
        """The members of this part, piece by piece, each member whole before the next. Raises LeftOut."""

    async def bring(self, bringing: Bringing) -> None:  # noqa: B027  most of what informs has nothing to bring
        """Write what the archive has of this part and the record has not. Raises ArchiveRefused."""
