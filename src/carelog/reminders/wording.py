"""What a reminder says, by the type of the entry that it is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from carelog.record.entries import Entry
from carelog.record.payload import Payload
from carelog.record.types.alarm import Alarm
from carelog.record.types.appointment import Appointment
from carelog.record.types.medication import Medication
from carelog.record.types.medication_schedule import MedicationSchedule
from carelog.record.types.notification import Kind
from carelog.record.values import joined, shown

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wording:
    kind: Kind
    title: str
    message: str | None = None


def referred(payload: Payload) -> UUID | None:
    """The entry that the wording of this one needs besides."""
    return payload.medication_id if isinstance(payload, MedicationSchedule) and payload.name is None else None


def wording_of(payload: Payload, others: Mapping[UUID, Entry], clock: tzinfo) -> Wording:
    """What is told, on the subject's own clock. An entry of a type that has no words of its own is told by its
    headline."""
    match payload:
        case Alarm():
            return Wording(payload.kind, payload.title, payload.message)
        case MedicationSchedule():
            what = joined(payload.name or _name(payload, others) or "your medication", payload.dose)
            return Wording("medication", f"Time for {what}"[:_LONGEST], payload.instructions)
        case Appointment():
            when = shown(payload.scheduled_at.astimezone(clock)) if payload.scheduled_at else payload.when
            return Wording("appointment", payload.title, joined(when, payload.doctor, payload.location) or None)
        case _:
            return Wording("other", payload.headline()[:_LONGEST])


def _name(schedule: MedicationSchedule, others: Mapping[UUID, Entry]) -> str | None:
    other = others.get(schedule.medication_id) if schedule.medication_id else None
    return other.payload.name if other and isinstance(other.payload, Medication) else None
