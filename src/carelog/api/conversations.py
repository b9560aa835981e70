"""`/api/conversations`: read, list, search and delete."""

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from carelog.api.access import DeletesConversations, ReadsConversations
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Since, Text, Until, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import ConversationOut, PageOut
from carelog.conversations.search import ConversationQuery
from carelog.kit.errors import NotFound
from carelog.pipeline.submission import Channel

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


@router.get("", summary="List and search")
async def search_conversations(
    services: ServicesOf,
    who: ReadsConversations,
    q: Annotated[Given[Text], Query(description="Words that were said, all of them")] = None,
    tel: Annotated[Given[Text], Query(description="A party's phone number")] = None,
    mailto: Annotated[Given[Text], Query(description="A party's e-mail address")] = None,
    name: Annotated[Given[Text], Query(description="A party's full name")] = None,
    title: Annotated[Given[Text], Query(description="A part of the title")] = None,
    channel: Annotated[Given[Channel], Query(description="Where it came from")] = None,
    subject: Annotated[Given[UUID], Query(description="Whose record it belongs to")] = None,
    since: Since = None,
    until: Until = None,
    needs: Annotated[Given[Literal["transcript"]], Query(description="Only those whose runs wait for this")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> PageOut[ConversationOut]:
    """The conversations that meet all conditions, the last to come in first."""
    query = ConversationQuery(
        tel=tel,
        mailto=mailto,
        name=name,
        title=title,
        words=q,
        channel=channel,
        subject_id=subject,
        since=since,
        until=until,
        among=None if needs is None else services.transcripts.needing(),
    )
    page = await services.conversations.page(who, query, limit=limit, cursor=cursor_of(cursor))
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
