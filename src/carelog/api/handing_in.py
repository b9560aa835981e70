"""`POST /api/conversations`: hand in. It is what a busy installation does most, so it reads its own parameters: for a
dozen of them, FastAPI takes longer than storing the conversation does."""

import asyncio
import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.types import ASGIApp, Receive, Scope, Send

from carelog.api.access import bearer, known
from carelog.api.auditing import let_in
from carelog.api.bodies import BODY, TRANSCRIPT, media_type, utf8
from carelog.api.errors import invalid, problem, refusal_of, refusals
from carelog.api.own_parameters import OwnParameters
from carelog.api.parameters import Given, Moment, Text
from carelog.api.services import Services
from carelog.api.shapes import ReceiptOut
from carelog.identity import Principal
from carelog.kit.errors import CarelogError, InvalidInput, NotFound
from carelog.pipeline.intake import Verdict
from carelog.pipeline.run import Lane
from carelog.pipeline.submission import Channel, RequestKey, Submission, from_vcon, read_transcript

router = APIRouter(prefix="/api/conversations", tags=["conversations"])

LaneName: TypeAlias = Literal["urgent", "routine", "bulk"]
Name = Annotated[Text, StringConstraints(max_length=255)]

# Bytes. Reading may take some seconds for each megabyte; other requests and the worker's leases must not wait for it.
_READ_ASIDE = 32_000

_UNREAD: Final = "no chain takes this channel: the conversation is stored, and nothing else comes of it"


class Asked(BaseModel):
    """The parameters of a request that hands a conversation in."""

    model_config = ConfigDict(frozen=True)

    channel: Given[Channel] = Field(default=None, description="Where it comes from")
    external_id: Given[Name] = Field(default=None, description="Its name where it comes from, such as a message id")
    subject: Given[UUID | Literal["me"]] = Field(
        default=None, description="Whose record it belongs to, when known; `me` stands for that of the user who asks"
    )
    started_at: Given[Moment] = Field(default=None, description="When a plain transcript was spoken, with a zone")
    title: Given[Text] = Field(default=None, description="The title of a plain transcript")
    lane: Given[LaneName] = Field(default=None, description="Its priority; that of the chain when it is left out")
    idempotency_key: Given[Name] = Field(
        default=None,
        alias="Idempotency-Key",
        description="A name of this request: the same one again is answered as it was, for a day",
    )


_ASKED: Final = OwnParameters(Asked, headers=frozenset({"Idempotency-Key"}))


@router.post(
    "",
    status_code=201,
    summary="Hand in a conversation",
    openapi_extra={
        "parameters": _ASKED.described(),
        "requestBody": BODY,
        "security": [{bearer.scheme_name: []}],
    },
    response_model=ReceiptOut,
    responses={
        200: {"model": ReceiptOut, "description": "It was here already"},
        201: {"description": "It is stored, and will be worked on"},
        **refusals(401, 403, 404, 409, 413, 415, 422, 429, 503),
    },
)
async def hand_in(request: Request) -> Response:
    """A vCon (`application/vcon` or `application/json`) or a plain transcript (`text/plain`).

    An answer of 201 means that it is committed to disk and will reach its end or the dead letters. The same
    channel and external id, or the same vCon again, is answered with 200 and changes nothing. When too many runs
    wait, what is for the bulk lane is refused with 429 and can be sent again after `Retry-After` seconds. Where no
    chain takes the channel, `runs` is empty and `Carelog-Note` says so.
    """
    services: Services = request.app.state.services
    who = await _writer(request, services)
    asked = _asked(request.scope["query_string"], request.headers.get("Idempotency-Key"))
    kind = media_type(request.headers)
    if kind != TRANSCRIPT:
        _refuse_beside_a_vcon(asked)
    subject_id = _subject(who, asked, kind)
    body = await request.body()

    def read() -> Submission:
        return _read(services, asked, subject_id, kind, body)

    submission = read() if len(body) < _READ_ASIDE else await asyncio.to_thread(read)
    lane = None if asked.lane is None else Lane[asked.lane.upper()]
    named = asked.idempotency_key
    key = None if named is None else RequestKey(named, _digest(request, body))
    trace = request.scope["state"]["trace"]
    [receipt] = await services.intake.accept(who, [replace(submission, lane=lane, key=key, trace=trace)])
    if receipt.error:
        raise receipt.error
    return Response(
        ReceiptOut.of(receipt).model_dump_json(),
        status_code=200 if receipt.verdict is Verdict.DUPLICATE else 201,
        headers={
            "Location": f"/api/conversations/{receipt.conversation_id}",
            **({"Idempotency-Replayed": "true"} if receipt.replayed else {}),
            **({"Carelog-Note": _UNREAD} if receipt.unread else {}),
        },
        media_type="application/json",
    )


class Straight:
    """Sends requests that hand in straight to `hand_in`, and all others on: routing among all operations takes about as
    long as reading a conversation."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != router.prefix or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE  # by which the request is named in the log
        try:
            response = await hand_in(Request(scope, receive))
        except CarelogError as error:
            response = refusal_of(error)
        await response(scope, receive, send)


[_ROUTE] = router.routes


async def _writer(request: Request, services: Services) -> Principal:
    who = let_in(request, await known(services, request.scope))
    who.require("conversations:write")
    return who


def _asked(query: bytes, idempotency_key: str | None) -> Asked:
    if idempotency_key is None:
        return _asked_in(query)
    try:
        asked = _asked_in(query)
    except InvalidInput:
        return _ASKED.read(query, {"Idempotency-Key": idempotency_key})  # with every problem of both
    named = _ASKED.read(b"", {"Idempotency-Key": idempotency_key})
    return asked.model_copy(update={"idempotency_key": named.idempotency_key})


@lru_cache(maxsize=256)  # a sender repeats all but the name of the request
def _asked_in(query: bytes) -> Asked:
    return _ASKED.read(query, {})


def _subject(who: Principal, asked: Asked, kind: str) -> UUID | None:
    """What a user writes down without naming anyone is about themselves."""
    if isinstance(asked.subject, str) and who.own is None:
        raise NotFound("no record is about you")
    if isinstance(asked.subject, UUID) or (asked.subject is None and kind != TRANSCRIPT):
        return asked.subject
    return who.own


def _read(services: Services, asked: Asked, subject_id: UUID | None, kind: str, body: bytes) -> Submission:
    if kind != TRANSCRIPT:
        return from_vcon(
            body,
            receive=services.receive,
            channel=asked.channel,
            external_id=asked.external_id,
            subject_id=subject_id,
        )
    return read_transcript(
        utf8(body),
        services.clock,
        channel=asked.channel,
        external_id=asked.external_id,
        subject_id=subject_id,
        started_at=asked.started_at,
        title=asked.title,
    )


def _digest(request: Request, body: bytes) -> str:
    """What a request asks, independent of the order of its parameters."""
    asked = "&".join(sorted(f"{name}={value}" for name, value in request.query_params.multi_items()))
    return hashlib.sha256(asked.encode() + b"\n" + body).hexdigest()


def _refuse_beside_a_vcon(asked: Asked) -> None:
    """A vCon says these itself. Ignoring what was said beside it would lose it."""
    problems = [
        problem(f"/query/{name}", "is for a plain transcript; a vCon says it itself")
        for name in ("started_at", "title")
        if getattr(asked, name) is not None
    ]
    if problems:
        raise invalid(problems)
