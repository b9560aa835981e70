"""`/vcon/ingress`, `/vcon/egress`, `/vcon/count`: ids in and out of the lists that chains read and write."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from carelog.api.conserver.access import ConserverOptions, Pops, Writes
from carelog.api.conserver.answers import json_response
from carelog.api.services import ServicesOf
from carelog.kit.errors import NotFound

router = APIRouter()

ListName = Annotated[str, Query(min_length=1, max_length=80)]


@router.post("/vcon/ingress", status_code=204)
async def post_vcon_ingress(
    vcon_uuids: Annotated[list[UUID], Body(max_length=10_000)],
    services: ServicesOf,
    who: Writes,
    ingress_list: ListName,
) -> Response:
    """Let vCons that are stored pass through the chains that read the list. Ids of which there is none are passed
    over, as the conserver does; how many they were is told in a header."""
    unknown = await services.intake.send(who, vcon_uuids, ingress_list)
    return Response(status_code=204, headers={"X-Carelog-Unknown": str(len(unknown))} if unknown else None)


@router.get("/vcon/egress")
async def get_vcon_egress(
    request: Request,
    services: ServicesOf,
    who: Pops,
    egress_list: ListName,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    try:
        popped = await services.egress.pop(who, egress_list, limit)
    except NotFound:
        if not allows_any_list(request):
            raise
        popped = []
    return json_response([str(id_) for id_ in popped])


@router.get("/vcon/count")
async def get_vcon_count(request: Request, services: ServicesOf, who: Pops, egress_list: ListName) -> Response:
    try:
        count = await services.egress.count(who, egress_list)
    except NotFound:
        if not allows_any_list(request):
            raise
        count = 0
    return json_response(count)


def allows_any_list(request: Request) -> bool:
    """Whether a list that no chain knows is taken for an empty one."""
    options: ConserverOptions = request.app.state.options
    return options.any_list
