"""`/fhir/$export`: bulk exports, asynchronous (https://hl7.org/fhir/uv/bulkdata/export.html)."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from carelog.api.errors import invalid, problem
from carelog.api.fhir.access import Reads
from carelog.api.fhir.answers import answer, base_of, issue, outcome
from carelog.api.fhir.parameters import named, paging_of, spans_of
from carelog.api.services import ServicesOf
from carelog.kit import jsontext
from carelog.kit.errors import NotFound
from carelog.record.fhir.elements import instant
from carelog.record.fhir.exporting import Wanted
from carelog.record.fhir.kinds import kinds

router = APIRouter(prefix="/fhir", tags=["fhir"], include_in_schema=False)

NDJSON: Final = "application/fhir+ndjson"
_FORMATS: Final = frozenset({NDJSON, "application/ndjson", "ndjson"})
_KNOWN: Final = ("_type", "_since", "_outputFormat")


@router.get("/$export")
@router.get("/Patient/$export")
async def start_fhir_export(request: Request, services: ServicesOf, who: Reads) -> Response:
    """Every record that the asker may see."""
    given = request.query_params
    paging_of(given, _KNOWN)
    if "respond-async" not in request.headers.get("prefer", "").replace(" ", "").split(","):
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


@router.get("/exports/{id_}")
async def read_fhir_export(request: Request, services: ServicesOf, who: Reads, id_: str) -> Response:
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


@router.delete("/exports/{id_}")
async def cancel_fhir_export(services: ServicesOf, who: Reads, id_: str) -> Response:
    """Ends it, and deletes its files."""
    await services.fhir.exports.cancel(who, _id(id_))
    return Response(status_code=202)


@router.get("/exports/{id_}/{name}")
async def read_fhir_export_file(services: ServicesOf, who: Reads, id_: str, name: str) -> Response:
    path = await services.fhir.exports.file(who, _id(id_), name)
    return FileResponse(path, media_type=NDJSON)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("there is no such export") from None
