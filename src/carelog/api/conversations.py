"""`/api/conversations`: read, list, search and delete."""

from typing import Final, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from carelog.api.access import DeletesConversations, ReadsConversations
from carelog.api.errors import refusals
from carelog.api.own_parameters import OwnParameters
from carelog.api.parameters import CursorText, Given, Limit, Since, Text, Until, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import ConversationOut, PageOut
from carelog.conversations.search import ConversationQuery
from carelog.kit.errors import NotFound
from carelog.pipeline.submission import Channel

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


class Sought(BaseModel):
    """The parameters of a search."""

    model_config = ConfigDict(frozen=True)

    q: Given[Text] = Field(default=None, description="Words that were said, all of them")
    tel: Given[Text] = Field(default=None, description="A party's phone number")
    mailto: Given[Text] = Field(default=None, description="A party's e-mail address")
    name: Given[Text] = Field(default=None, description="A party's full name")
    title: Given[Text] = Field(default=None, description="A part of the title")
    channel: Given[Channel] = Field(default=None, description="Where it came from")
    subject: Given[UUID] = Field(default=None, description="Whose record it belongs to")
    since: Since = None
    until: Until = None
    needs: Given[Literal["transcript"]] = Field(default=None, description="Only those whose runs wait for this")
    limit: Limit = 50
    cursor: CursorText = None


_SOUGHT: Final = OwnParameters(Sought)


@router.get("", summary="List and search", openapi_extra={"parameters": _SOUGHT.described()})
async def search_conversations(
    request: Request, services: ServicesOf, who: ReadsConversations
) -> PageOut[ConversationOut]:
    """The conversations that meet all conditions, the last to come in first."""
    sought = _SOUGHT.of(request)
    query = ConversationQuery(
        tel=sought.tel,
        mailto=sought.mailto,
        name=sought.name,
        title=sought.title,
        words=sought.q,
        channel=sought.channel,
        subject_id=sought.subject,
        since=sought.since,
        until=sought.until,
        among=None if sought.needs is None else services.transcripts.needing(),
    )
    page = await services.conversations.page(who, query, limit=sought.limit, cursor=cursor_of(sought.cursor))
    waits = await services.transcripts.waiting_among([item.id for item in page.items])
    return PageOut.of(page, (ConversationOut.of(item, waits) for item in page.items))


@router.get("/{conversation_id}", summary="Read what is known of one", responses=refusals(404))
async def read_conversation(conversation_id: UUID, services: ServicesOf, who: ReadsConversations) -> ConversationOut:
    found = await services.conversations.get(who, conversation_id)
    return ConversationOut.of(found, await services.transcripts.waiting_among([found.id]))


@router.get(
    "/{conversation_id}/vcon",
    summary="Read the vCon itself",
    response_class=Response,
    responses={
        200: {"content": {"application/vcon": {"schema": {"type": "object"}}}, "description": "The vCon"},
        **refusals(404),
    },
)
async def read_vcon(conversation_id: UUID, services: ServicesOf, who: ReadsConversations) -> Response:
    """As it came in, with what links have added since; unknown keys and all."""
    stored = await services.reader.get(who, conversation_id)
    return Response(stored.document, media_type="application/vcon", headers={"ETag": f'"{stored.revision}"'})


@router.get(
    "/{conversation_id}/original",
    summary="Read the signed or encrypted form that it came in",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "The JWS or JWE"},
        **refusals(404),
    },
)
async def read_original(conversation_id: UUID, services: ServicesOf, who: ReadsConversations) -> Response:
    """Exactly as it came in. `X-Signed-By` names the signer, where somebody signed it."""
    original = await services.conversations.original(who, conversation_id)
    signer = {"X-Signed-By": quote(original.signer, safe=" =,+@.:/")} if original.signer else {}
    return Response(original.content, media_type="application/json", headers=signer)


@router.delete("/{conversation_id}", status_code=204, summary="Delete one", responses=refusals(404))
async def delete_conversation(conversation_id: UUID, services: ServicesOf, who: DeletesConversations) -> None:
    """Gone from the store, the search and the queues, and soon from every storage. Its entries are retracted."""
    if not await services.deletion.delete(who, [conversation_id]):
        raise NotFound("no such conversation")
