"""The lists of a record, one for each entry type: `/api/subjects/{subject_id}/vitals`, `/api/catalogue/treatments`, ...

All of it follows from the registry of entry types: addresses, filters, bodies and their descriptions.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, get_args, get_origin
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo
from starlette.responses import Response
from starlette.routing import BaseRoute

from carelog.api.access import Door
from carelog.api.entry_csv import MEDIA_TYPE, csv_answer, wants_csv
from carelog.api.entry_view import json_answer, page_view
from carelog.api.entry_writing import (
    EntryIn,
    EntryPatch,
    IdempotencyKey,
    OnDuplicateText,
    entry_answer,
    named_request,
    written_answer,
)
from carelog.api.errors import refusals
from carelog.api.paging_links import link_header
from carelog.api.parameters import Given, Moment, Text, cursor_of, given
from carelog.api.preconditions import IfMatch, IfNoneMatch, revision_seen
from carelog.api.record_of import (
    CatalogueListed,
    CatalogueWritten,
    RecordListed,
    RecordNamed,
    RecordOf,
    RecordRead,
    RecordWritten,
)
from carelog.api.services import Services, ServicesOf
from carelog.api.shapes import EntryOut, PageOut
from carelog.record import Entry, EntryType, entry_types
from carelog.record.editing import Draft
from carelog.record.entries import Source
from carelog.record.query import EntryQuery, When

_PAGE: Final = 50


class ListQuery(BaseModel):
    """The parameters of every list of entries."""

    since: Given[Moment] = Field(default=None, description="What happened from this moment on, with a zone")
    until: Given[Moment] = Field(default=None, description="What happened up to, and not including, this moment")
    when: Given[When] = Field(
        default=None,
        description="What has happened (past), happens on the subject's day (today), is to come (upcoming, the soonest "
        "first), or is to be reminded of by the end of their day (due, the soonest first)",
    )
    source: Given[Source] = Field(default=None, description="Where entries come from")
    retracted: bool = Field(default=False, description="Show retracted entries too")
    format: Given[Literal["json", "csv"]] = Field(
        default=None, description="Else what `Accept` asks for. CSV holds the whole list, unless there is a `limit`"
    )
    limit: Given[int] = Field(default=None, ge=1, le=200, description=f"How many items a page has at most; {_PAGE}")
    cursor: Given[Text] = Field(default=None, description="`next` of the page before")

    def entry_query(self, types: tuple[str, ...]) -> EntryQuery:
        return EntryQuery(
            types=types,
            since=self.since,
            until=self.until,
            when=self.when,
            source=self.source,
            retracted=self.retracted,
            fields={
                name: value
                for name in type(self).model_fields.keys() - ListQuery.model_fields.keys()
                if (value := getattr(self, name)) is not None
            },
        )


LISTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": PageOut[EntryOut],
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        "headers": {"Link": {"description": "The first page and the next one", "schema": {"type": "string"}}},
    }
}


async def list_answer(
    request: Request, services: Services, record: RecordNamed, asked: ListQuery, query: EntryQuery
) -> Response:
    """A page of a list in JSON; or as CSV, a page or all of it. Raises NotFound where there is no such record."""
    cursor = cursor_of(asked.cursor)
    clock = (await record.subject(services)).zone if query.by_the_day else None
    as_csv = wants_csv(request, asked.format)
    kind = entry_types().get(query.types[0]) if len(query.types) == 1 else None
    if as_csv and asked.limit is None and cursor is None:
        chunks = services.record.every(record.who, record.subject_id, query, clock=clock)
        # Before the answer begins: what is refused is refused in the envelope.
        first = await anext(chunks)
        if not first:
            await record.subject(services)
        return csv_answer(_with_first(first, chunks), kind, {})
    page = await services.record.page(
        record.who, record.subject_id, query, limit=asked.limit or _PAGE, cursor=cursor, clock=clock
    )
    if not page.items:
        await record.subject(services)
    links = link_header(request, page.next)
    if as_csv:
        return csv_answer(_with_first(page.items), kind, dict([links]))
    return json_answer(page_view(page, services.clock.now()), headers=[links])


async def _with_first(
    first: list[Entry], others: AsyncIterator[list[Entry]] | None = None
) -> AsyncIterator[list[Entry]]:
    yield first
    if others is not None:
        async for entries in others:
            yield entries


def entry_routes() -> Sequence[BaseRoute]:
    """What records have, and what the catalogue has."""
    common: dict[str, Any] = {
        "dependencies": [Depends(Door())],
        "responses": refusals(401, 403, 404, 413, 422, 503),
        "generate_unique_id_function": lambda route: route.name,
    }
    records = APIRouter(prefix="/api/subjects/{subject_id}", tags=["entries"], **common)
    catalogue = APIRouter(prefix="/api/catalogue", tags=["catalogue"], **common)
    for kind in entry_types().values():
        if kind.one:
            _add_one(records, kind)
        elif kind.shared:
            _add_list(catalogue, kind, CatalogueListed, CatalogueWritten)
        else:
            _add_list(records, kind, RecordListed, RecordWritten)
    return (*records.routes, *catalogue.routes)


def _add_list(router: APIRouter, kind: EntryType, read: Any, written: Any) -> None:
    async def list_them(request: Request, services: ServicesOf, record: RecordNamed, query: ListQuery) -> Response:
        return await list_answer(request, services, record, query, query.entry_query((kind.name,)))

    async def create(
        services: ServicesOf,
        record: RecordOf,
        entry: Any,
        on_duplicate: OnDuplicateText = "refuse",
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        draft = Draft(kind.name, entry.payload, entry.occurred_at, entry.source)
        asked = entry.model_dump(mode="json", exclude_unset=True)
        request = named_request(idempotency_key, str(record.subject_id), kind.name, on_duplicate, asked)
        written = await services.record.create(
            record.who, record.subject_id, draft, on_duplicate=on_duplicate, request=request
        )
        return written_answer(written, services.clock.now())

    body = create_model(f"New{kind.model.__name__}", __base__=EntryIn, payload=(kind.model, ...))
    spoken = kind.name.replace("_", " ")
    _add(
        router, kind, "GET", list_them, f"list_{kind.name}", f"List entries: {spoken}", LISTED,
        record=read, query=Annotated[_query_model(kind), Query()],
    )  # fmt: skip
    _add(
        router, kind, "POST", create, f"add_{kind.name}", f"Add an entry: {spoken}",
        {200: {"model": EntryOut, "description": "Merged into an entry that there was"},
         201: {"model": EntryOut}, **refusals(409)},
        record=written, entry=Annotated[body, Body()],
    )  # fmt: skip


def _add_one(router: APIRouter, kind: EntryType) -> None:
    async def read(services: ServicesOf, record: RecordRead, if_none_match: IfNoneMatch = None) -> Response:
        entry = await services.record.one(record.who, record.subject_id, kind.name)
        return entry_answer(entry, services.clock.now(), if_none_match=if_none_match)

    async def change(
        services: ServicesOf, record: RecordWritten, change: EntryPatch, if_match: IfMatch = None
    ) -> Response:
        """What is left out stays as it is; the first change begins it. `If-Match` is honoured where it is given."""
        written = await services.record.merge_into_one(
            record.who,
            record.subject_id,
            kind.name,
            change.payload,
            revision=None if if_match is None else revision_seen(if_match),
            occurred_at=change.occurred_at,
            reason=change.reason,
        )
        return written_answer(written, services.clock.now())

    spoken = kind.name.replace("_", " ")
    _add(router, kind, "GET", read, f"read_{kind.name}", f"Read the {spoken}",
         {200: {"model": EntryOut}, 304: {"description": "It is as you have it"}})  # fmt: skip
    _add(router, kind, "PATCH", change, f"change_{kind.name}", f"Change the {spoken}, or begin it",
         {200: {"model": EntryOut}, 201: {"model": EntryOut}, **refusals(409, 412)})  # fmt: skip


def _add(
    router: APIRouter,
    kind: EntryType,
    method: str,
    endpoint: Callable[..., Awaitable[Response]],
    name: str,
    summary: str,
    responses: Mapping[int | str, dict[str, Any]],
    **annotations: Any,
) -> None:
    """`annotations` are those of the endpoint's parameters which differ from type to type."""
    endpoint.__annotations__ |= annotations
    router.add_api_route(
        f"/{kind.path}",
        endpoint,
        methods=[method],
        name=name,
        summary=summary,
        status_code=201 if method == "POST" else 200,
        response_model=None,
        responses=dict(responses),
    )


def _query_model(kind: EntryType) -> type[ListQuery]:
    """The parameters of a type's list: those of every list, and the fields that it is filtered by."""
    clashing = set(kind.model.filters) & ListQuery.model_fields.keys()
    if clashing:
        raise ValueError(f"{kind.name} cannot be filtered by {clashing}: every list has parameters of that name")
    fields: dict[str, Any] = {
        name: (given(_filtered(kind.model.model_fields[name])), Field(default=None, description="With this value"))
        for name in kind.model.filters
    }
    return create_model(f"{kind.model.__name__}Query", __base__=ListQuery, **fields)


def _filtered(field: FieldInfo) -> Any:
    """The values that a field can be asked for: those that it can have, and text for all that is no simple value."""
    kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if kind is not type(None)]
    for kind in kinds:
        if get_origin(kind) is Literal or kind in (bool, UUID, date, int):
            return kind
    return Text
