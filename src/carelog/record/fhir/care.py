"""What is done for the subject: appointments, plans of care, procedures, immunizations; and what is on offer."""

from datetime import timedelta
from typing import Any, Final

from carelog.record.fhir.elements import (
    A_DAY,
    A_MOMENT,
    UNKNOWN,
    Json,
    Resource,
    an_object,
    coded,
    codes_in,
    concept,
    date_time,
    each_in_words,
    exactly,
    measured,
    moment_of,
    name_in,
    named,
    notes,
    notes_in,
    objects,
    quantity_of,
    said,
    told_as,
    without_nothing,
    words_of,
)
from carelog.record.fhir.mapping import QUOTED, Mapping, homes, in_error
from carelog.record.types.appointment import Appointment
from carelog.record.types.immunization import Immunization
from carelog.record.types.meditation_session import MeditationSession
from carelog.record.types.procedure import Procedure
from carelog.record.types.protocol import Protocol
from carelog.record.types.treatment import Treatment

_APPOINTMENTS: Final = {
    "proposed": "proposed",
    "scheduled": "booked",
    "confirmed": "booked",
    "completed": "fulfilled",
    "cancelled": "cancelled",
    "missed": "noshow",
}
_APPOINTMENT_OF: Final = {
    "proposed": "proposed",
    "pending": "proposed",
    "booked": "scheduled",
    "arrived": "confirmed",
    "checked-in": "confirmed",
    "fulfilled": "completed",
    "cancelled": "cancelled",
    "noshow": "missed",
}
_ACCEPTED: Final = {status: status for status in ("accepted", "needs-action")}
_WITHOUT_HOUR: Final = frozenset({"proposed", "cancelled", "waitlist"})


def _write_appointment(appointment: Appointment) -> Resource:
    status = _APPOINTMENTS.get(appointment.status or "", "pending")
    start = appointment.scheduled_at
    if start is None and status not in _WITHOUT_HOUR:
        status = "proposed"  # app-3: all others have an hour
    end = start + timedelta(minutes=appointment.minutes) if start and appointment.minutes else None
    others = (appointment.doctor, appointment.location and {"display": appointment.location, "type": "Location"})
    return without_nothing(
        status=status,
        appointmentType=said(appointment.kind),
        specialty=[concept(text=appointment.specialty)] if appointment.specialty else None,
        reasonCode=[concept(text=appointment.reason)] if appointment.reason else None,
        description=appointment.title,
        start=start and date_time(start),
        end=end and date_time(end),
        # app-2: what has a start has an end, or says that it is not known.
        _end=UNKNOWN if start and not end else None,
        minutesDuration=appointment.minutes,
        comment=appointment.notes,
        participant=[
            {"actor": other if isinstance(other, dict) else named(other), "status": "needs-action"}
            for other in others
            if other
        ],
    )


def _withdrawn_appointment(resource: Resource) -> Resource:
    """app-3 again: without an hour it can be no more than cancelled."""
    return in_error(resource) if "start" in resource else {**resource, "status": "cancelled"}


def _read_appointment(resource: Resource) -> Json:
    start, end = (moment_of(resource.get(name)) for name in ("start", "end"))
    minutes = resource.get("minutesDuration")
    if minutes is None and start and end and end > start:
        minutes = round((end - start).total_seconds() / 60)
    participants = objects(resource.get("participant"))
    actors = [an_object(participant.get("actor")) for participant in participants]
    for participant in participants:
        told_as(participant, "status", _ACCEPTED)
    places = [a for a in actors if _kind(a) == "Location"]
    people = [a for a in actors if _kind(a) in (None, "Practitioner", "PractitionerRole")]
    title = resource.get("description") or words_of(resource.get("appointmentType"))
    title = title or words_of((objects(resource.get("serviceType")) or [{}])[0])
    return without_nothing(
        title=title,
        scheduled_at=resource.get("start"),
        minutes=minutes,
        kind=_one_of(words_of(resource.get("appointmentType")), _KINDS),
        status=told_as(resource, "status", _APPOINTMENT_OF),
        doctor=name_in(people),
        specialty=each_in_words(resource.get("specialty")),
        location=name_in(places),
        reason=each_in_words(resource.get("reasonCode")),
        notes=resource.get("comment"),
    )


_KINDS: Final = frozenset({
    "consultation", "follow_up", "checkup", "test", "procedure", "therapy", "vaccination", "other",
})  # fmt: skip


def _one_of(text: str | None, known: frozenset[str]) -> str | None:
    return text if text in known else None


def _kind(actor: Json) -> str | None:
    """What kind of resource a participant is."""
    kind = actor.get("type") or str(actor.get("reference", "")).rpartition("/")[0].rpartition("/")[2]
    return str(kind) if kind else None


_PLANS: Final = {
    "requested": "draft",
    "active": "active",
    "paused": "on-hold",
    "completed": "completed",
    "cancelled": "revoked",
}
_PLAN_OF: Final = {code: status for status, code in _PLANS.items()}


def _write_protocol(protocol: Protocol) -> Resource:
    return without_nothing(
        status=_PLANS.get(protocol.status or "", "unknown"),
        intent="proposal" if protocol.status == "requested" else "plan",
        category=[concept(text=protocol.category)] if protocol.category else None,
        title=protocol.name,
        description=protocol.instructions,
        period=without_nothing(
            start=protocol.starts_on and protocol.starts_on.isoformat(),
            end=protocol.ends_on and protocol.ends_on.isoformat(),
        ),
        author=named(protocol.assigned_by),
        note=notes(protocol.notes),
    )


def _read_protocol(resource: Resource) -> Json:
    period = an_object(resource.get("period"))
    category = next(filter(None, map(words_of, objects(resource.get("category")))), None)
    details = [an_object(activity.get("detail")) for activity in objects(resource.get("activity"))]
    activities = [words_of(detail.get("code")) or detail.get("description") for detail in details]
    told_as(resource, "intent", {"plan": "plan", "proposal": "proposal"})
    start, end = (str(period[name])[:10] if name in period else None for name in ("start", "end"))
    return without_nothing(
        name=resource.get("title") or category,
        category=category,
        status=told_as(resource, "status", _PLAN_OF),
        assigned_by=name_in(resource.get("author")),
        instructions=resource.get("description") or "; ".join(a for a in activities if a) or None,
        starts_on=start if start and len(start) == 10 else None,
        ends_on=end if end and len(end) == 10 else None,
        notes=notes_in(resource.get("note")),
    )


_PROCEDURES: Final = {
    "planned": "preparation",
    "in_progress": "in-progress",
    "not_done": "not-done",
    "on_hold": "on-hold",
    "stopped": "stopped",
    "completed": "completed",
}
_PROCEDURE_OF: Final = {code: status for status, code in _PROCEDURES.items()}


def _write_procedure(procedure: Procedure) -> Resource:
    return without_nothing(
        status=_PROCEDURES.get(procedure.status or "", "unknown"),
        code=coded(procedure.codes, procedure.name),
        performer=[{"actor": named(procedure.performer)}] if procedure.performer else None,
        location=named(procedure.location),
        reasonCode=[concept(text=procedure.reason)] if procedure.reason else None,
        bodySite=[concept(text=procedure.body_site)] if procedure.body_site else None,
        outcome=said(procedure.outcome),
        note=notes(procedure.notes),
    )


def _read_procedure(resource: Resource) -> Json:
    period = an_object(resource.get("performedPeriod"))
    ended = exactly(period, "end", A_MOMENT)
    # Of a day or a year there is no moment; what was told of it stays in words.
    until = None if ended or "end" not in period else f"until {period['end']}"
    actors = [performer.get("actor") for performer in objects(resource.get("performer"))]
    return without_nothing(
        name=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        status=told_as(resource, "status", _PROCEDURE_OF),
        ended_at=ended,
        body_site=each_in_words(resource.get("bodySite")),
        reason=each_in_words(resource.get("reasonCode")),
        outcome=words_of(resource.get("outcome")),
        performer=name_in(actors),
        location=name_in(resource.get("location")),
        notes=_lines(notes_in(resource.get("note")), until),
    )


def _lines(*texts: str | None) -> str | None:
    return "\n".join(filter(None, texts)) or None


def _write_immunization(immunization: Immunization) -> Resource:
    given = immunization.status == "given"
    why = concept(text=immunization.reason) if immunization.reason else None
    return without_nothing(
        status="completed" if given else "not-done",
        statusReason=None if given else why,
        vaccineCode=coded(immunization.codes, immunization.vaccine),
        manufacturer=named(immunization.manufacturer),
        lotNumber=immunization.lot,
        expirationDate=immunization.expires_on and immunization.expires_on.isoformat(),
        site=said(immunization.site),
        doseQuantity=quantity_of(immunization.dose),
        performer=[{"actor": named(immunization.given_by)}] if immunization.given_by else None,
        note=notes(immunization.notes),
        reasonCode=[why] if given and why else None,
    )


def _read_immunization(resource: Resource) -> Json:
    actors = [performer.get("actor") for performer in objects(resource.get("performer"))]
    expires = exactly(resource, "expirationDate", A_DAY)
    told = None if expires or "expirationDate" not in resource else f"expires {resource['expirationDate']}"
    why = words_of(resource.get("statusReason")) or each_in_words(resource.get("reasonCode"))
    return without_nothing(
        vaccine=words_of(resource.get("vaccineCode")),
        codes=codes_in(resource.get("vaccineCode")),
        status=told_as(resource, "status", {"completed": "given", "not-done": "not_given"}),
        dose=measured(resource.get("doseQuantity")),
        lot=resource.get("lotNumber"),
        manufacturer=name_in(resource.get("manufacturer")),
        expires_on=expires,
        site=words_of(resource.get("site")),
        given_by=name_in(actors),
        reason=why,
        notes=_lines(notes_in(resource.get("note")), told),
    )


def _definition(status: str | None, title: str, description: str | None, **elements: Any) -> Resource:
    return without_nothing(status=status or "unknown", title=title, description=description, **elements)


def _write_treatment(treatment: Treatment) -> Resource:
    return _definition(
        treatment.status,
        treatment.name,
        treatment.description,
        topic=[concept(text=treatment.category)] if treatment.category else None,
        code=coded(treatment.codes) if treatment.codes else None,
    )


def _read_treatment(resource: Resource) -> Json:
    status = resource.get("status")
    return without_nothing(
        name=resource.get("title"),
        description=resource.get("description"),
        category=next(filter(None, map(words_of, objects(resource.get("topic")))), None),
        codes=codes_in(resource.get("code")),
        status=status if status in ("draft", "active", "retired") else None,
    )


def _write_session(session: MeditationSession) -> Resource:
    recording = {"type": "documentation", "url": str(session.audio_url)} if session.audio_url else None
    return _definition(
        "active",
        session.title,
        session.description,
        topic=[concept(text=session.category)] if session.category else None,
        relatedArtifact=[recording] if recording else None,
    )


def _read_session(resource: Resource) -> Json:
    return without_nothing(
        title=resource.get("title"),
        description=resource.get("description"),
        category=next(filter(None, map(words_of, objects(resource.get("topic")))), None),
        audio_url=next((a.get("url") for a in objects(resource.get("relatedArtifact"))), None),
    )


def _retired(resource: Resource) -> Resource:
    return {**resource, "status": "retired"}


MAPPINGS: Final = (
    Mapping(
        "appointment",
        "Appointment",
        _write_appointment,
        _read_appointment,
        homes("title", "kind", "specialty", "minutes", "doctor", "location", "reason", "notes"),
        subject="participant",
        when="",
        moments=("start", "created"),
        withdrawn=_withdrawn_appointment,
        takes=lambda resource: resource.get("status") in _APPOINTMENT_OF,
        reads=frozenset({
            "status", "appointmentType", "specialty", "reasonCode", "description", "end", "minutesDuration", "comment",
            "serviceType", "participant",
        }),
    ),
    Mapping(
        "protocol",
        "CarePlan",
        _write_protocol,
        _read_protocol,
        homes("name", "category", "status", "assigned_by", "instructions", "starts_on", "ends_on", "notes"),
        when="created",
        moments=("period",),
        takes=lambda resource: bool(resource.get("title") or resource.get("category")),
        reads=frozenset({
            "status", "intent", "category", "title", "description", "author", "activity", "note",
        }),
    ),
    Mapping(
        "procedure",
        "Procedure",
        _write_procedure,
        _read_procedure,
        homes("name", "codes", "status", "body_site", "reason", "outcome", "performer", "location", "notes"),
        when="performedDateTime",
        moments=("performedPeriod",),
        takes=lambda resource: resource.get("status") != "entered-in-error",
        reads=frozenset({
            "status", "code", "performer", "location", "reasonCode", "bodySite", "outcome", "note",
        }),
        told={"code": QUOTED},
    ),
    Mapping(
        "immunization",
        "Immunization",
        _write_immunization,
        _read_immunization,
        homes(
            "vaccine", "codes", "status", "dose", "lot", "manufacturer", "expires_on", "site", "given_by", "reason",
            "notes",
        ),
        subject="patient",
        when="occurrenceDateTime",
        moments=("recorded",),
        takes=lambda resource: resource.get("status") in ("completed", "not-done"),
        reads=frozenset({
            "status", "statusReason", "vaccineCode", "manufacturer", "lotNumber", "expirationDate", "site",
            "doseQuantity", "performer", "note", "reasonCode",
        }),
        told={"vaccineCode": QUOTED},
    ),
    Mapping(
        "treatment",
        "ActivityDefinition",
        _write_treatment,
        _read_treatment,
        homes("name", "description", "category", "codes", "status"),
        subject="",
        when="date",
        withdrawn=_retired,
    ),
    Mapping(
        "meditation_session",
        "ActivityDefinition",
        _write_session,
        _read_session,
        homes("title", "description", "category", "audio_url"),
        subject="",
        when="date",
        withdrawn=_retired,
    ),
)  # fmt: skip
