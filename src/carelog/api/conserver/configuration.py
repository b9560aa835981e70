"""`/config`, `/index_vcons`: the configuration in force, and the search index."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.responses import Response

from carelog.api.conserver.access import ReadsConfiguration, Writes, WritesConfiguration
from carelog.api.conserver.answers import json_response
from carelog.api.services import ServicesOf
from carelog.conversations.reindex import reindex
from carelog.identity.audit import AuditEvent

router = APIRouter()


@router.get("/config")
async def get_config(services: ServicesOf, _who: ReadsConfiguration) -> Response:
    """As it was written, with "***" for every secret."""
    return json_response(services.configuration.shown)


@router.post("/config", status_code=204)
async def post_config(
    document: Annotated[dict[str, Any], Body()], services: ServicesOf, who: WritesConfiguration
) -> Response:
    """Checked as a whole before any of it is in force, in every process. Nothing is ever installed."""
    configuration: Mapping[str, Any] = document
    await services.configuration.post(who, configuration)
    await services.audit.record([AuditEvent.by(who, "config.replace")])
    return Response(status_code=204)


@router.get("/index_vcons")
async def index_vcons(services: ServicesOf, who: Writes) -> Response:
    """How many vCons were indexed anew."""
    who.require_every_subject()
    return json_response(await reindex(services.health))
