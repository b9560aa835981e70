"""What a principal saw and did in one request, noted for the audit trail.

The stores note it where the rows are read, so that no API can forget to; whoever authenticated the principal writes the
notes down before the answer goes out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import UUID

Action = Literal["read", "change", "export", "erase"]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw or changed something of a subject. `kind` is what it was: `entry`, `conversation`, `subject`, ..."""

    action: Action
    kind: str
    subject: UUID


class OfSubject(Protocol):
    @property
    def subject_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """How somebody asked: from which network address, by which operation of the API or which command."""

    address: str | None = None
    operation: str | None = None
    request_id: str | None = None


@dataclass(slots=True)
class Looks:
    """The looks of one request, each once, in the order of their first time. `heard` is called with each at once, even
    if the rows are still on their way from the database."""

    heard: Callable[[Look], None] | None = None
    asked: Asked = Asked()
    _seen: dict[Look, None] = field(default_factory=dict)

    def note(self, action: Action, kind: str, subject: UUID) -> None:
        look = Look(action, kind, subject)
        if look not in self._seen:
            self._seen[look] = None
            if self.heard:
                self.heard(look)

    def note_each(self, action: Action, kind: str, things: Iterable[OfSubject]) -> None:
        """The same for the subjects of each of these things."""
        for subject in {thing.subject_id for thing in things}:
            self.note(action, kind, subject)

    def taken(self) -> tuple[Look, ...]:
        return tuple(self._seen)
