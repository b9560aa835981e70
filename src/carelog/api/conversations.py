"""`/api/conversations`: hand in, read, list and search."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import StringConstraints

from carelog.api.access import DeletesConversations, ReadsConversations, WritesConversations
from carelog.api.bodies import BODY, TRANSCRIPT, media_type, utf8
from carelog.api.errors import invalid, problem, refusals
from carelog.api.parameters import CursorText, Given, Limit, Moment, Since, Text, Until, cursor_of
from carelog.api.services import ServicesOf
from carelog.api.shapes import ConversationOut, PageOut, ReceiptOut
from carelog.conversations.store import ConversationQuery
from carelog.kit import jsontext
from carelog.kit.errors import NotFound
from carelog.pipeline.intake import Verdict
from carelog.pipeline.run import Lane
from carelog.pipeline.submission import Channel, RequestKey, Submission, from_vcon, read_transcript

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

LaneName: TypeAlias = Literal["urgent", "routine", "bulk"]

# Bytes. Reading takes up to some seconds for each megabyte, which other requests and the worker's leases shall not
# wait for.
_READ_ASIDE = 32_000


@router.post(
    "",
    status_code=201,
    summary="Hand in a conversation",
    openapi_extra={"requestBody": BODY},
    response_model=ReceiptOut,
    responses={
        200: {"model": ReceiptOut, "description": "It was here already"},
        201: {"description": "It is stored, and will be worked on"},
        **refusals(404, 409, 415, 429),
    },
)
async def hand_in(
    request: Request,
    services: ServicesOf,
    who: WritesConversations,
    channel: Annotated[Given[Channel], Query(description="Where it comes from")] = None,
    external_id: Annotated[
        Given[Annotated[Text, StringConstraints(max_length=255)]],
        Query(description="Its name where it comes from, such as a message id"),
    ] = None,
    subject: Annotated[Given[UUID], Query(description="Whose record it belongs to, when known")] = None,
    started_at: Annotated[Given[Moment], Query(description="When a plain transcript was spoken, with a zone")] = None,
    title: Annotated[Given[Text], Query(description="The title of a plain transcript")] = None,
    lane: Annotated[Given[LaneName], Query(description="Its priority; that of the chain when it is left out")] = None,
    idempotency_key: Annotated[
        Given[Annotated[Text, StringConstraints(max_length=255)]],
        Header(description="A name of this request: the same one again is answered as it was, for a day"),
    ] = None,
) -> Response:
    """A vCon (`application/vcon` or `application/json`) or a plain transcript (`text/plain`).

    An answer of 201 means that it is committed to disk and will reach its end or the dead letters. The same
    channel and external id, or the same vCon again, is answered with 200 and changes nothing. When too many runs
    wait, what is for the bulk lane is refused with 429 and can be sent again after `Retry-After` seconds.
    """
    kind = media_type(request.headers)
    if kind != TRANSCRIPT:
        _refuse_beside_a_vcon(started_at=started_at, title=title)
    body = await request.body()

    def read() -> Submission:
        if kind != TRANSCRIPT:
            return from_vcon(
                body, receive=services.receive, channel=channel, external_id=external_id, subject_id=subject
            )
        return read_transcript(
            utf8(body),
            services.clock,
            channel=channel,
            external_id=external_id,
            subject_id=subject,
            started_at=started_at,
            title=title,
        )

    submission = read() if len(body) < _READ_ASIDE else await asyncio.to_thread(_read_whole, read)
    key = None if idempotency_key is None else RequestKey(idempotency_key, _digest(request, body))
    [receipt] = await services.intake.accept(
        who,
        [
            replace(
                submission,
                lane=None if lane is None else Lane[lane.upper()],
                key=key,
                trace=request.scope["state"]["trace"],
            )
        ],
    )
    if receipt.error:
        raise receipt.error
    return Response(
        jsontext.dump(ReceiptOut.of(receipt).model_dump(mode="json")),
        status_code=200 if receipt.verdict is Verdict.DUPLICATE else 201,
        headers={
            "Location": f"/api/conversations/{receipt.conversation_id}",
            **({"Idempotency-Replayed": "true"} if receipt.replayed else {}),
        },
        media_type="application/json",
    )


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


def _digest(request: Request, body: bytes) -> str:
    """What a request asks, whatever order its parameters come in."""
    asked = "&".join(sorted(f"{name}={value}" for name, value in request.query_params.multi_items()))
    return hashlib.sha256(asked.encode() + b"\n" + body).hexdigest()


def _read_whole(read: Callable[[], Submission]) -> Submission:
    """With its turns, which intake is about to ask for."""
    submission = read()
    submission.conversation.turns  # noqa: B018  kept once read
    return submission


def _refuse_beside_a_vcon(**given: object) -> None:
    """A vCon says these itself; to drop what was said beside it would be to lose it."""
    problems = [
        problem(f"/query/{name}", "is for a plain transcript; a vCon says it itself")
        for name, value in given.items()
        if value is not None
    ]
    if problems:
        raise invalid(problems)
