"""`DELETE /api/subjects/{id}`: a record is erased for good."""

from fastapi import APIRouter, Request

from carelog.api.errors import refusals
from carelog.api.record_of import SubjectId
from carelog.api.services import ServicesOf
from carelog.identity import Principal
from carelog.kit.errors import NotFound

router = APIRouter(prefix="/api/subjects", tags=["records"])


@router.delete("/{subject_id}", status_code=204, summary="Erase a record for good", responses=refusals(404))
async def erase_subject(request: Request, subject_id: SubjectId, services: ServicesOf) -> None:
    """Conversations, entries with their history, runs, dead letters, the account of whose record it is, and every name
    in the audit trail; copies in storages are deleted soon after. Nothing brings it back.

    For whose record it is, within ten minutes of signing in, and for who holds the scope `records:erase`.
    """
    who: Principal = request.state.principal
    subject = who.own if subject_id is None else subject_id
    if subject is None:
        raise NotFound("no such subject")
    await services.erasure.erase(who, subject)
