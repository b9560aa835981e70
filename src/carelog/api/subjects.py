"""`/api/subjects`: the people, and their records."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from carelog.api.access import ReadsEntries
from carelog.api.entry_lists import LISTED, ListQuery, list_answer
from carelog.api.entry_view import entry_view, json_answer
from carelog.api.errors import refusals
from carelog.api.paging_links import link_header
from carelog.api.parameters import CursorText, Given, Limit, Text, cursor_of
from carelog.api.record_of import RecordListed, RecordRead, RecordWritten
from carelog.api.services import ServicesOf
from carelog.api.shapes import AlikeOut, DayOut, LikelyListOut, LikelyOut, PageOut, SubjectOut
from carelog.record.timeline import timeline

router = APIRouter(prefix="/api", tags=["records"])


@router.get("/subjects", summary="List subjects, or find one", responses=refusals(404))
async def list_subjects(
    request: Request,
    response: Response,
    services: ServicesOf,
    who: ReadsEntries,
    reference: Annotated[
        Given[Text], Query(description="An id, a phone number, an e-mail address or a full name")
    ] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[SubjectOut]:
    """Those whom this key may see, the newest first."""
    if reference is not None:
        return PageOut(items=[SubjectOut.of(await services.subjects.find(who, reference))], next=None)
    page = await services.subjects.page(who, limit=limit, cursor=cursor_of(cursor))
    name, value = link_header(request, page.next)
    response.headers[name] = value
    return PageOut.of(page, map(SubjectOut.of, page.items))


@router.get("/subjects/likely-same", summary="List records that are likely of one person")
async def list_likely_same(
    request: Request,
    response: Response,
    services: ServicesOf,
    who: ReadsEntries,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[AlikeOut]:
    """Subjects, the newest first, each with those known before who are likely the same person: they have one full name,
    and neither birth dates nor sex speak against it. A page may have fewer than `limit` where they do."""
    page = await services.likenesses.page(who, limit=limit, cursor=cursor_of(cursor))
    name, value = link_header(request, page.next)
    response.headers[name] = value
    return PageOut.of(page, map(AlikeOut.of, page.items))


@router.get("/subjects/{subject_id}", summary="Read one subject", responses=refusals(404))
async def read_subject(record: RecordRead) -> SubjectOut:
    return SubjectOut.of(record.subject)


class SubjectPatch(BaseModel):
    """What is left out stays; null takes it away."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Text, StringConstraints(max_length=200)] | None = None
    zone: Annotated[Text, StringConstraints(max_length=64)] | None = Field(
        default=None, description="An IANA name, or a fixed offset such as +05:30"
    )


@router.patch("/subjects/{subject_id}", summary="Change a subject's name or time zone", responses=refusals(404))
async def change_subject(record: RecordWritten, change: SubjectPatch, services: ServicesOf) -> SubjectOut:
    """In another zone days begin at other moments, and reminders are due at others."""
    said = change.model_dump(exclude_unset=True)
    return SubjectOut.of(await services.subjects.change(record.who, record.subject_id, said, services.clock.now()))


@router.get("/subjects/{subject_id}/likely-same", summary="List who is likely the same person", responses=refusals(404))
async def read_likely_same(record: RecordRead, services: ServicesOf) -> LikelyListOut:
    """Those with the same full name, the first known first, unless birth dates or sex speak against it."""
    likely = await services.likenesses.of(record.who, record.subject_id)
    return LikelyListOut(items=[LikelyOut.of(one) for one in likely])


class JoinIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    other: UUID = Field(description="The subject whose record becomes a part of this one")


@router.post(
    "/subjects/{subject_id}/join", summary="Make another record a part of this one", responses=refusals(404, 409)
)
async def join_subjects(record: RecordWritten, asked: JoinIn, services: ServicesOf) -> SubjectOut:
    """All that the other holds, and all that it is known by, is this one's from then on. Nothing takes it apart again;
    to do it again changes nothing. For who may change both; users within ten minutes of signing in."""
    await services.joins.join(record.who, record.subject_id, asked.other)
    return SubjectOut.of(await services.subjects.get(record.who, record.subject_id))


class EntriesQuery(ListQuery):
    type: list[str] = Field(default=[], max_length=50, description="Entry types; all when left out")
    conversation: Given[UUID] = Field(default=None, description="From this conversation only")


@router.get(
    "/subjects/{subject_id}/entries",
    summary="List the entries of a record",
    response_model=None,
    responses={**LISTED, **refusals(404)},
)
async def list_entries(
    request: Request, services: ServicesOf, record: RecordListed, query: Annotated[EntriesQuery, Query()]
) -> Response:
    """The latest to occur first, each with its quotes."""
    wanted = replace(query.entry_query(tuple(query.type)), conversation_id=query.conversation, fields={})
    return await list_answer(request, services, record, query, wanted)


@router.get(
    "/subjects/{subject_id}/timeline",
    summary="The record by day",
    response_model=PageOut[DayOut],
    responses=refusals(404),
)
async def read_timeline(
    request: Request, services: ServicesOf, record: RecordRead, limit: Limit = 100, cursor: CursorText = None
) -> Response:
    """Entries by the day on which they happened, on the subject's clock; a long day may go on in the next page."""
    page = await services.record.page(record.who, record.subject_id, limit=limit, cursor=cursor_of(cursor))
    now = services.clock.now()
    days = [
        {"date": day.date, "entries": [entry_view(entry, now) for entry in day.entries]} for day in timeline(page.items)
    ]
    view = {"items": days, "next": str(page.next) if page.next else None}
    return json_answer(view, headers=[link_header(request, page.next)])
