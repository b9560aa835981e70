"""`/vcon`, `/vcons`: vCons in, out and away."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from carelog.api.conserver.access import Deletes, Partner, Reads, Writes
from carelog.api.conserver.answers import json_response
from carelog.api.services import Services, ServicesOf
from carelog.conversations import Conversation
from carelog.conversations.older import parse_older
from carelog.conversations.parties import Kind
from carelog.identity import Principal
from carelog.kit.errors import InvalidInput, NotFound, UnsupportedMediaType
from carelog.pipeline.submission import Submission

if TYPE_CHECKING:
    from carelog.conversations.sealed import Opened  # loads the cryptography, which few need

router = APIRouter()

ListNames = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=80)]], Query(max_length=100, description="It may be repeated")
]
Moment = Annotated[datetime | None, Query()]

# Bytes; see the API's own `conversations`.
_READ_ASIDE = 32_000
_VCON = "application/json"


@router.post("/vcon", status_code=201)
async def post_vcon(request: Request, services: ServicesOf, who: Writes, ingress_lists: ListNames = []) -> Response:  # noqa: B006
    """Store a vCon, over an older one of the same uuid if need be, and let it pass through the chains that read the
    lists. Given back is the vCon as it is stored."""
    submission = await _hand_in(request, services, who, ingress_lists, replaces=True)
    return Response(submission.conversation.json, 201, media_type=_VCON)


@router.post("/vcon/external-ingress", status_code=204)
async def post_external_vcon(request: Request, services: ServicesOf, who: Partner, ingress_list: str) -> Response:
    """A partner's vCon. One that is there already is theirs no more than anyone's: it is never written over."""
    await _hand_in(request, services, who, [ingress_list], replaces=False)
    return Response(status_code=204)


@router.get("/vcon")
async def get_vcon_ids(
    services: ServicesOf,
    who: Reads,
    page: Annotated[int, Query(ge=1, le=1_000_000_000)] = 1,
    size: Annotated[int, Query(ge=1, le=10_000)] = 50,
    since: Moment = None,
    until: Moment = None,
) -> Response:
    found = await services.conversation_ids.page(who, page=page, size=size, since=_utc(since), until=_utc(until))
    return json_response([str(id_) for id_ in found])


@router.get("/vcon/{vcon_uuid}")
async def get_vcon(vcon_uuid: UUID, services: ServicesOf, who: Reads) -> Response:
    stored = await services.reader.get(who, vcon_uuid)
    return Response(stored.document, media_type=_VCON)


@router.delete("/vcon/{vcon_uuid}", status_code=204)
async def delete_vcon(vcon_uuid: UUID, services: ServicesOf, who: Deletes) -> Response:
    await services.deletion.delete(who, [vcon_uuid])
    return Response(status_code=204)


@router.get("/vcons")
async def get_vcons(
    services: ServicesOf, who: Reads, vcon_uuids: Annotated[list[UUID], Query(min_length=1, max_length=1000)]
) -> Response:
    """In the order in which they were asked for, with null in the place of one that there is not. Sent while it is
    read, one vCon at a time: what cannot be read then breaks the answer off, where it is not the first."""
    first, *others = vcon_uuids
    beginning = await _document(services, who, first)
    return StreamingResponse(_list(services, who, beginning, others), media_type=_VCON)


@router.get("/vcons/search")
async def search_vcon_ids(
    services: ServicesOf,
    who: Reads,
    tel: Annotated[str | None, Query(max_length=320)] = None,
    mailto: Annotated[str | None, Query(max_length=320)] = None,
    name: Annotated[str | None, Query(max_length=320)] = None,
) -> Response:
    """The vCons that meet all that is asked."""
    asked: dict[Kind, str | None] = {"tel": tel, "mailto": mailto, "name": name}
    wanted = {kind: value for kind, value in asked.items() if value is not None}
    if not wanted:
        raise HTTPException(400, "At least one search parameter must be provided")
    return json_response([str(id_) for id_ in await services.conversation_ids.search(who, wanted)])


async def _hand_in(
    request: Request, services: Services, who: Principal, lists: Collection[str], *, replaces: bool
) -> Submission:
    """What is committed to disk when this returns. Raises what refused it."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("a compressed body is not read", details={"accepted": ["identity"]})
    body = await request.body()
    if len(body) < _READ_ASIDE:
        conversation, opened = _read(services, body)
    else:
        conversation, opened = await asyncio.to_thread(_read, services, body)
    submission = Submission(
        conversation,
        ingress_lists=tuple(dict.fromkeys(lists)),
        replaces=replaces,
        opened=opened,
        trace=request.scope["state"]["trace"],
    )
    [receipt] = await services.intake.accept(who, [submission])
    if receipt.error:
        raise receipt.error
    return submission


def _read(services: Services, body: bytes) -> "tuple[Conversation, Opened | None]":
    """A vCon of the present draft, in any of its forms, or a plain one of an older draft. Raises InvalidInput."""
    try:
        return services.receive(body)
    except InvalidInput as error:
        if not error.details.get("problems"):
            raise
    return parse_older(body), None


async def _document(services: Services, who: Principal, id_: UUID) -> str:
    try:
        return (await services.reader.get(who, id_)).document
    except NotFound:
        return "null"


async def _list(services: Services, who: Principal, beginning: str, others: Sequence[UUID]) -> AsyncIterator[str]:
    """A JSON list, document by document."""
    yield f"[{beginning}"
    for id_ in others:
        yield f",{await _document(services, who, id_)}"
    yield "]"


def _utc(moment: datetime | None) -> datetime | None:
    """The conserver takes a moment without a zone too. Raises InvalidInput for one that UTC has not."""
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise InvalidInput("a moment lies outside of time") from None
