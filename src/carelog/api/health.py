"""`/health`: for whoever watches over the process; says nothing of anyone."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from carelog import __version__
from carelog.api.services import Services, ServicesOf
from carelog.api.shapes import Check, HealthOut

router = APIRouter(prefix="/health", tags=["health"])

_PATIENCE_SECONDS = 5
_FAILING: dict[int | str, dict[str, Any]] = {503: {"model": HealthOut, "description": "Something does not"}}


@router.get("/live", summary="The process answers")
async def live() -> HealthOut:
    return HealthOut(status="ok", version=__version__)


@router.get("", summary="The same as /health/ready", operation_id="health", responses=_FAILING)
@router.get("/ready", summary="Everything that it depends on answers", responses=_FAILING)
async def ready(services: ServicesOf, response: Response) -> HealthOut:
    checks = await asyncio.gather(*(_check(services, name) for name in services.databases))
    sound = all(check.ok for check in checks)
    if not sound:
        response.status_code = 503
    return HealthOut(status="ok" if sound else "failing", version=__version__, checks=list(checks))


async def _check(services: Services, name: str) -> Check:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await services.databases[name].ping()
    except Exception as error:  # noqa: BLE001  whatever a driver raises means that it does not answer
        return Check(name=name, ok=False, detail=type(error).__name__)
    return Check(name=name, ok=True)
