"""`/api/entries/{entry_id}`: one entry, whatever its type; and many new ones in one request."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from carelog.api.access import ReadsEntries, WritesEntries
from carelog.api.entry_view import entry_view, json_answer
from carelog.api.entry_writing import (
    EntryIn,
    EntryPatch,
    IdempotencyKey,
    OnDuplicateText,
    Reason,
    entry_answer,
    named_request,
    note_headers,
    written_answer,
)
from carelog.api.errors import envelope, invalid, problem, refusals, status_of
from carelog.api.parameters import Given
from carelog.api.preconditions import IfMatch, IfNoneMatch, revision_seen
from carelog.api.record_of import CatalogueWritten, RecordOf, RecordWritten
from carelog.api.services import Services, ServicesOf
from carelog.api.shapes import EntryOut, ErrorOut
from carelog.kit.errors import CarelogError
from carelog.kit.problems import sentence_of
from carelog.record.editing import BatchRefused, Draft, Written
from carelog.record.plan import OnDuplicate

router = APIRouter(prefix="/api", tags=["entries"])

_CHANGED: Final = refusals(404, 409, 412, 428)
_AT_ONCE: Final = 500


@router.get(
    "/entries/{entry_id}",
    summary="Read one entry",
    response_model=EntryOut,
    responses={304: {"description": "It is as you have it"}, **refusals(404)},
)
async def read_entry(
    entry_id: UUID, services: ServicesOf, who: ReadsEntries, if_none_match: IfNoneMatch = None
) -> Response:
    entry = await services.record.get(who, entry_id)
    return entry_answer(entry, services.clock.now(), if_none_match=if_none_match)


@router.get(
    "/entries/{entry_id}/history",
    summary="Every revision of an entry, oldest first",
    response_model=list[EntryOut],
    responses=refusals(404),
)
async def read_history(entry_id: UUID, services: ServicesOf, who: ReadsEntries) -> Response:
    now = services.clock.now()
    return json_answer([entry_view(revision, now) for revision in await services.record.history(who, entry_id)])


@router.patch("/entries/{entry_id}", summary="Change an entry", response_model=EntryOut, responses=_CHANGED)
async def change_entry(
    entry_id: UUID, change: EntryPatch, services: ServicesOf, who: WritesEntries, if_match: IfMatch = None
) -> Response:
    """Only what is said changes; the history keeps what was. `If-Match` is required: of two who change the same state
    one is told with 412."""
    written = await services.record.revise(
        who,
        entry_id,
        change.payload,
        revision=revision_seen(if_match),
        occurred_at=change.occurred_at,
        reason=change.reason,
    )
    return written_answer(written, services.clock.now())


@router.delete("/entries/{entry_id}", summary="Retract an entry", status_code=204, responses=_CHANGED)
async def retract_entry(
    entry_id: UUID,
    services: ServicesOf,
    who: WritesEntries,
    if_match: IfMatch = None,
    reason: Annotated[Given[Reason], Query(description="Why, for its history")] = None,
) -> Response:
    """It is in no list any more; its history stays, and it can be restored."""
    written = await services.record.retract(who, entry_id, revision=revision_seen(if_match), reason=reason)
    return Response(status_code=204, headers=note_headers(written.notes))


@router.post(
    "/entries/{entry_id}/confirm", summary="Say that an entry is so", response_model=EntryOut, responses=_CHANGED
)
async def confirm_entry(entry_id: UUID, services: ServicesOf, who: WritesEntries, if_match: IfMatch = None) -> Response:
    """What is confirmed, no engine and no conversation changes any more."""
    written = await services.record.confirm(who, entry_id, revision=revision_seen(if_match), reason="confirmed")
    return written_answer(written, services.clock.now())


@router.post(
    "/entries/{entry_id}/restore", summary="Bring a retracted entry back", response_model=EntryOut, responses=_CHANGED
)
async def restore_entry(entry_id: UUID, services: ServicesOf, who: WritesEntries, if_match: IfMatch = None) -> Response:
    written = await services.record.restore(who, entry_id, revision=revision_seen(if_match))
    return written_answer(written, services.clock.now())


class BatchItem(EntryIn):
    """An entry of any type."""

    type: str = Field(description="See /api/entry-types")
    payload: dict[str, Any] = Field(description="By type")


class BatchIn(BaseModel):
    """Each entry is checked by itself, so that one which is not valid need not hold up the others."""

    model_config = ConfigDict(extra="forbid")

    entries: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=_AT_ONCE,
        json_schema_extra={"items": BatchItem.model_json_schema()},
        description="As they are added one by one, each with its `type` besides",
    )


class BatchItemOut(BaseModel):
    """What became of one entry: it is there (201, or 200 when it was merged), or it was refused."""

    index: int
    status: int
    entry: EntryOut | None = None
    notes: list[str] = []
    error: ErrorOut | None = None


class BatchOut(BaseModel):
    items: list[BatchItemOut]


Atomic = Annotated[bool, Query(description="Write all of them or none; else each that can be written")]
_BATCH: Final[dict[str, Any]] = {
    "summary": "Add many entries",
    "response_model": BatchOut,
    "responses": refusals(404),
}


@router.post("/subjects/{subject_id}/entries/batch", name="add_entries", **_BATCH)
async def add_entries(
    batch: BatchIn,
    services: ServicesOf,
    record: RecordWritten,
    atomic: Atomic = False,
    on_duplicate: OnDuplicateText = "refuse",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Up to 500 of them, of any types. The answer says of each what became of it, in their order. With `atomic`,
    anything that cannot be written refuses all with 422, `batch.refused`."""
    return await _batch(batch, services, record, atomic, on_duplicate, idempotency_key)


@router.post("/catalogue/entries/batch", name="add_to_catalogue", **_BATCH)
async def add_to_catalogue(
    batch: BatchIn,
    services: ServicesOf,
    record: CatalogueWritten,
    atomic: Atomic = False,
    on_duplicate: OnDuplicateText = "refuse",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """As for a record, with entries of the types that all records share."""
    return await _batch(batch, services, record, atomic, on_duplicate, idempotency_key)


async def _batch(
    batch: BatchIn, services: Services, record: RecordOf, atomic: bool, on_duplicate: OnDuplicate, key: str | None
) -> Response:
    drafts = [_draft(item) for item in batch.entries]
    unreadable = {n: draft for n, draft in enumerate(drafts) if isinstance(draft, CarelogError)}
    if atomic and unreadable:
        raise BatchRefused.of(unreadable)
    readable = [draft for draft in drafts if isinstance(draft, Draft)]
    written = await services.record.create_all(
        record.who,
        record.subject_id,
        readable,
        atomic=atomic,
        on_duplicate=on_duplicate,
        request=named_request(key, str(record.subject_id), atomic, on_duplicate, batch.entries),
    )
    results = iter(written)
    done = [draft if isinstance(draft, CarelogError) else next(results) for draft in drafts]
    return json_answer({"items": _results(done, services)})


def _draft(item: dict[str, Any]) -> Draft | CarelogError:
    try:
        given = BatchItem.model_validate(item)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return invalid([problem("/" + "/".join(map(str, e["loc"])), sentence_of(e)) for e in details])
    return Draft(given.type, given.payload, given.occurred_at, given.source)


def _results(done: Sequence[Written | CarelogError], services: Services) -> list[dict[str, Any]]:
    now = services.clock.now()
    return [
        {"index": n, "status": status_of(one), "error": envelope(one.code, one.message, one.details)}
        if isinstance(one, CarelogError)
        else {
            "index": n,
            "status": 201 if one.verdict == "created" else 200,
            "entry": entry_view(one.entry, now),
            "notes": list(one.notes),
        }
        for n, one in enumerate(done)
    ]
