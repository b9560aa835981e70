"""The audit trail: every look, change, refusal and sign-in, kept for good, and checked by anyone with the key."""

from carelog.identity.audit.chain import Head
from carelog.identity.audit.event import ACTIONS, AuditEvent, Recorded
from carelog.identity.audit.hearing import Hearing
from carelog.identity.audit.trail import AuditQuery, AuditTrail
from carelog.identity.audit.verification import Finding, Verification

__all__ = [
    "ACTIONS",
    "AuditEvent",
    "AuditQuery",
    "AuditTrail",
    "Finding",
    "Head",
    "Hearing",
    "Recorded",
    "Verification",
]
