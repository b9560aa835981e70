"""`/api/conversations/{id}/transcript`: what was said in a recording, from whoever wrote it down."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from carelog.api.access import WritesConversations
from carelog.api.bodies import media_type_among, utf8
from carelog.api.errors import refusals
from carelog.api.parameters import Given, Text
from carelog.api.services import ServicesOf
from carelog.conversations.handed_transcript import JSON, MEDIATYPES, HandedTranscript

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

_BODY: Final = {
    "required": True,
    "content": {
        kind: {"schema": {} if kind == JSON else {"type": "string"}}  # what a recogniser answers is its own affair
        for kind in MEDIATYPES
    },
}


class TranscriptOut(BaseModel):
    conversation_id: UUID
    dialog: int = Field(description="The recording that it is of, by its index in the vCon")
    added: bool = Field(description="False where the recording had just this transcript")
    runs: list[UUID] = Field(description="The runs that go on with it")


@router.post(
    "/{conversation_id}/transcript",
    status_code=201,
    summary="Hand in the transcript of a recording",
    openapi_extra={"requestBody": _BODY},
    responses={
        200: {"model": TranscriptOut, "description": "It was here already"},
        **refusals(404, 409, 413, 415, 503),
    },
)
async def add_transcript(
    conversation_id: UUID,
    request: Request,
    response: Response,
    services: ServicesOf,
    who: WritesConversations,
    dialog: Annotated[
        Given[Annotated[int, Field(ge=0)]], Query(description="The recording, where several need a transcript")
    ] = None,
    vendor: Annotated[Given[Text], Query(description="Who wrote it down")] = None,
) -> TranscriptOut:
    """Lines of "Speaker: what was said" (`text/plain`), captions (`text/vtt`, `application/x-subrip`), or what a speech
    recogniser answered (`application/json`). Runs that wait for it go on; where none does, the conversation passes
    through its chains again."""
    kind = media_type_among(request.headers, MEDIATYPES, "a transcript: lines, captions or JSON")
    handed = HandedTranscript(utf8(await request.body()), kind, dialog, vendor)
    receipt = await services.transcripts.add(who, conversation_id, handed)
    response.status_code = 201 if receipt.added else 200
    return TranscriptOut(
        conversation_id=receipt.conversation_id,
        dialog=receipt.dialog,
        added=receipt.added,
        runs=list(receipt.runs),
    )
