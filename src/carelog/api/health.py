"""`/health/live`, `/health/ready`: for whoever watches over the process; says nothing of anyone."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from carelog import __version__
from carelog.api.services import ServicesOf
from carelog.api.shapes import Check, HealthOut
from carelog.db import Database
from carelog.kit.place import kind_of

router = APIRouter(prefix="/health", tags=["health"])

_PATIENCE_SECONDS = 5
_FAILING: dict[int | str, dict[str, Any]] = {503: {"model": HealthOut, "description": "Something does not"}}


@router.get("/live", summary="The process answers")
async def live() -> HealthOut:
    return HealthOut(status="ok", version=__version__)


@router.get("/ready", summary="Everything that it depends on answers", responses=_FAILING)
async def ready(services: ServicesOf, response: Response) -> HealthOut:
    checks = await asyncio.gather(*(check_database(name, database) for name, database in services.databases.items()))
    sound = all(check.ok for check in checks)
    if not sound:
        response.status_code = 503
    return HealthOut(status="ok" if sound else "failing", version=__version__, checks=list(checks))


async def check_database(name: str, database: Database) -> Check:
    """Whether the database answers, and soon."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await database.ping()
    except Exception as error:  # noqa: BLE001  whatever a driver raises means that it does not answer
        return Check(name=name, ok=False, detail=kind_of(error))
    return Check(name=name, ok=True)
