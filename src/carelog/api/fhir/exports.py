"""`/fhir/$export`: bulk exports, asynchronous (https://hl7.org/fhir/uv/bulkdata/export.html)."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from carelog.api.errors import invalid, problem
from carelog.api.fhir.access import Reads
from carelog.api.fhir.answers import answer, base_of, issue, outcome, preferences
from carelog.api.fhir.describing import (
    SINCE,
    TYPES,
    BulkManifest,
    ExportId,
    FhirResponse,
    header,
    parameters,
    query,
    refused,
)
from carelog.api.fhir.parameters import named, paging_of, spans_of
from carelog.api.services import ServicesOf
from carelog.kit import jsontext
from carelog.kit.errors import NotFound
from carelog.record.fhir.elements import instant
from carelog.record.fhir.export import Wanted
from carelog.record.fhir.kinds import kinds

router = APIRouter(prefix="/fhir", tags=["fhir"], default_response_class=FhirResponse)

NDJSON: Final = "application/fhir+ndjson"
_FORMATS: Final = frozenset({NDJSON, "application/ndjson", "ndjson"})
_KNOWN: Final = ("_type", "_since", "_outputFormat")


_STARTED: Final[dict[str, Any]] = {
    "responses": {
        202: {"description": "It has begun: look at `Content-Location` until it is finished"},
        **refused(),
    },
    "status_code": 202,
    "openapi_extra": parameters(
        TYPES,
        SINCE,
        query("_outputFormat", "NDJSON is what there is", enum=sorted(_FORMATS)),
        header("Prefer", "`respond-async`: an export takes its time", required=True),
    ),
}


@router.get("/$export", name="start_fhir_export", summary="Export every record that the asker may see", **_STARTED)
@router.get("/Patient/$export", name="start_fhir_patient_export", summary="The same", **_STARTED)
async def start_fhir_export(request: Request, services: ServicesOf, who: Reads) -> Response:
    """Every record that the asker may see."""
    given = request.query_params
    paging_of(given, _KNOWN)
    if "respond-async" not in preferences(request):
        raise invalid([problem("/header/Prefer", "must be respond-async: an export takes its time")])
    if given.get("_outputFormat", NDJSON) not in _FORMATS:
        raise invalid([problem("/query/_outputFormat", f"must be {NDJSON}")])
    wanted = named(given.getlist("_type"))
    if not set(wanted) <= kinds().keys():
        raise invalid([problem("/query/_type", "names a kind of resource that there is not here")])
    since = spans_of(given, "_since")
    asked = Wanted(tuple(wanted) or None, since[0].since if since else None)
    id_ = await services.fhir.exports.ask(who, asked, str(request.url))
    return Response(status_code=202, headers={"Content-Location": f"{base_of(request)}/exports/{id_}"})


@router.get(
    "/exports/{export_id}",
    summary="Whether an export is finished, and its files",
    responses={
        **refused(500),
        200: {"content": {"application/json": {"schema": BulkManifest.model_json_schema()}}, "description": "Finished"},
        202: {"description": "Not yet: ask again after `Retry-After` seconds"},
    },
)
async def read_fhir_export(request: Request, services: ServicesOf, who: Reads, id_: ExportId) -> Response:
    """202 until it is finished, then the list of its files."""
    export = await services.fhir.exports.get(who, _id(id_))
    if export.state == "failed":
        return answer(outcome([issue("error", "exception", "the export failed; ask for it again")]), 500)
    if export.state != "finished":
        progress = {"X-Progress": f"{export.resources} resources written", "Retry-After": "5"}
        return Response(status_code=202, headers=progress)
    base = f"{base_of(request)}/exports/{export.id}"
    manifest = {
        "transactionTime": instant(export.asked_at),
        "request": export.request,
        "requiresAccessToken": True,
        "output": [{"type": f.kind, "url": f"{base}/{f.name}", "count": f.resources} for f in export.files],
        "error": [],
    }
    expires = export.expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT") if export.expires_at else ""
    return Response(jsontext.dump(manifest), headers={"Expires": expires}, media_type="application/json")


@router.delete(
    "/exports/{export_id}",
    summary="End an export, and delete its files",
    status_code=202,
    responses={**refused(), 202: {"description": "It is no more"}},
)
async def cancel_fhir_export(services: ServicesOf, who: Reads, id_: ExportId) -> Response:
    """Ends it, and deletes its files."""
    await services.fhir.exports.cancel(who, _id(id_))
    return Response(status_code=202)


@router.get(
    "/exports/{export_id}/{file_name}",
    summary="A file of an export",
    responses={
        **refused(),
        200: {"content": {NDJSON: {"schema": {"type": "string"}}}, "description": "NDJSON"},
    },
)
async def read_fhir_export_file(services: ServicesOf, who: Reads, id_: ExportId, file_name: str) -> Response:
    path = await services.fhir.exports.file(who, _id(id_), file_name)
    return FileResponse(path, media_type=NDJSON)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("there is no such export") from None
