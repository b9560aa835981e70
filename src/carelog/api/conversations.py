"""`/api/conversations`: hand in, read, list and search."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from carelog.api.access import ReadsConversations, WritesConversations
from carelog.api.bodies import BODY, TRANSCRIPT, media_type, utf8
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Limit, Moment, Nothing, Since, Text, Until, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import ConversationOut, PageOut, ReceiptOut
from carelog.conversations.store import ConversationQuery
from carelog.kit.errors import InvalidInput
from carelog.pipeline.intake import Verdict
from carelog.pipeline.submission import Channel, Submission, from_vcon, read_transcript

router = APIRouter(prefix="/api/conversations", tags=["conversations"])


@router.post(
    "",
    status_code=201,
    summary="Hand in a conversation",
    openapi_extra={"requestBody": BODY},
    responses={
        200: {"model": ReceiptOut, "description": "It was here already"},
        201: {"description": "It is stored, and will be worked on"},
        **refusals(404, 409, 415),
    },
)
async def hand_in(
    request: Request,
    response: Response,
    services: ServicesOf,
    who: WritesConversations,
    channel: Annotated[Channel | Nothing, Query(description="Where it comes from")] = None,
    external_id: Annotated[
        Annotated[Text, StringConstraints(max_length=255)] | Nothing,
        Query(description="Its name where it comes from, such as a message id"),
    ] = None,
    subject: Annotated[UUID | Nothing, Query(description="Whose record it belongs to, when known")] = None,
    started_at: Annotated[
        Moment | Nothing, Query(description="When a plain transcript was spoken, with a zone")
    ] = None,
    title: Annotated[Text | Nothing, Query(description="The title of a plain transcript")] = None,
) -> ReceiptOut:
    """A vCon (`application/vcon` or `application/json`) or a plain transcript (`text/plain`).

    An answer of 201 means that it is committed to disk and will reach its end or the dead letters. The same
    channel and external id, or the same vCon again, is answered with 200 and changes nothing.
    """
    kind = media_type(request.headers)
    submission: Submission
    if kind == TRANSCRIPT:
        submission = read_transcript(
            utf8(await request.body()),
            services.clock,
            channel=channel,
            external_id=external_id,
            subject_id=subject,
            started_at=started_at,
            title=title,
        )
    else:
        _refuse_beside_a_vcon(started_at=started_at, title=title)
        submission = from_vcon(await request.body(), channel=channel, external_id=external_id, subject_id=subject)
    [receipt] = await services.intake.accept(who, [submission])
    if receipt.error:
        raise receipt.error
    if receipt.verdict is Verdict.DUPLICATE:
        response.status_code = 200
    response.headers["Location"] = f"/api/conversations/{receipt.conversation_id}"
    return ReceiptOut.of(receipt)


@router.get("", summary="List and search")
async def search_conversations(
    services: ServicesOf,
    who: ReadsConversations,
    q: Annotated[Text | Nothing, Query(description="Words that were said, all of them")] = None,
    tel: Annotated[Text | Nothing, Query(description="A party's phone number")] = None,
    mailto: Annotated[Text | Nothing, Query(description="A party's e-mail address")] = None,
    name: Annotated[Text | Nothing, Query(description="A party's full name")] = None,
    title: Annotated[Text | Nothing, Query(description="A part of the title")] = None,
    channel: Annotated[Channel | Nothing, Query(description="Where it came from")] = None,
    subject: Annotated[UUID | Nothing, Query(description="Whose record it belongs to")] = None,
    since: Since = None,
    until: Until = None,
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
    )
    page = await services.conversations.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(ConversationOut.of, page.items))


@router.get("/{conversation_id}", summary="Read what is known of one", responses=refusals(404))
async def read_conversation(conversation_id: UUID, services: ServicesOf, who: ReadsConversations) -> ConversationOut:
    return ConversationOut.of(await services.conversations.get(who, conversation_id))


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
    stored = await services.conversations.get(who, conversation_id)
    return Response(stored.document, media_type="application/vcon", headers={"ETag": f'"{stored.revision}"'})


def _refuse_beside_a_vcon(**given: object) -> None:
    """A vCon says these itself; to drop what was said beside it would be to lose it."""
    problems = [
        {"place": f"/query/{name}", "problem": "is for a plain transcript; a vCon says it itself"}
        for name, value in given.items()
        if value is not None
    ]
    if problems:
        raise InvalidInput(
            f"the request is not valid: {problems[0]['place']} {problems[0]['problem']}",
            details={"problems": problems},
        )
