"""`/api/runs` and `/api/dead-letters`: what is being done, and what could not be."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from carelog.api.access import ReadsRuns, WritesRuns
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Text, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import CountOut, PageOut, RunOut
from carelog.identity import Principal
from carelog.pipeline.run import RunState
from carelog.pipeline.runs import RunQuery

router = APIRouter(prefix="/api", tags=["runs"])

ChainName = Annotated[Given[Text], Query(description="Of this chain only")]


@router.get("/runs", summary="List runs")
async def list_runs(
    services: ServicesOf,
    who: ReadsRuns,
    state: Annotated[list[RunState], Query(max_length=10, description="In these states; all when left out")] = [],  # noqa: B006
    chain: ChainName = None,
    conversation: Annotated[Given[UUID], Query(description="Over this conversation only")] = None,
    subject: Annotated[Given[UUID], Query(description="For this record only")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[RunOut]:
    """The last to begin first."""
    query = RunQuery(states=tuple(state), chain=chain, conversation_id=conversation, subject_id=subject)
    return await _page(services, who, query, limit, cursor)


@router.get("/runs/{run_id}", summary="Read one run", responses=refusals(404))
async def read_run(run_id: UUID, services: ServicesOf, who: ReadsRuns) -> RunOut:
    return RunOut.of(await services.runs.get(who, run_id))


@router.get("/dead-letters", summary="List dead letters")
async def list_dead_letters(
    services: ServicesOf,
    who: ReadsRuns,
    chain: ChainName = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[RunOut]:
    """Runs that used up their tries, each with its error."""
    return await _page(services, who, RunQuery(states=(RunState.DEAD,), chain=chain), limit, cursor)


@router.post("/dead-letters/drive", summary="Drive all dead letters again")
async def drive_all_again(services: ServicesOf, who: WritesRuns, chain: ChainName = None) -> CountOut:
    """Each goes on from the link that it failed at."""
    return CountOut(count=await services.runs.drive_all_again(who, chain=chain))


@router.post("/dead-letters/discard", summary="Discard all dead letters")
async def discard_all(services: ServicesOf, who: WritesRuns, chain: ChainName = None) -> CountOut:
    """They stay to be seen, as discarded runs, and are never run again."""
    return CountOut(count=await services.runs.discard_all(who, chain=chain))


@router.post("/dead-letters/{run_id}/drive", summary="Drive a dead letter again", responses=refusals(404, 409))
async def drive_again(run_id: UUID, services: ServicesOf, who: WritesRuns) -> RunOut:
    return RunOut.of(await services.runs.drive_again(who, run_id))


@router.post("/dead-letters/{run_id}/discard", summary="Discard a dead letter", responses=refusals(404, 409))
async def discard(run_id: UUID, services: ServicesOf, who: WritesRuns) -> RunOut:
    return RunOut.of(await services.runs.discard(who, run_id))


async def _page(
    services: ServicesOf, who: Principal, query: RunQuery, limit: int, cursor: str | None
) -> PageOut[RunOut]:
    page = await services.runs.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(RunOut.of, page.items))
