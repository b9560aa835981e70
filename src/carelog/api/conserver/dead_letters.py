"""`/dlq`: what could not be done for an ingress list: the dead letters of the chains that read it."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from carelog.api.conserver.access import ReadsRuns, WritesRuns
from carelog.api.conserver.answers import json_response
from carelog.api.conserver.lists import ListName, allows_any_list
from carelog.api.services import Services, ServicesOf
from carelog.identity import Principal
from carelog.kit import jsontext
from carelog.kit.errors import NotFound
from carelog.kit.paging import every_page
from carelog.pipeline.dead_letters import DeadLetterQuery

router = APIRouter()

_AT_ONCE = 1000


@router.get("/dlq")
async def get_dlq(request: Request, services: ServicesOf, who: ReadsRuns, ingress_list: ListName) -> Response:
    """The ids of their vCons, streamed: there may be millions."""
    chains = _readers(request, services, ingress_list)
    return StreamingResponse(_ids(services, who, chains), media_type="application/json")


@router.post("/dlq/reprocess")
async def post_dlq_reprocess(
    request: Request,
    services: ServicesOf,
    who: WritesRuns,
    ingress_list: ListName,
    count: Annotated[int, Query(ge=1, le=100_000)] = 1000,
) -> Response:
    """How many of them, the oldest first, go on from the link that they failed at."""
    driven = 0
    for chain in _readers(request, services, ingress_list):
        if driven < count:
            query = DeadLetterQuery(chain=chain)
            driven += await services.dead_letters.drive_all(who, query, limit=count - driven)
    return json_response(driven)


def _readers(request: Request, services: Services, ingress_list: str) -> list[str]:
    """The chains that read a list, be they enabled or not. Raises NotFound when there is none, and there has
    to be one."""
    chains = services.configuration.current.definitions.chains
    found = [name for name, chain in chains.items() if ingress_list in chain.ingress_lists]
    if not found and not allows_any_list(request):
        raise NotFound("no chain reads this ingress list")
    return found


async def _ids(services: Services, who: Principal, chains: list[str]) -> AsyncIterator[str]:
    """A JSON list, piece by piece."""
    lead = "["
    for chain in chains:
        page = partial(services.dead_letters.page, who, DeadLetterQuery(chain=chain), limit=_AT_ONCE)
        async for letters in every_page(page):
            ids = dict.fromkeys(str(letter.conversation_id) for letter in letters)
            if ids:
                yield lead + jsontext.dump(list(ids))[1:-1]
                lead = ","
    yield "[]" if lead == "[" else "]"
