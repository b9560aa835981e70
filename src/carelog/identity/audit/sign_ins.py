"""What happens to accounts and sign-ins, as events of the audit trail."""

from typing import Final

from carelog.db import Connection
from carelog.identity.audit.event import AuditEvent, Outcome
from carelog.identity.audit.trail import AuditTrail
from carelog.identity.events import SignInEvent, SignInEventKind

_EVENTS: Final[dict[SignInEventKind, tuple[str, Outcome]]] = {
    "registered": ("user.add", "done"),
    "signed_in": ("sign_in", "done"),
    "refused": ("sign_in", "refused"),
    "token_reused": ("session.reuse", "refused"),
    "signed_out": ("sign_out", "done"),
    "password_changed": ("password.change", "done"),
    "factor_enrolled": ("factor.add", "done"),
    "factor_removed": ("factor.remove", "done"),
    "verified": ("address.verify", "done"),
    "address_changed": ("address.change", "done"),
    "role_changed": ("user.change", "done"),
    "disabled": ("user.change", "done"),
    "enabled": ("user.change", "done"),
}


class SignInsAudited:
    """Writes them to the audit trail, in the transaction that they happen in."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def note(self, connection: Connection, event: SignInEvent) -> None:
        await self._trail.append(connection, [audited(event)])


def audited(event: SignInEvent) -> AuditEvent:
    """A refused sign-in names the account as its target, not as its principal: nobody knows who tried."""
    action, outcome = _EVENTS[event.kind]
    user = f"user:{event.user_id}" if event.user_id else None
    who = event.by or (user if outcome == "done" else None)
    return AuditEvent(
        action,
        outcome,
        principal=who,
        address=event.address,
        target=None if user == who else user,
        operation=event.kind,
    )
