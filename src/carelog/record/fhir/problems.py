"""Conditions and allergies: what an International Patient Summary names first."""

from collections.abc import Callable
from typing import Any, Final

from carelog.record.fhir.elements import (
    LOINC,
    UNKNOWN,
    Json,
    Resource,
    coded,
    coded_as,
    codes_in,
    coding,
    concept,
    each_in_words,
    name_in,
    named,
    notes,
    notes_in,
    objects,
    partial_date,
    peeked_words,
    term,
    told_as,
    without_nothing,
    words_of,
)
from carelog.record.fhir.heeding import lost
from carelog.record.fhir.mapping import QUOTED, CodeSource, Mapping, always, homes
from carelog.record.types.allergy import Allergy
from carelog.record.types.condition import Condition

# LOINC's answers, as the International Patient Summary names severities.
_SEVERITIES: Final = {"mild": "LA6752-5", "moderate": "LA6751-7", "severe": "LA6750-9"}
_SEVERITY_OF: Final = {code: severity for severity, code in _SEVERITIES.items()} | {s: s for s in _SEVERITIES}
_CLINICAL: Final = {"active": "active", "managed": "active", "resolved": "resolved"}
_CONDITION_STATUS: Final = {
    **dict.fromkeys(("active", "recurrence", "relapse"), "active"),
    **dict.fromkeys(("inactive", "remission", "resolved"), "resolved"),
}
_CERTAINTIES: Final = {"suspected": "provisional", "confirmed": "confirmed", "refuted": "refuted"}
_CERTAINTY_OF: Final = {
    **{code: certainty for certainty, code in _CERTAINTIES.items()},
    "unconfirmed": "suspected",
    "differential": "suspected",
}
_ALLERGY_CERTAINTIES: Final = {"suspected": "unconfirmed", "confirmed": "confirmed", "refuted": "refuted"}
_ALLERGY_CERTAINTY_OF: Final = {code: certainty for certainty, code in _ALLERGY_CERTAINTIES.items()}


def _severity(severity: str | None) -> Json | None:
    if severity is None:
        return None
    return concept(coding(LOINC, _SEVERITIES[severity], severity.capitalize()), text=severity)


def _severity_in(a_concept: Any) -> str | None:
    words = (peeked_words(a_concept) or "").lower()
    found = coded_as(a_concept, _SEVERITY_OF)
    return found or (words_of(a_concept) and _SEVERITY_OF[words] if words in _SEVERITY_OF else None)


def _write_condition(condition: Condition) -> Resource:
    certainty = _CERTAINTIES.get(condition.certainty or "")
    clinical = _CLINICAL.get(condition.status or "")
    return without_nothing(
        clinicalStatus=term("condition-clinical", clinical) if clinical else None,
        verificationStatus=term("condition-ver-status", certainty) if certainty else None,
        category=[term("condition-category", "problem-list-item", "Problem List Item")],
        severity=_severity(condition.severity),
        code=coded(condition.codes, condition.name),
        bodySite=[concept(text=condition.body_site)] if condition.body_site else None,
        onsetDateTime=condition.onset,
        # con-4: what has abated is not active.
        abatementDateTime=condition.resolved if clinical == "resolved" else None,
        asserter=named(condition.diagnosed_by),
        note=notes(condition.notes),
    )


def _read_condition(resource: Resource) -> Json:
    onset, abatement = (resource.get(f"{name}DateTime") for name in ("onset", "abatement"))
    return without_nothing(
        name=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        status=coded_as(resource.get("clinicalStatus"), _CONDITION_STATUS),
        certainty=coded_as(resource.get("verificationStatus"), _CERTAINTY_OF),
        severity=_severity_in(resource.get("severity")),
        onset=partial_date(onset),
        resolved=partial_date(abatement),
        body_site=each_in_words(resource.get("bodySite")),
        diagnosed_by=name_in(resource.get("asserter")) or name_in(resource.get("recorder")),
        notes=notes_in(resource.get("note")),
    )


_ALLERGY_STATUSES: Final = {status: status for status in ("active", "inactive", "resolved")}
_CRITICALITIES: Final = {criticality: criticality for criticality in ("low", "high")}


def _write_allergy(allergy: Allergy) -> Resource:
    reaction = without_nothing(
        manifestation=[concept(text=reaction) for reaction in allergy.reactions or ()],
        severity=allergy.severity if allergy.reactions else None,
    )
    certainty = _ALLERGY_CERTAINTIES.get(allergy.certainty or "")
    return without_nothing(
        # ait-1: it has a clinical status, or says why it has none.
        clinicalStatus=term("allergyintolerance-clinical", allergy.status) if allergy.status else UNKNOWN,
        verificationStatus=term("allergyintolerance-verification", certainty) if certainty else None,
        type=allergy.kind,
        category=[allergy.category] if allergy.category else None,
        criticality=allergy.criticality,
        code=coded(allergy.codes, allergy.substance),
        onsetDateTime=allergy.onset,
        reaction=[reaction] if reaction else None,
        note=notes(allergy.notes),
    )


def _read_allergy(resource: Resource) -> Json:
    reactions = objects(resource.get("reaction"))
    manifestations = [words_of(m) for r in reactions for m in objects(r.get("manifestation"))]
    kinds = resource.get("category")
    for index in range(1, len(kinds) if isinstance(kinds, list) else 0):
        lost(resource, "category", index)
    severities = [r.get("severity") for r in reactions]
    severity = next((severity for severity in ("severe", "moderate", "mild") if severity in severities), None)
    for reaction in reactions:
        if dict.get(reaction, "severity") not in (None, severity):
            lost(reaction, "severity")
    return without_nothing(
        substance=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        kind=resource.get("type"),
        category=kinds[0] if isinstance(kinds, list) and kinds else None,
        criticality=told_as(resource, "criticality", _CRITICALITIES),
        reactions=[m for m in manifestations if m],
        severity=severity,
        status=coded_as(resource.get("clinicalStatus"), _ALLERGY_STATUSES),
        certainty=coded_as(resource.get("verificationStatus"), _ALLERGY_CERTAINTY_OF),
        onset=partial_date(resource.get("onsetDateTime")),
        notes="\n".join(filter(None, (notes_in(resource.get("note")), *map(_reaction_notes, reactions)))) or None,
    )


def _reaction_notes(reaction: Json) -> str | None:
    """What an allergy has no other place for: what happened in words, to what exactly, and how it got there."""
    told = {
        "description": reaction.get("description"),
        "substance": words_of(reaction.get("substance")),
        "exposure": words_of(reaction.get("exposureRoute")),
        "since": reaction.get("onset"),
        "note": notes_in(reaction.get("note")),
    }
    return "; ".join(f"{name}: {text}" for name, text in told.items() if text) or None


def _is_about_something(resource: Resource) -> bool:
    return words_of(resource.get("code")) is not None


def _entered_in_error(statuses: str) -> Callable[[Resource], Resource]:
    """con-5, ait-2: what was entered in error has no clinical status; con-4: and so it has not abated."""

    def withdrawn(resource: Resource) -> Resource:
        kept = {k: v for k, v in resource.items() if k not in ("clinicalStatus", "abatementDateTime")}
        return {**kept, "verificationStatus": term(statuses, "entered-in-error")}

    return withdrawn


MAPPINGS: Final = (
    Mapping(
        "condition",
        "Condition",
        _write_condition,
        _read_condition,
        homes("name", "codes", "certainty", "severity", "onset", "body_site", "diagnosed_by", "notes"),
        when="recordedDate",
        moments=("onsetDateTime", "onsetPeriod"),
        withdrawn=_entered_in_error("condition-ver-status"),
        takes=_is_about_something,
        reads=frozenset({
            "clinicalStatus", "verificationStatus", "category", "severity", "code", "bodySite", "abatementDateTime",
            "asserter", "recorder", "note",
        }),
        told={
            "category": always("problem-list-item"),
            "clinicalStatus": CodeSource(of="status", by=_CLINICAL),
            "code": QUOTED,
        },
    ),
    Mapping(
        "allergy",
        "AllergyIntolerance",
        _write_allergy,
        _read_allergy,
        homes(
            "substance", "codes", "kind", "category", "criticality", "reactions", "status", "certainty", "onset",
            "notes",
        ),
        subject="patient",
        when="recordedDate",
        moments=("onsetDateTime", "lastOccurrence"),
        withdrawn=_entered_in_error("allergyintolerance-verification"),
        takes=_is_about_something,
        reads=frozenset({
            "clinicalStatus", "verificationStatus", "type", "category", "criticality", "code", "reaction", "note",
        }),
        told={"category": QUOTED, "clinicalStatus": QUOTED, "code": QUOTED, "criticality": QUOTED},
    ),
)  # fmt: skip
