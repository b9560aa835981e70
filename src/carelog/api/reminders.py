"""`/api/subjects/{subject_id}/...`: how a subject wants to be reminded, and what they answer to a reminder."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from carelog.api.entry_view import entry_view, json_answer
from carelog.api.entry_writing import entry_answer
from carelog.api.errors import refusals
from carelog.api.parameters import Moment
from carelog.api.record_of import RecordRead, RecordWritten
from carelog.api.services import ServicesOf
from carelog.api.shapes import EntryOut
from carelog.record.values import Notes, Text
from carelog.reminders import Preferences
from carelog.reminders.answers import Dose

router = APIRouter(prefix="/api/subjects/{subject_id}", tags=["reminders"])

_ANSWERED = refusals(404, 409)


@router.get("/reminder-preferences", summary="How a subject wants to be reminded", responses=refusals(404))
async def read_preferences(record: RecordRead, services: ServicesOf) -> Preferences:
    return await services.reminder_preferences.get(record.who, record.subject_id)


@router.patch("/reminder-preferences", summary="Change how a subject wants to be reminded", responses=refusals(404))
async def change_preferences(
    record: RecordWritten,
    services: ServicesOf,
    patch: Annotated[
        dict[str, Any],
        Body(
            description="A JSON merge patch (RFC 7396) of the preferences: null brings back what is usual",
            examples=[{"channels": ["email"], "quiet_from": "22:00", "quiet_until": "07:00"}],
        ),
    ],
) -> Preferences:
    return await services.reminder_preferences.change(record.who, record.subject_id, patch)


class SnoozeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(default=10, ge=1, le=1440, description="In how many minutes it is to come back")


class DoseIn(BaseModel):
    """What is said of the dose."""

    model_config = ConfigDict(extra="forbid")

    reason: Text | None = Field(default=None, description="Why")
    notes: Notes | None = Field(default=None, description="Anything else")


class TakenIn(DoseIn):
    taken_at: Moment | None = Field(default=None, description="When, with a zone; now when left out")


class DoseOut(BaseModel):
    """The dose, and the notification that asked for it."""

    dose: EntryOut
    notification: EntryOut


@router.post(
    "/notifications/{notification_id}/read",
    summary="Mark a notification as read",
    response_model=EntryOut,
    responses=_ANSWERED,
)
async def mark_read(notification_id: UUID, record: RecordWritten, services: ServicesOf) -> Response:
    """The first time counts."""
    entry = await services.reminder_answers.read(record.who, record.subject_id, notification_id)
    return entry_answer(entry, services.clock.now())


@router.post(
    "/notifications/{notification_id}/snooze",
    summary="Have a reminder come back later",
    response_model=EntryOut,
    responses=_ANSWERED,
)
async def snooze(
    notification_id: UUID, record: RecordWritten, services: ServicesOf, body: SnoozeIn | None = None
) -> Response:
    """It comes back unless what it reminds of was called off, or done, by then."""
    minutes = (body or SnoozeIn()).minutes
    entry = await services.reminder_answers.snooze(record.who, record.subject_id, notification_id, minutes)
    return entry_answer(entry, services.clock.now())


@router.post(
    "/notifications/{notification_id}/taken",
    summary="Mark the dose of a reminder as taken",
    response_model=DoseOut,
    responses=_ANSWERED,
)
async def mark_taken(
    notification_id: UUID, record: RecordWritten, services: ServicesOf, body: TakenIn | None = None
) -> Response:
    """However often it is said, it is one dose."""
    said = body or TakenIn()
    dose = Dose("taken", said.taken_at, said.reason, said.notes)
    return await _answered(notification_id, record, services, dose)


@router.post(
    "/notifications/{notification_id}/skipped",
    summary="Mark the dose of a reminder as skipped",
    response_model=DoseOut,
    responses=_ANSWERED,
)
async def mark_skipped(
    notification_id: UUID, record: RecordWritten, services: ServicesOf, body: DoseIn | None = None
) -> Response:
    said = body or DoseIn()
    return await _answered(notification_id, record, services, Dose("skipped", None, said.reason, said.notes))


async def _answered(notification_id: UUID, record: RecordWritten, services: ServicesOf, said: Dose) -> Response:
    answers, now = services.reminder_answers, services.clock.now()
    dose, notification = await answers.dose(record.who, record.subject_id, notification_id, said)
    return json_answer({"dose": entry_view(dose, now), "notification": entry_view(notification, now)})
