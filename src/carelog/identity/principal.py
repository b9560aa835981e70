"""The principal: who is asking, the scopes they hold and the subjects they may see.

Every query of health data takes a principal and begins from what it may see, so that a leak needs effort.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, true

from carelog.kit.errors import Forbidden

SCOPES: Final = {
    "conversations:read": "read, list and search conversations",
    "conversations:write": "send conversations in",
    "conversations:delete": "delete conversations",
    "entries:read": "read the entries of records",
    "runs:read": "see runs and dead letters",
    "runs:write": "drive dead letters again, or discard them",
    "egress:pop": "take conversations off egress lists",
    "metrics:read": "read the metrics",
    "config:read": "see the configuration, without its secrets",
    "config:write": "replace the configuration",
}

ORDINARY_SCOPES: Final = tuple(scope for scope in SCOPES if scope != "config:write")
"""What a key may do unless it is told otherwise: all but what changes the installation."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`subjects` is None for one who may see every subject of this installation."""

    id: str
    scopes: frozenset[str]
    subjects: frozenset[UUID] | None = None

    def require(self, scope: str) -> None:
        """Raise Forbidden unless the principal holds the scope."""
        if scope not in self.scopes:
            raise Forbidden(f"this needs the scope {scope}", details={"scope": scope})

    def require_every_subject(self) -> None:
        """Raise Forbidden for one who is limited to some subjects: what follows spans them all."""
        if self.subjects is not None:
            raise Forbidden("this needs a key that is not limited to some subjects")

    def may_see(self, subject: UUID) -> bool:
        return self.subjects is None or subject in self.subjects

    def sees(self, subject_column: Any) -> ColumnElement[bool]:
        """The condition that limits a query to the subjects this principal may see."""
        if self.subjects is None:
            return true()
        condition: ColumnElement[bool] = subject_column.in_(sorted(self.subjects))
        return condition


def operator() -> Principal:
    """Whoever runs commands on the machine that holds the database."""
    return Principal(id="operator", scopes=frozenset(SCOPES))
