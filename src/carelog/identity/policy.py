"""The policy: what each role may do, and whose records it reaches. All rules of access are in this file.

A principal is made anew for every request, so that a grant, its end and a change of role count at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from uuid import UUID

from carelog.identity.grants import Grant
from carelog.identity.principal import SCOPES, Principal, Role

Reach = Literal["granted", "all"]
"""Whose records: those that were granted, or those of everyone. One's own record is always among them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a role may do, and whose records it reaches."""

    scopes: frozenset[str]
    reach: Reach


_READS: Final = frozenset({"conversations:read", "entries:read"})
_WRITES: Final = frozenset({"conversations:write", "entries:write"})

POLICY: Final[dict[Role, Rule]] = {
    "patient": Rule(_READS | _WRITES | {"conversations:delete", "runs:read"}, reach="granted"),
    "carer": Rule(_READS | _WRITES, reach="granted"),
    "clinician": Rule(_READS | _WRITES | {"catalogue:write", "runs:read"}, reach="granted"),
    "admin": Rule(frozenset(SCOPES), reach="all"),
}
"""The roles of users. A service signs in with an API key, which has scopes and subjects of its own."""


class User(Protocol):
    """What the policy needs to know of a user. `subject_id` is the record about them, if there is one."""

    @property
    def id(self) -> UUID: ...
    @property
    def role(self) -> Role: ...
    @property
    def subject_id(self) -> UUID | None: ...


def rule_of(role: Role, *, clinicians_see: Reach = "granted") -> Rule:
    """The rule of a role in an installation whose clinicians see these records."""
    rule = POLICY[role]
    return Rule(rule.scopes, clinicians_see) if role == "clinician" else rule


def principal_of(user: User, grants: Iterable[Grant], now: datetime, *, clinicians_see: Reach = "granted") -> Principal:
    """The principal of a user with these grants, of which those in force count.

    A full grant of a record outranks a read-only one of the same.
    """
    rule = rule_of(user.role, clinicians_see=clinicians_see)
    own = frozenset() if user.subject_id is None else frozenset({user.subject_id})
    in_force = [grant for grant in grants if grant.in_force(now)]
    full = own | {grant.subject_id for grant in in_force if grant.access == "full"}
    granted = frozenset(grant.subject_id for grant in in_force)
    everyone = rule.reach == "all"
    return Principal(
        id=f"user:{user.id}",
        scopes=rule.scopes,
        subjects=None if everyone else own | granted,
        read_only=frozenset() if everyone else granted - full,
        role=user.role,
        user_id=user.id,
        own=user.subject_id,
    )
