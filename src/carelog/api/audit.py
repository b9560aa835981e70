"""`/api/audit` and `/api/subjects/{id}/looks`: who saw what, and who did what."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from carelog.api.access import holder_of
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Since, Text, Until, cursor_of
from carelog.api.record_of import SubjectId
from carelog.api.services import ServicesOf
from carelog.api.shapes import PageOut
from carelog.identity import Principal
from carelog.identity.audit import AuditQuery, Recorded
from carelog.kit.errors import Forbidden, NotFound

router = APIRouter(prefix="/api", tags=["access"])

ReadsAudit = Annotated[Principal, Depends(holder_of("audit:read"))]


class AuditEventOut(BaseModel):
    """An event of the audit trail. Of one that was `erased`, the details that named somebody are gone. Refusals that
    are all alike may be counted in one: `times`."""

    seq: int
    at: datetime
    action: str
    outcome: str
    operation: str | None
    request_id: str | None
    principal: str | None
    role: str | None
    address: str | None
    subject_id: UUID | None
    target: str | None
    times: int
    erased: bool

    @classmethod
    def of(cls, kept: Recorded) -> "AuditEventOut":
        event = kept.event
        return cls(
            seq=kept.seq,
            at=kept.at,
            action=event.action,
            outcome=event.outcome,
            operation=event.operation,
            request_id=event.request_id,
            principal=event.principal,
            role=event.role,
            address=event.address,
            subject_id=event.subject,
            target=event.target,
            times=event.times,
            erased=kept.erased,
        )


class LookOut(BaseModel):
    """Somebody saw or changed something of a record, or was refused."""

    at: datetime
    action: str
    outcome: str
    operation: str | None = Field(description="By which operation of the API, or which command")
    principal: str | None = Field(description="`user:`, `key:` and an id; null for who was not known")
    role: str | None

    @classmethod
    def of(cls, kept: Recorded) -> "LookOut":
        event = kept.event
        return cls(
            at=kept.at,
            action=event.action,
            outcome=event.outcome,
            operation=event.operation,
            principal=event.principal,
            role=event.role,
        )


@router.get("/audit", summary="Read the audit trail")
async def read_audit(
    services: ServicesOf,
    who: ReadsAudit,
    principal: Annotated[Given[Text], Query(description="Only what this principal did, as `user:<id>`")] = None,
    subject: Annotated[Given[UUID], Query(description="Only what was done to this record")] = None,
    action: Annotated[list[str], Query(max_length=50, description="Only these actions; all when left out")] = [],  # noqa: B006
    refused: Annotated[Given[bool], Query(description="Only what was refused, or only what was not")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[AuditEventOut]:
    """Of the whole installation, the newest first."""
    who.require_every_subject()
    query = AuditQuery(
        principal=principal, subject=subject, actions=tuple(action), refused=refused, since=since, until=until
    )
    page = await services.audit.page(query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(AuditEventOut.of, page.items))


@router.get("/subjects/{subject_id}/looks", summary="Who looked at a record", responses=refusals(404))
async def list_looks(
    request: Request,
    subject_id: SubjectId,
    services: ServicesOf,
    others: Annotated[bool, Query(description="Leave out what the asker did")] = False,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[LookOut]:
    """Every look, change and refusal, the newest first. For whose record it is, and for who reads the audit trail."""
    who: Principal = request.state.principal
    subject = who.own if subject_id is None else subject_id
    if subject is None or not who.may_see(subject):
        raise NotFound("no such subject")
    if who.own != subject and "audit:read" not in who.scopes:
        raise Forbidden("only whose record it is may see who looked", details={"scope": "audit:read"})
    who.looks.note("read", "look", subject)
    query = AuditQuery(subject=subject, not_by=who.id if others else None, since=since, until=until)
    page = await services.audit.page(query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(LookOut.of, page.items))
