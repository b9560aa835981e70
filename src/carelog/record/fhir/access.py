"""Grants as Consents, and events of the audit trail as AuditEvents."""

from datetime import datetime
from typing import Final

from carelog.identity.audit import Recorded
from carelog.identity.grants import Grant
from carelog.record.fhir.elements import (
    LOINC,
    TERMINOLOGY,
    Resource,
    coding,
    concept,
    instant,
    named,
    said,
    subject_reference,
    term,
    without_nothing,
)

# What a grant lets somebody do, and what an event did: https://hl7.org/fhir/R4/valueset-audit-event-action.html
_ACTIONS: Final = {"read_only": ("access",), "full": ("access", "correct")}
_DONE: Final = {"read": "R", "export": "R", "change": "U", "erase": "D"}
_RECEIVES: Final = concept(coding(f"{TERMINOLOGY}v3-ParticipationType", "IRCP", "information recipient"))
_OPT_IN: Final = concept(coding(f"{TERMINOLOGY}v3-ActCode", "OPTIN", "opt-in"))


def consent_of(grant: Grant, now: datetime) -> Resource:
    """A grant as the consent of whose record it is."""
    changed = max(moment for moment in (grant.given_at, grant.revoked_at) if moment)
    ends = min((moment for moment in (grant.expires_at, grant.revoked_at) if moment), default=None)
    to = f"user:{grant.user_id}" if grant.user_id else grant.email
    return {
        "resourceType": "Consent",
        "id": str(grant.id),
        "meta": {"versionId": "2" if grant.revoked_at else "1", "lastUpdated": instant(changed)},
        "status": "active" if grant.in_force(now) else "inactive",
        "scope": term("consentscope", "patient-privacy", "Privacy Consent"),
        "category": [concept(coding(LOINC, "59284-0", "Consent Document"))],
        "patient": subject_reference(grant.subject_id),
        "dateTime": instant(grant.given_at),
        "performer": [named(grant.given_by)],
        "policyRule": _OPT_IN,
        "provision": {
            "type": "permit",
            "period": without_nothing(start=instant(grant.given_at), end=instant(ends) if ends else None),
            "actor": [{"role": _RECEIVES, "reference": named(to or "somebody who was not told yet")}],
            "action": [term("consentaction", action) for action in _ACTIONS[grant.access]],
        },
    }


def audit_event_of(kept: Recorded) -> Resource:
    """An event of the audit trail, without the network address it came from."""
    event = kept.event
    return without_nothing(
        resourceType="AuditEvent",
        id=str(kept.seq),
        meta={"versionId": "1", "lastUpdated": instant(kept.at)},
        type=coding(f"{TERMINOLOGY}audit-event-type", "rest", "RESTful Operation"),
        subtype=[{"display": event.operation}] if event.operation else None,
        action=_DONE.get(event.action, "E"),
        recorded=instant(kept.at),
        outcome="0" if event.outcome == "done" else "4",
        agent=[
            without_nothing(
                who=named(event.principal or "unknown"), role=[said(event.role)] if event.role else None, requestor=True
            )
        ],
        source={"observer": {"display": "Carelog"}},
        entity=[{"what": subject_reference(event.subject)}] if event.subject else None,
    )
