"""The principal: who is asking, the scopes they hold and the subjects they may see.

Every query of health data takes a principal and begins from what it may see, so that a leak needs effort.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, true

from carelog.identity.looks import Looks
from carelog.kit.errors import Forbidden

Role = Literal["patient", "carer", "clinician", "admin", "service"]
SCOPES: Final = {
    "conversations:read": "read, list and search conversations",
    "conversations:write": "send conversations in",
    "conversations:delete": "delete conversations",
    "entries:read": "read the entries of records",
    "entries:write": "add, change and retract entries",
    "catalogue:write": "change what all records share: treatments, meditation sessions",
    "records:import": "bring whole records in from archives, with their history",
    "records:erase": "erase a subject's whole record for good",
    "runs:read": "see runs and dead letters",
    "runs:write": "drive dead letters again, or discard them",
    "egress:pop": "take conversations off egress lists",
    "metrics:read": "read the metrics",
    "config:read": "see the configuration, without its secrets",
    "config:write": "replace the configuration",
    "users:manage": "manage the accounts, roles and grants of others",
    "audit:read": "read the audit trail of the whole installation",
}

_EXTRAORDINARY: Final = {"config:write", "users:manage", "audit:read", "records:erase", "records:import"}

ORDINARY_SCOPES: Final = tuple(scope for scope in SCOPES if scope not in _EXTRAORDINARY)
"""What a key may do unless it is told otherwise: all but what changes the installation, shows who looked, or cannot
be undone."""

ORDINARY_OF_SOME: Final = tuple(scope for scope in ORDINARY_SCOPES if scope != "catalogue:write")
"""The same for a key that is limited to some subjects: what it changes is read by no others."""

_NAMED: Final = frozenset({"key", "user", "partner", "conserver", "follower"})

CATALOGUE: Final = UUID("00000000-0000-7000-8000-000000000000")
"""The subject that owns what all records share. Everyone may see it, and it is nobody's record."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`subjects` is None for one who may see every subject of this installation; those in `read_only` may be seen but
    not changed. `own` is the record about the user who asks, and `signed_in_at` when they last gave their password.
    `looks` notes what is seen and changed, for the audit trail."""

    id: str
    scopes: frozenset[str]
    subjects: frozenset[UUID] | None = None
    read_only: frozenset[UUID] = frozenset()
    role: Role = "service"
    user_id: UUID | None = None
    session_id: UUID | None = None
    own: UUID | None = None
    signed_in_at: datetime | None = None
    looks: Looks = field(default_factory=Looks, compare=False, repr=False)

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

    def may_change(self, subject: UUID) -> bool:
        """Whether this principal may write to a record that they see; the scope is checked separately."""
        if subject == CATALOGUE:
            return "catalogue:write" in self.scopes
        return self.may_see(subject) and subject not in self.read_only

    def require_change(self, subject: UUID) -> None:
        """Raise Forbidden for a record that this principal sees and may not change."""
        if not self.may_change(subject):
            raise Forbidden("this record may be read, and not changed")

    def sees(self, subject_column: Any) -> ColumnElement[bool]:
        """The condition that limits a query to the subjects this principal may see."""
        if self.subjects is None:
            return true()
        condition: ColumnElement[bool] = subject_column.in_(sorted(self.subjects))
        return condition

    def seen_of(self, query: Select[Any], subject_column: Any) -> Select[Any]:
        """The query, limited to those subjects. Without a limit it is the same object, for which SQLAlchemy has the SQL
        cached."""
        return query if self.subjects is None else query.where(self.sees(subject_column))


def is_principal(name: str) -> bool:
    """Whether a name under which something was written is a principal's id: those of engines, links and rules are not.

    >>> is_principal("operator"), is_principal("user:0192"), is_principal("local/1"), is_principal("rules")
    (True, True, False, False)
    """
    kind, colon, _ = name.partition(":")
    return name == "operator" or (bool(colon) and kind in _NAMED)


def operator() -> Principal:
    """Whoever runs commands on the machine that holds the database."""
    return Principal(id="operator", scopes=frozenset(SCOPES))
