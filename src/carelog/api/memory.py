"""`/api/memory`: the record as a memory, by context ids: store, retrieve, change, delete, reckon."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from starlette.responses import Response

from carelog.api.entry_view import entry_view, json_answer
from carelog.api.entry_writing import OnDuplicateText, Reason, note_headers
from carelog.api.errors import invalid, problem, refusals
from carelog.api.insights import InsightsOut
from carelog.api.paging_links import link_header
from carelog.api.parameters import CursorText, Given, Limit, Moment, Since, Text, Until, cursor_of
from carelog.api.record_of import RecordOf, record_asked_for
from carelog.api.services import ServicesOf
from carelog.api.shapes import EntryOut, PageOut
from carelog.identity import Principal
from carelog.record.events import Event, ToldSource
from carelog.record.insights import Area
from carelog.record.memory import NewEvent, Status, StoredEvent
from carelog.record.recall import Recall

router = APIRouter(prefix="/api/memory", tags=["memory"])

ContextText = Annotated[Text, StringConstraints(max_length=250)]
_Linked = Annotated[list[ContextText], Field(max_length=100)]
SubjectText = Annotated[
    UUID | None,
    BeforeValidator(lambda given: None if given == "me" else given),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "uuid"}, {"const": "me"}]}),
    Query(description="Whose record: a subject's id, or `me`; for a key that is limited to one subject, that one"),
]
_FILTER: Final = r"^[a-z_0-9]+:."


class EventIn(BaseModel):
    """An event to store."""

    model_config = ConfigDict(extra="forbid")

    context_id: ContextText = Field(
        description="`type:name`, with a name of your own or an entry's id; or `type`, and an id is made",
        examples=["vitals:this-morning"],
    )
    payload: dict[str, Any] = Field(description="By type: see /api/entry-types. References may be context ids")
    event_kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.:-]{0,39}$")] | None = Field(
        default=None, description="fact, observation, action, ...; a fact when left out, a chat message an action"
    )
    source: ToldSource = "user"
    timestamp: Moment | None = Field(default=None, description="When it happened, with a zone; now when left out")
    related_to: _Linked = []
    extends: _Linked = []
    reinforces: _Linked = []
    contradicts: _Linked = []
    replace: bool = Field(default=False, description="Overwrite what the context id says now")

    def event(self) -> NewEvent:
        return NewEvent(
            self.context_id,
            self.payload,
            event_kind=self.event_kind,
            source=self.source,
            timestamp=self.timestamp,
            links={
                "related_to": self.related_to,
                "extends": self.extends,
                "reinforces": self.reinforces,
                "contradicts": self.contradicts,
            },
            replace=self.replace,
        )


class EventPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    updates: dict[str, Any] = Field(description="A JSON merge patch of the payload: null removes a field")
    timestamp: Moment | None = Field(default=None, description="When it happened, with a zone")
    revision: int | None = Field(default=None, ge=1, description="The revision that you have seen; 412 for another")
    reason: Reason | None = Field(default=None, description="Why, for its history")


class EventOut(BaseModel):
    """A stored event: `entry` is what the record has."""

    context_id: str
    event_kind: str
    source: str
    entry: EntryOut


class StoredOut(EventOut):
    status: Status


async def _record(request: Request, subject: UUID | None, scope: str) -> RecordOf:
    who: Principal = request.state.principal
    who.require(scope)
    if subject is None and who.own is None:
        if who.subjects is None or len(who.subjects) != 1:
            raise invalid([problem("/query/subject", "says whose record; no one record is yours")])
        [subject] = who.subjects
    return await record_asked_for(request, subject, scope)


async def _read(request: Request, subject: SubjectText = None) -> RecordOf:
    return await _record(request, subject, "entries:read")


async def _written(request: Request, subject: SubjectText = None) -> RecordOf:
    record = await _record(request, subject, "entries:write")
    record.who.require_change(record.subject_id)
    return record


Read = Annotated[RecordOf, Depends(_read)]
Written = Annotated[RecordOf, Depends(_written)]
Named = Annotated[ContextText, Query(description="The event's context id")]


@router.post(
    "/events",
    summary="Store an event",
    status_code=201,
    response_model=StoredOut,
    responses={200: {"model": StoredOut, "description": "It was there"}, **refusals(404, 409)},
)
async def store_event(
    event: EventIn, services: ServicesOf, record: Written, on_duplicate: OnDuplicateText = "refuse"
) -> Response:
    """The same event again changes nothing. Another one under a context id that is taken is refused with 409,
    `context.taken`, unless it is to `replace` it: the history keeps both."""
    stored = await services.memory.store_event(record.who, record.subject_id, event.event(), on_duplicate=on_duplicate)
    return _stored(stored, services, 201 if stored.status == "created" else 200)


@router.get("/context", summary="Retrieve events", response_model=PageOut[EventOut], responses=refusals(404))
async def retrieve_context(
    request: Request,
    services: ServicesOf,
    record: Read,
    context_type: Annotated[Given[Text], Query(description="An entry type, or how its context ids begin")] = None,
    context_id: Annotated[list[ContextText], Query(max_length=100, description="Only these")] = [],  # noqa: B006
    filter_: Annotated[
        list[Annotated[Text, StringConstraints(pattern=_FILTER)]],
        Query(alias="filter", max_length=20, description="`field:value`, of the fields that the type is listed by"),
    ] = [],  # noqa: B006
    q: Annotated[Given[Text], Query(description="Words that all begin words of the event or of its quotes")] = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    """The latest to occur first."""
    recall = Recall(
        context_type=context_type,
        context_ids=tuple(context_id),
        filters=dict(one.split(":", 1) for one in filter_),
        text=q,
        since=since,
        until=until,
    )
    page = await services.memory.retrieve_context(
        record.who, record.subject_id, recall, limit=limit, cursor=cursor_of(cursor)
    )
    now = services.clock.now()
    view = {"items": [_view(e, now) for e in page.items], "next": str(page.next) if page.next else None}
    return json_answer(view, headers=[link_header(request, page.next)])


@router.get("/insights", summary="Reckon with events", responses=refusals(404))
async def generate_insights(
    services: ServicesOf,
    record: Read,
    type: Annotated[Area | Literal["overall"], Query(description="Of this area only")] = "overall",  # noqa: A002
    since: Since = None,
    until: Until = None,
) -> InsightsOut:
    """As `/api/subjects/{subject_id}/insights`: by rules, each with the entries that it rests on."""
    area = None if type == "overall" else type
    found = await services.memory.generate_insights(record.who, record.subject_id, area=area, since=since, until=until)
    return InsightsOut(items=found)


@router.patch("/events", summary="Change an event", response_model=StoredOut, responses=refusals(404, 409, 412))
async def update_event(context_id: Named, change: EventPatch, services: ServicesOf, record: Written) -> Response:
    """Only what is said changes; the history keeps what was."""
    stored = await services.memory.update_event(
        record.who,
        record.subject_id,
        context_id,
        change.updates,
        revision=change.revision,
        timestamp=change.timestamp,
        reason=change.reason,
    )
    return _stored(stored, services, 200)


@router.delete("/events", summary="Delete an event", status_code=204, responses=refusals(404, 409, 412))
async def delete_event(
    context_id: Named,
    services: ServicesOf,
    record: Written,
    reason: Annotated[Given[Reason], Query(description="Why, for its history")] = None,
) -> Response:
    """It is found no more; its history stays, and the same context id may be stored again."""
    stored = await services.memory.delete_event(record.who, record.subject_id, context_id, reason=reason)
    return Response(status_code=204, headers=note_headers(stored.notes))


def _stored(stored: StoredEvent, services: ServicesOf, status: int) -> Response:
    view = {**_view(stored.event, services.clock.now()), "status": stored.status}
    return json_answer(view, status=status, headers=note_headers(stored.notes).items())


def _view(event: Event, now: Any) -> dict[str, Any]:
    return {
        "context_id": event.context_id,
        "event_kind": event.event_kind,
        "source": event.source,
        "entry": entry_view(event.entry, now),
    }
