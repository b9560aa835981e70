"""`/api/subjects`: the people, and their records."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from carelog.api.access import ReadsEntries
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Since, Text, Until, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import DayOut, EntryOut, PageOut, SubjectOut
from carelog.record.store import EntryQuery
from carelog.record.timeline import timeline

router = APIRouter(prefix="/api", tags=["records"])


@router.get("/subjects", summary="List subjects, or find one", responses=refusals(404))
async def list_subjects(
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
    return PageOut.of(page, map(SubjectOut.of, page.items))


@router.get("/subjects/{subject_id}", summary="Read one subject", responses=refusals(404))
async def read_subject(subject_id: UUID, services: ServicesOf, who: ReadsEntries) -> SubjectOut:
    return SubjectOut.of(await services.subjects.get(who, subject_id))


@router.get("/subjects/{subject_id}/entries", summary="List the entries of a record", responses=refusals(404))
async def list_entries(
    subject_id: UUID,
    services: ServicesOf,
    who: ReadsEntries,
    type: Annotated[list[str], Query(max_length=50, description="Entry types; all when left out")] = [],  # noqa: A002,B006
    since: Since = None,
    until: Until = None,
    conversation: Annotated[Given[UUID], Query(description="From this conversation only")] = None,
    retracted: Annotated[bool, Query(description="Show retracted entries too")] = False,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[EntryOut]:
    """The latest to occur first, each with its quotes."""
    subject = await services.subjects.get(who, subject_id)
    query = EntryQuery(types=tuple(type), since=since, until=until, conversation_id=conversation, retracted=retracted)
    page = await services.record.page(who, subject.id, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(EntryOut.of, page.items))


@router.get("/subjects/{subject_id}/timeline", summary="The record by day", responses=refusals(404))
async def read_timeline(
    subject_id: UUID,
    services: ServicesOf,
    who: ReadsEntries,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> PageOut[DayOut]:
    """Entries by the day on which they happened, on the subject's clock; a long day may go on in the next page."""
    subject = await services.subjects.get(who, subject_id)
    page = await services.record.page(who, subject.id, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(DayOut.of, timeline(page.items)))


@router.get("/entries/{entry_id}", summary="Read one entry", responses=refusals(404))
async def read_entry(entry_id: UUID, services: ServicesOf, who: ReadsEntries) -> EntryOut:
    return EntryOut.of(await services.record.get(who, entry_id))


@router.get("/entries/{entry_id}/history", summary="Every revision of an entry, oldest first", responses=refusals(404))
async def read_history(entry_id: UUID, services: ServicesOf, who: ReadsEntries) -> list[EntryOut]:
    return [EntryOut.of(revision) for revision in await services.record.history(who, entry_id)]
