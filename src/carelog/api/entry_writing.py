"""What requests that write entries send, and what they are answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from carelog.api.entry_view import entry_view, json_bytes
from carelog.api.parameters import Given, Moment, Text
from carelog.api.preconditions import is_at_hand, tag_of
from carelog.record import Entry
from carelog.record.editing import Written
from carelog.record.plan import OnDuplicate
from carelog.record.requests import Request as NamedRequest

ByHand = Literal["manual", "import", "device"]
Reason = Annotated[Text, StringConstraints(max_length=200)]
OnDuplicateText = Annotated[
    OnDuplicate,
    Query(
        description="What to do with an entry that the record seems to have already: refuse it with 409, merge it into "
        "that one, or keep both and link them"
    ),
]
IdempotencyKey = Annotated[
    Given[Annotated[Text, StringConstraints(max_length=255)]],
    Header(
        alias="Idempotency-Key",
        description="A name of this request: what it has written, it does not write again when it comes a second time "
        "within a day",
    ),
]


class EntryIn(BaseModel):
    """An entry to write, but for its payload; what that says of when it happened goes before `occurred_at`."""

    model_config = ConfigDict(extra="forbid")

    occurred_at: Moment | None = Field(default=None, description="When it happened, with a zone; now when left out")
    source: ByHand = Field(default="manual", description="Written by hand, by another system or by a device")


class EntryPatch(BaseModel):
    """A change to an entry."""

    model_config = ConfigDict(extra="forbid")

    payload: dict[str, Any] = Field(
        default={},
        description="A JSON merge patch (RFC 7396): null removes a field, one that is left out stays as it is",
    )
    occurred_at: Moment | None = Field(default=None, description="When it happened, with a zone")
    reason: Reason | None = Field(default=None, description="Why it is changed, for its history")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set & {"payload", "occurred_at"}:
            raise PydanticCustomError("change", "must have a payload or occurred_at")
        return self


def named_request(key: str | None, *asked: Any) -> NamedRequest | None:
    """The name of a request, with a digest of what it asks."""
    return None if key is None else NamedRequest.of(key, asked)


def entry_answer(
    entry: Entry,
    now: datetime,
    *,
    status: int = 200,
    notes: Sequence[str] = (),
    replayed: bool = False,
    if_none_match: str | None = None,
) -> Response:
    """One entry with its entity tag; 304 for a caller who has it as it is."""
    shown = json_bytes(entry_view(entry, now))
    headers = {"ETag": tag_of(entry.revision, shown)} | note_headers(notes)
    if is_at_hand(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    if status == 201:
        headers["Location"] = f"/api/entries/{entry.id}"
    return Response(shown, status_code=status, headers=headers, media_type="application/json")


def written_answer(written: Written, now: datetime) -> Response:
    """201 for an entry that was created, 200 for one that went into another."""
    status = 201 if written.verdict == "created" else 200
    return entry_answer(written.entry, now, status=status, notes=written.notes, replayed=written.replayed)


def note_headers(notes: Sequence[str]) -> dict[str, str]:
    """What else a change has led to, said to whoever made it."""
    return {"Carelog-Note": "; ".join(notes)} if notes else {}
