"""`/api/conversations`: hand in, read, list and search."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from carelog.api.access import ReadsConversations, WritesConversations
from carelog.api.parameters import CursorText, Limit, Since, Until, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import ConversationOut, PageOut, ReceiptOut
from carelog.conversations.store import ConversationQuery
from carelog.kit.errors import InvalidInput, UnsupportedMediaType
from carelog.pipeline.intake import Verdict
from carelog.pipeline.submission import Submission, from_vcon, read_transcript

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

_VCON = ("application/json", "application/vcon", "application/vcon+json")
_TRANSCRIPT = "text/plain"
_BODY = {
    "required": True,
    "content": {
        **{
            kind: {
                "schema": {
                    "type": "object",
                    "description": "A vCon after draft-ietf-vcon-vcon-core-03",
                    "required": ["uuid", "parties"],
                }
            }
            for kind in _VCON
        },
        _TRANSCRIPT: {"schema": {"type": "string", "description": 'Lines of "Speaker: what was said"'}},
    },
}

Channel = Annotated[str | None, Query(max_length=40, description="calls, whatsapp, checkin, scan, lab or vcon")]
Words = Annotated[str | None, Query(min_length=1, max_length=320)]


@router.post(
    "",
    status_code=201,
    summary="Hand in a conversation",
    openapi_extra={"requestBody": _BODY},
    responses={200: {"model": ReceiptOut, "description": "It was here already"}},
)
async def hand_in(
    request: Request,
    response: Response,
    services: ServicesOf,
    who: WritesConversations,
    channel: Channel = None,
    external_id: Annotated[str | None, Query(min_length=1, max_length=255)] = None,
    subject: Annotated[UUID | None, Query(description="Whose record it belongs to, when known")] = None,
    started_at: Annotated[Since, Query(description="When a plain transcript was spoken, with a zone")] = None,
    title: Annotated[str | None, Query(max_length=500, description="For a plain transcript")] = None,
) -> ReceiptOut:
    """A vCon (`application/json` or `application/vcon`) or a plain transcript (`text/plain`).

    An answer of 201 means that it is committed to disk and will reach its end or the dead letters. The same
    channel and external id, or the same vCon again, is answered with 200 and changes nothing.
    """
    body = await request.body()
    submission: Submission
    if _media_type(request) == _TRANSCRIPT:
        submission = read_transcript(
            _utf8(body),
            services.clock,
            channel=channel,
            external_id=external_id,
            subject_id=subject,
            started_at=started_at,
            title=title,
        )
    else:
        submission = from_vcon(body, channel=channel, external_id=external_id, subject_id=subject)
    [receipt] = await services.intake.accept(who, [submission])
    if receipt.error:
        raise receipt.error
    if receipt.verdict is Verdict.DUPLICATE:
        response.status_code = 200
    response.headers["Location"] = f"/api/conversations/{receipt.conversation_id}"
    return ReceiptOut.of(receipt)


@router.get("", summary="List and search")
async def search(
    services: ServicesOf,
    who: ReadsConversations,
    q: Annotated[Words, Query(description="Words that were said, all of them")] = None,
    tel: Words = None,
    mailto: Words = None,
    name: Annotated[Words, Query(description="A party's full name")] = None,
    title: Annotated[Words, Query(description="A part of the title")] = None,
    channel: Channel = None,
    subject: UUID | None = None,
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
    return PageOut(items=[ConversationOut.of(item) for item in page.items], next=str(page.next) if page.next else None)


@router.get("/{conversation_id}", summary="Read what is known of one")
async def read(conversation_id: UUID, services: ServicesOf, who: ReadsConversations) -> ConversationOut:
    return ConversationOut.of(await services.conversations.get(who, conversation_id))


@router.get(
    "/{conversation_id}/vcon",
    summary="Read the vCon itself",
    response_class=Response,
    responses={200: {"content": {"application/vcon": {"schema": {"type": "object"}}}, "description": "The vCon"}},
)
async def read_vcon(conversation_id: UUID, services: ServicesOf, who: ReadsConversations) -> Response:
    """As it came in, with what links have added since; unknown keys and all."""
    stored = await services.conversations.get(who, conversation_id)
    return Response(stored.document, media_type="application/vcon", headers={"ETag": f'"{stored.revision}"'})


def _media_type(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in (*_VCON, _TRANSCRIPT):
        raise UnsupportedMediaType(
            "the body must be a vCon in JSON or a transcript in plain text",
            details={"accepted": [*_VCON, _TRANSCRIPT]},
        )
    return given


def _utf8(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the text is not UTF-8 at byte {error.start}") from None
