"""`/api/dead-letters`: runs and copies that used up their tries, and what becomes of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from carelog.api.access import ReadsRuns, WritesRuns
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Text, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import CountOut, DeadLetterOut, PageOut
from carelog.pipeline.dead_letters import DeadLetterQuery

router = APIRouter(prefix="/api/dead-letters", tags=["dead letters"])


async def _query(
    chain: Annotated[Given[Text], Query(description="Of this chain only")] = None,
    link: Annotated[Given[Text], Query(description="Only runs that failed at this link")] = None,
    error: Annotated[Given[Text], Query(description="With this error's code only")] = None,
    storage: Annotated[Given[Text], Query(description="Only copies for this storage")] = None,
) -> DeadLetterQuery:
    return DeadLetterQuery(chain=chain, link=link, error=error, storage=storage)


Which = Annotated[DeadLetterQuery, Depends(_query)]


@router.get("", summary="List dead letters")
async def list_dead_letters(
    services: ServicesOf, who: ReadsRuns, query: Which, limit: Limit = 50, cursor: CursorText = None
) -> PageOut[DeadLetterOut]:
    """Runs and copies that used up their tries, each with its error, the last to begin first."""
    page = await services.dead_letters.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(DeadLetterOut.of, page.items))


@router.post("/drive", summary="Drive all dead letters again")
async def drive_all_again(services: ServicesOf, who: WritesRuns, query: Which) -> CountOut:
    """All that meet every condition. A run goes on from the link that it failed at. What fails again meanwhile is not
    driven a second time."""
    return CountOut(count=await services.dead_letters.drive_all(who, query))


@router.post("/discard", summary="Discard all dead letters")
async def discard_all(services: ServicesOf, who: WritesRuns, query: Which) -> CountOut:
    """All that meet every condition. They stay to be seen, and are never tried again."""
    return CountOut(count=await services.dead_letters.discard_all(who, query))


@router.get("/{dead_letter_id}", summary="Read one dead letter", responses=refusals(404))
async def read_dead_letter(dead_letter_id: UUID, services: ServicesOf, who: ReadsRuns) -> DeadLetterOut:
    """Also one that was driven again since, until it is done, or that was discarded."""
    return DeadLetterOut.of(await services.dead_letters.get(who, dead_letter_id))


@router.post("/{dead_letter_id}/drive", summary="Drive a dead letter again", responses=refusals(404, 409))
async def drive_again(dead_letter_id: UUID, services: ServicesOf, who: WritesRuns) -> DeadLetterOut:
    return DeadLetterOut.of(await services.dead_letters.drive(who, dead_letter_id))


@router.post("/{dead_letter_id}/discard", summary="Discard a dead letter", responses=refusals(404, 409))
async def discard(dead_letter_id: UUID, services: ServicesOf, who: WritesRuns) -> DeadLetterOut:
    return DeadLetterOut.of(await services.dead_letters.discard(who, dead_letter_id))
