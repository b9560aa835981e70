"""What happened to accounts and sign-ins, told to whoever keeps the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from carelog.db import Connection

SignInEventKind: TypeAlias = Literal[
    "registered",
    "signed_in",
    "refused",
    "token_reused",
    "signed_out",
    "password_changed",
    "factor_enrolled",
    "factor_removed",
    "verified",
    "address_changed",
    "role_changed",
    "disabled",
    "enabled",
]


@dataclass(frozen=True, slots=True)
class SignInEvent:
    """`user_id` is None where a sign-in named nobody. `address` is the caller's, `by` whoever did it to another's
    account. `details` hold no secret, no e-mail address and no phone number."""

    kind: SignInEventKind
    user_id: UUID | None
    at: datetime
    address: str | None = None
    by: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


class SignInEvents(Protocol):
    async def note(self, connection: Connection, event: SignInEvent) -> None:
        """Write it down within the caller's transaction of the sign-in data: both are there, or neither."""
