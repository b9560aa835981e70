"""`/api/subjects/{id}/grants` and `/api/grants`: who may see a record, and what one may see of others."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from carelog.api.auth import Me
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Limit, Text, cursor_of
from carelog.api.record_of import SubjectId
from carelog.api.services import ServicesOf
from carelog.api.shapes import PageOut
from carelog.identity import Principal
from carelog.identity.grants import Access, Grant
from carelog.kit.errors import NotFound

router = APIRouter(prefix="/api", tags=["access"])


class GrantIn(BaseModel):
    """Who is to see a record: whoever has this e-mail address, or the user with this id. One of the two."""

    model_config = ConfigDict(extra="forbid")

    email: Text | None = Field(default=None, description="Whoever has this address, now or once it is verified")
    user_id: UUID | None = Field(default=None, description="The user with this id")
    access: Access = Field(description="`full` lets them change the record too")
    expires_at: AwareDatetime | None = Field(default=None, description="When it ends; never when left out")


class GrantOut(BaseModel):
    """`email` or `user_id` is what it was given by. Whether anyone has that address is not told."""

    id: UUID
    subject_id: UUID
    email: str | None
    user_id: UUID | None
    access: Access
    given_by: str
    given_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, grant: Grant) -> "GrantOut":
        shown = replace(grant, user_id=None if grant.email else grant.user_id)
        return cls.model_validate(shown, from_attributes=True)


class GivenOut(BaseModel):
    """A grant as whoever has it sees it."""

    id: UUID
    subject_id: UUID
    access: Access
    given_at: datetime
    expires_at: datetime | None

    @classmethod
    def of(cls, grant: Grant) -> "GivenOut":
        return cls.model_validate(grant, from_attributes=True)


@router.get("/subjects/{subject_id}/grants", summary="List who may see a record", responses=refusals(404))
async def list_grants(
    request: Request, subject_id: SubjectId, services: ServicesOf, limit: Limit = 50, cursor: CursorText = None
) -> PageOut[GrantOut]:
    """Those that ended too, the newest first. For whose record it is, and for who manages users."""
    who = _who(request)
    page = await services.grants.of_subject(who, _subject(who, subject_id), limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(GrantOut.of, page.items))


@router.post(
    "/subjects/{subject_id}/grants", status_code=201, summary="Let somebody see a record", responses=refusals(404)
)
async def give_grant(
    request: Request, subject_id: SubjectId, given: Annotated[GrantIn, Body()], services: ServicesOf
) -> GrantOut:
    """It counts at once. Given by an e-mail address that nobody has verified, it waits until somebody does; the answer
    is the same either way."""
    who = _who(request)
    grant = await services.grants.give(
        who,
        _subject(who, subject_id),
        email=given.email,
        user=given.user_id,
        access=given.access,
        expires_at=given.expires_at,
    )
    return GrantOut.of(grant)


@router.delete(
    "/subjects/{subject_id}/grants/{grant_id}", status_code=204, summary="Take a grant back", responses=refusals(404)
)
async def revoke_grant(request: Request, subject_id: SubjectId, grant_id: UUID, services: ServicesOf) -> None:
    """It counts at once."""
    who = _who(request)
    await services.grants.revoke(who, grant_id, _subject(who, subject_id))


@router.get("/grants", summary="List what others let me see")
async def list_given(who: Me, services: ServicesOf, limit: Limit = 50, cursor: CursorText = None) -> PageOut[GivenOut]:
    """What is in force now, the newest first."""
    page = await services.grants.given_to(who, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(GivenOut.of, page.items))


@router.delete("/grants/{grant_id}", status_code=204, summary="Give a grant up", responses=refusals(404))
async def give_up_grant(grant_id: UUID, who: Me, services: ServicesOf) -> None:
    """One that was given to me."""
    await services.grants.revoke(who, grant_id)


def _who(request: Request) -> Principal:
    who: Principal = request.state.principal
    return who


def _subject(who: Principal, subject_id: UUID | None) -> UUID:
    """Raises NotFound where the record about the asker is meant, and there is none."""
    found = who.own if subject_id is None else subject_id
    if found is None:
        raise NotFound("no record is about you")
    return found
