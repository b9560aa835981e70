"""`/api/copies`: what is on its way to storages, and what is there."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from carelog.api.access import ReadsRuns
from carelog.api.parameters import CursorText, Given, Limit, Text, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import CopyOut, PageOut
from carelog.pipeline.copy_store import CopyQuery
from carelog.pipeline.storage_copy import CopyState

router = APIRouter(prefix="/api/copies", tags=["runs"])


@router.get("", summary="List copies")
async def list_copies(
    services: ServicesOf,
    who: ReadsRuns,
    conversation: Annotated[Given[UUID], Query(description="Of this conversation only")] = None,
    storage: Annotated[Given[Text], Query(description="For this storage only")] = None,
    state: Annotated[list[CopyState], Query(max_length=10, description="In these states; all when left out")] = [],  # noqa: B006
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[CopyOut]:
    """The last to be queued first."""
    query = CopyQuery(conversation_id=conversation, storage=storage, states=tuple(state))
    page = await services.copies.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(CopyOut.of, page.items))
