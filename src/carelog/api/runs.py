"""`/api/runs`: what is being done, and what was."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from carelog.api.access import ReadsRuns
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Text, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import PageOut, RunOut
from carelog.pipeline.run import RunState
from carelog.pipeline.runs import RunQuery

router = APIRouter(prefix="/api/runs", tags=["runs"])


@router.get("", summary="List runs")
async def list_runs(
    services: ServicesOf,
    who: ReadsRuns,
    state: Annotated[list[RunState], Query(max_length=10, description="In these states; all when left out")] = [],  # noqa: B006
    chain: Annotated[Given[Text], Query(description="Of this chain only")] = None,
    conversation: Annotated[Given[UUID], Query(description="Over this conversation only")] = None,
    subject: Annotated[Given[UUID], Query(description="For this record only")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[RunOut]:
    """The last to begin first."""
    query = RunQuery(states=tuple(state), chain=chain, conversation_id=conversation, subject_id=subject)
    page = await services.runs.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(RunOut.of, page.items))


@router.get("/{run_id}", summary="Read one run", responses=refusals(404))
async def read_run(run_id: UUID, services: ServicesOf, who: ReadsRuns) -> RunOut:
    return RunOut.of(await services.runs.get(who, run_id))
