"""What a principal saw and did while it asked for one thing, noted for the audit trail.

The stores note it where the rows are read, so that no door can forget to; whoever let the principal in writes the
notes down before it answers.
"""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Action = Literal["read", "change", "export", "erase"]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw or changed something of a subject. `kind` is what it was: `entry`, `conversation`, `subject`, ..."""

    action: Action
    kind: str
    subject: UUID


@dataclass(slots=True)
class Looks:
    """The looks of one request, each once, in the order in which they were first taken."""

    _seen: dict[Look, None] = field(default_factory=dict)

    def note(self, action: Action, kind: str, subject: UUID) -> None:
        self._seen[Look(action, kind, subject)] = None

    def taken(self) -> tuple[Look, ...]:
        return tuple(self._seen)
