"""`/version`, `/health`, `/stats/queue`: for whoever watches over it; they need no key, and say nothing of anyone."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from carelog import __version__
from carelog.api.conserver.answers import json_response
from carelog.api.health import check_database
from carelog.api.services import ServicesOf

router = APIRouter()

_VERSION: Final[dict[str, Any]] = {"version": __version__, "git_commit": "unknown", "build_time": "unknown"}


@router.get("/version")
async def get_version() -> Response:
    return json_response(_VERSION)


@router.get("/health")
async def get_health(services: ServicesOf) -> Response:
    """Healthy when every database answers; otherwise 503."""
    checks = await asyncio.gather(*(check_database(name, database) for name, database in services.databases.items()))
    sound = all(check.ok for check in checks)
    status = "healthy" if sound else "unhealthy"
    told = [check.model_dump() for check in checks]
    return json_response({"status": status, "version": _VERSION, "checks": told}, 200 if sound else 503)


@router.get("/stats/queue")
async def get_queue_depth(
    services: ServicesOf, list_name: Annotated[str, Query(min_length=1, max_length=100)]
) -> Response:
    """How many vCons wait in an ingress list, are on an egress list, or, as 'DLQ:<ingress list>', are dead letters of
    its chains. A list that there is not is empty: which there are is not told without a key."""
    return json_response({"list_name": list_name, "depth": await services.list_depths.of(list_name)})
