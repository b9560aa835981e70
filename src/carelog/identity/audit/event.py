"""What the audit trail keeps of each event: who did what to whose record, from where, when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Self
from uuid import UUID

from carelog.identity.principal import Principal

ACTIONS: Final = {
    "read": "saw something of a record",
    "change": "added to a record, or changed it",
    "export": "took a copy of a record away",
    "erase": "erased a record for good",
    "record.join": "made two records of one person one",
    "access": "asked for something of a record, or for anything without being known",
    "sign_in": "signed in",
    "sign_out": "signed out",
    "session.reuse": "showed a refresh token a second time, which ended the session",
    "user.add": "registered, or added a user",
    "user.change": "changed a user's role or state",
    "password.change": "set a new password",
    "factor.add": "set a second factor up",
    "factor.remove": "took a second factor away",
    "address.verify": "showed that an e-mail address or phone number is theirs",
    "address.change": "changed the e-mail address or phone number of an account",
    "grant.add": "let somebody see a record",
    "grant.revoke": "took that back",
    "key.add": "made an API key",
    "key.revoke": "ended an API key",
    "config.replace": "replaced the configuration",
    "secret_key.change": "sealed anew what an older secret key had sealed",
}
"""Each with what whoever did it has done."""

Outcome = Literal["done", "refused"]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """An event to be kept.

    `principal` did it, as far as that is known, in the role `role`, from the network address `address`, by the
    `operation` of the API or the command of that name. It was done to the record of `subject`, or to `target`:
    'user:<id>', 'key:<id>', 'grant:<id>'. Events that are all alike may be counted in one.
    """

    action: str
    outcome: Outcome = "done"
    principal: str | None = None
    role: str | None = None
    address: str | None = None
    subject: UUID | None = None
    target: str | None = None
    operation: str | None = None
    request_id: str | None = None
    times: int = 1

    @classmethod
    def by(
        cls,
        principal: Principal,
        action: str,
        outcome: Outcome = "done",
        *,
        subject: UUID | None = None,
        target: str | None = None,
    ) -> Self:
        """What a principal did, by what they now ask for."""
        asked = principal.looks.asked
        return cls(
            action,
            outcome,
            principal=principal.id,
            role=principal.role,
            address=asked.address,
            subject=subject,
            target=target,
            operation=asked.operation,
            request_id=asked.request_id,
        )


@dataclass(frozen=True, slots=True)
class Noted:
    """An event on its way into the trail, and when it was. One that comes by the spool has an id."""

    event: AuditEvent
    at: datetime
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is kept. Where `erased`, details that named somebody are destroyed, and None here."""

    seq: int
    at: datetime
    event: AuditEvent
    erased: bool
