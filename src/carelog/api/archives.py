"""`/api/subjects/{subject_id}/archive` and `/api/archives`: everything of a subject in one file, and back."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from carelog.api.access import holder_of
from carelog.api.errors import refusals
from carelog.api.parameters import Given
from carelog.api.record_of import RecordRead
from carelog.api.services import ServicesOf
from carelog.identity import Principal
from carelog.kit.errors import UnsupportedMediaType
from carelog.record.archive import Brought

router = APIRouter(prefix="/api", tags=["archives"])

BRINGING: Final = "/api/archives"
_ZIP: Final = "application/zip"
_CHUNK: Final = 1 << 18
_BINARY: Final[dict[str, Any]] = {"content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}}}

Importer = Annotated[Principal, Depends(holder_of("records:import"))]


class BroughtOut(BaseModel):
    """What became of an archive."""

    subject_id: UUID
    created: bool = Field(description="Whether the subject was made for it")
    counts: dict[str, dict[str, int]] = Field(
        description="By what it holds: how many were `new`, `known` already, had later revisions (`advanced`), ..."
    )


@router.get(
    "/subjects/{subject_id}/archive",
    summary="Take everything of a subject",
    response_class=Response,
    responses={200: _BINARY, **refusals(404, 503)},
)
async def take_archive(services: ServicesOf, record: RecordRead) -> Response:
    """One ZIP with a manifest: conversations as they are stored, entries with all their revisions, links, who may see
    the record and who looked, and all of it in FHIR. Needs `conversations:read` too."""
    file = await services.archives.take(record.who, record.subject_id)
    size = file.seek(0, 2)
    file.seek(0)
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="carelog-{record.subject_id}.zip"',
    }
    return StreamingResponse(_pieces(file), media_type=_ZIP, headers=headers, background=BackgroundTask(file.close))


@router.post(
    "/archives",
    summary="Bring an archive back",
    status_code=201,
    response_model=BroughtOut,
    responses={200: {"model": BroughtOut, "description": "The subject was here"}, **refusals(404, 409, 415)},
    openapi_extra={"requestBody": {"required": True, **_BINARY}},
)
async def bring_archive(
    request: Request,
    services: ServicesOf,
    who: Importer,
    into: Annotated[
        Given[UUID], Query(description="Into whose record; that of whom it was taken when left out")
    ] = None,
) -> Response:
    """All of it or nothing. What is here already stays as it is; the same archive again changes nothing. A damaged or
    changed one is refused whole with 422, `archive.refused`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _ZIP:
        raise UnsupportedMediaType("an archive is sent as application/zip", details={"accepted": [_ZIP]})
    with await asyncio.to_thread(services.archives.unnamed_file) as file:
        async for piece in request.stream():
            await asyncio.to_thread(file.write, piece)
        brought = await services.archives.bring(who, file, into=into)
    return Response(
        _shown(brought).model_dump_json(), status_code=201 if brought.created else 200, media_type="application/json"
    )


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _CHUNK):
        yield piece


def _shown(brought: Brought) -> BroughtOut:
    counts = {what: dict(counted) for what, counted in brought.counts.items()}
    return BroughtOut(subject_id=brought.subject_id, created=brought.created, counts=counts)
