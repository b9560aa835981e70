"""`/api/ai-endpoints`: the AI endpoints of this installation, and how they fare."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from carelog.ai.endpoint import EndpointRole
from carelog.api.access import holder_of
from carelog.api.services import ServicesOf
from carelog.identity import Principal
from carelog.kit.breaker import BreakerState
from carelog.pipeline.gauges import endpoint_gauges

router = APIRouter(prefix="/api/ai-endpoints", tags=["health"])

ReadsMetrics = Annotated[Principal, Depends(holder_of("metrics:read"))]


class BreakerOut(BaseModel):
    """`failures` in a row since it was closed last; while it is open, the endpoint is asked again in
    `retry_in_seconds`."""

    state: BreakerState
    failures: int
    retry_in_seconds: float | None


class AiEndpointOut(BaseModel):
    """`breaker` is null before the first call."""

    name: str
    roles: tuple[EndpointRole, ...]
    breaker: BreakerOut | None


@router.get("", summary="List AI endpoints")
async def list_ai_endpoints(services: ServicesOf, who: ReadsMetrics) -> list[AiEndpointOut]:
    """Those that the configuration names, each with how its breaker stands."""
    who.require_every_subject()
    async with services.health.read() as connection:
        gauges = await endpoint_gauges(connection, services.clock.now())
    breakers = {gauge.endpoint: BreakerOut.model_validate(gauge, from_attributes=True) for gauge in gauges}
    named = services.configuration.current.definitions.ai_endpoints
    return [AiEndpointOut(name=name, roles=named[name].roles, breaker=breakers.get(name)) for name in sorted(named)]
