"""Medications: what is taken, what was ordered, when doses are due, and which were taken."""

from typing import Any, Final

from carelog.record.fhir.dosages import dosing_in
from carelog.record.fhir.elements import (
    DATA_ABSENT,
    Json,
    Resource,
    an_object,
    code_in,
    coded,
    codes_in,
    coding,
    concept,
    each_in_words,
    measured,
    name_in,
    named,
    notes,
    notes_in,
    objects,
    partial_date,
    quantity_of,
    reference,
    referred,
    said,
    told_as,
    without_nothing,
    words_of,
)
from carelog.record.fhir.mapping import QUOTED, Mapping, always, homes
from carelog.record.payload import Quantity
from carelog.record.types.medication import Medication
from carelog.record.types.medication_log import MedicationLog
from carelog.record.types.medication_schedule import MedicationSchedule
from carelog.record.types.prescription import Prescription

_UNNAMED: Final = concept(coding(DATA_ABSENT, "unknown", "Unknown"))
"""The medication of what only refers to another entry for it."""
_NAMED_ALONE: Final = always("unknown")

# What a medication was talked of as, and a statement's status: which of several words it was travels in an extension.
_STATEMENTS: Final = {
    "taking": "active",
    "started": "active",
    "changed": "active",
    "stopped": "stopped",
    "ordered": "intended",
}
_STATEMENT_OF: Final = {
    "active": "taking",
    "completed": "stopped",
    "stopped": "stopped",
    "intended": "ordered",
}


def _doses(dose: Quantity | None) -> list[Json] | None:
    given = quantity_of(dose)
    return [{"doseQuantity": given}] if given else None


def _dose_in(dosage: Json) -> Json | None:
    return next(filter(None, (measured(d.get("doseQuantity")) for d in objects(dosage.get("doseAndRate")))), None)


def _name_in(a_concept: Any) -> str | None:
    return None if code_in(a_concept, DATA_ABSENT) else words_of(a_concept)


def _first(value: Any) -> Json:
    found = objects(value)
    return found[0] if found else {}


def _write_medication(medication: Medication) -> Resource:
    frequency = medication.frequency
    per_day = frequency.times_per_day if frequency else None
    whole = per_day is not None and per_day == int(per_day)
    repeat = {"frequency": int(per_day), "period": 1, "periodUnit": "d"} if per_day and whole else None
    dosage = without_nothing(
        text=frequency.text if frequency else None,
        patientInstruction=medication.instructions,
        timing={"repeat": repeat} if repeat else None,
        asNeededBoolean=True if frequency and frequency.as_needed else None,
        route=said(medication.route),
        doseAndRate=_doses(medication.dose),
    )
    return without_nothing(
        status=_STATEMENTS.get(medication.status or "", "unknown"),
        medicationCodeableConcept=coded(medication.codes, medication.name),
        dosage=[dosage] if dosage else None,
        reasonCode=[concept(text=medication.reason)] if medication.reason else None,
        note=notes(medication.notes),
    )


def _read_medication(resource: Resource) -> Json:
    taken = dosing_in(resource.get("dosage"), most=_LONGEST_FREQUENCY, routes=True, counted=True)
    period = an_object(resource.get("effectivePeriod"))
    frequency = without_nothing(
        text=taken.frequency, times_per_day=taken.times_per_day, as_needed=taken.as_needed or None
    )
    return without_nothing(
        name=words_of(resource.get("medicationCodeableConcept")),
        codes=codes_in(resource.get("medicationCodeableConcept")),
        dose=taken.dose,
        route=taken.route,
        frequency=frequency if taken.frequency else None,
        status=told_as(resource, "status", _STATEMENT_OF),
        reason=each_in_words(resource.get("reasonCode"), _LONGEST_FREQUENCY),
        instructions=taken.instructions,
        started=partial_date(period.get("start")),
        stopped=partial_date(period.get("end")),
        notes=notes_in(resource.get("note")),
    )


_LONGEST_FREQUENCY: Final = 120
_LONGEST: Final = 200
_ORDERS: Final = {
    "draft": "draft",
    "active": "active",
    "on_hold": "on-hold",
    "completed": "completed",
    "stopped": "stopped",
    "cancelled": "cancelled",
}
_ORDER_OF: Final = {code: status for status, code in _ORDERS.items()}


def _write_prescription(order: Prescription) -> Resource:
    dosage = without_nothing(
        text=order.frequency,
        patientInstruction=order.instructions,
        asNeededBoolean=order.as_needed,
        doseAndRate=_doses(order.dose),
    )
    return without_nothing(
        status=_ORDERS.get(order.status or "", "unknown"),
        intent="order",
        medicationCodeableConcept=coded(order.codes, order.medication),
        requester=named(order.prescriber),
        dosageInstruction=[dosage] if dosage else None,
        dispenseRequest=None if order.repeats is None else {"numberOfRepeatsAllowed": order.repeats},
        reasonCode=[concept(text=order.reason)] if order.reason else None,
        note=notes(order.notes),
    )


def _read_prescription(resource: Resource) -> Json:
    taken = dosing_in(resource.get("dosageInstruction"), most=_LONGEST, routes=False, counted=False)
    told_as(resource, "intent", {"order": "order"})
    return without_nothing(
        medication=words_of(resource.get("medicationCodeableConcept")),
        codes=codes_in(resource.get("medicationCodeableConcept")),
        status=told_as(resource, "status", _ORDER_OF),
        dose=taken.dose,
        frequency=taken.frequency,
        instructions=taken.instructions,
        as_needed=taken.as_needed,
        repeats=an_object(resource.get("dispenseRequest")).get("numberOfRepeatsAllowed"),
        prescriber=name_in(resource.get("requester")),
        reason=each_in_words(resource.get("reasonCode")),
        notes=notes_in(resource.get("note")),
    )


def _write_schedule(schedule: MedicationSchedule) -> Resource:
    bounds = without_nothing(
        start=schedule.starts_on and schedule.starts_on.isoformat(),
        end=schedule.ends_on and schedule.ends_on.isoformat(),
    )
    repeat = without_nothing(
        boundsPeriod=bounds,
        frequency=1 if schedule.every_days else None,
        period=schedule.every_days,
        periodUnit="d" if schedule.every_days else None,
        dayOfWeek=list(schedule.days or ()),
        timeOfDay=[f"{time}:00" for time in schedule.times],
    )
    dosage = without_nothing(
        patientInstruction=schedule.instructions,
        timing={"repeat": repeat},
        doseAndRate=_doses(schedule.dose),
    )
    return without_nothing(
        status="active" if schedule.active else "stopped",
        intent="plan",
        medicationCodeableConcept=said(schedule.name) or _UNNAMED,
        dosageInstruction=[dosage],
    )


def _read_schedule(resource: Resource) -> Json:
    dosage = _first(resource.get("dosageInstruction"))
    repeat = an_object(an_object(dosage.get("timing")).get("repeat"))
    bounds = an_object(repeat.get("boundsPeriod"))
    times = repeat.get("timeOfDay")
    return without_nothing(
        name=an_object(resource.get("medicationCodeableConcept")).get("text"),
        dose=_dose_in(dosage),
        times=[str(time)[:5] for time in times] if isinstance(times, list) else None,
        days=repeat.get("dayOfWeek"),
        every_days=repeat.get("period") if repeat.get("periodUnit") == "d" else None,
        instructions=dosage.get("patientInstruction"),
        starts_on=bounds.get("start"),
        ends_on=bounds.get("end"),
        active=resource.get("status") == "active",
    )


_DOSES: Final = {"taken": "completed", "skipped": "not-done"}
_DOSE_OF: Final = {code: status for status, code in _DOSES.items()}


def _write_log(log: MedicationLog) -> Resource:
    why = [concept(text=log.reason)] if log.reason else None
    skipped = log.status == "skipped"
    return without_nothing(
        status=_DOSES[log.status],
        statusReason=why if skipped else None,
        medicationCodeableConcept=said(log.name) or _UNNAMED,
        reasonCode=None if skipped else why,
        request=reference("MedicationRequest", log.schedule_id) if log.schedule_id else None,
        dosage={"dose": quantity_of(log.dose)} if log.dose else None,
        note=notes(log.notes),
    )


def _read_log(resource: Resource) -> Json:
    schedule = (referred(resource.get("request")) or "").partition("MedicationRequest/")[2]
    why = each_in_words(resource.get("statusReason")) or each_in_words(resource.get("reasonCode"))
    return without_nothing(
        name=_name_in(resource.get("medicationCodeableConcept")),
        status=told_as(resource, "status", _DOSE_OF),
        dose=measured(an_object(resource.get("dosage")).get("dose")),
        schedule_id=schedule or None,
        reason=why,
        notes=notes_in(resource.get("note")),
    )


def _is_taken(resource: Resource) -> bool:
    words = words_of(resource.get("medicationCodeableConcept")) is not None
    return words and resource.get("status") not in ("entered-in-error", "not-taken")


def _is_ordered(resource: Resource) -> bool:
    words = words_of(resource.get("medicationCodeableConcept")) is not None
    return words and resource.get("doNotPerform") is not True and resource.get("status") != "entered-in-error"


MAPPINGS: Final = (
    Mapping(
        "medication",
        "MedicationStatement",
        _write_medication,
        _read_medication,
        homes("name", "codes", "dose", "route", "reason", "instructions", "notes"),
        moments=("effectivePeriod", "dateAsserted"),
        takes=_is_taken,
        reads=frozenset({"status", "medicationCodeableConcept", "dosage", "reasonCode", "note"}),
        told={"medicationCodeableConcept": QUOTED},
    ),
    Mapping(
        "prescription",
        "MedicationRequest",
        _write_prescription,
        _read_prescription,
        homes(
            "medication", "codes", "status", "dose", "frequency", "instructions", "as_needed", "repeats", "prescriber",
            "reason", "notes",
        ),
        when="authoredOn",
        takes=_is_ordered,
        reads=frozenset({
            "status", "intent", "medicationCodeableConcept", "requester", "dosageInstruction", "dispenseRequest",
            "reasonCode", "note",
        }),
        told={"medicationCodeableConcept": QUOTED},
    ),
    Mapping(
        "medication_schedule",
        "MedicationRequest",
        _write_schedule,
        _read_schedule,
        homes(
            "name", "dose", "times", "days", "every_days", "instructions", "starts_on", "ends_on", "active"
        ),
        when="authoredOn",
        told={"medicationCodeableConcept": _NAMED_ALONE},
    ),
    Mapping(
        "medication_log",
        "MedicationAdministration",
        _write_log,
        _read_log,
        homes("name", "status", "dose", "schedule_id", "reason", "notes"),
        moments=("effectivePeriod",),
        takes=lambda resource: resource.get("status") in _DOSE_OF,
        reads=frozenset({
            "status", "statusReason", "medicationCodeableConcept", "reasonCode", "request", "dosage", "note",
        }),
        told={"medicationCodeableConcept": _NAMED_ALONE},
    ),
)  # fmt: skip
