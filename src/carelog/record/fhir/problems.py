"""Conditions and allergies: what an International Patient Summary names first."""

from collections.abc import Callable
from typing import Any, Final

from carelog.record.fhir.elements import (
    LOINC,
    UNKNOWN,
    Json,
    Resource,
    coded,
    codes_in,
    coding,
    concept,
    name_in,
    named,
    notes,
    notes_in,
    objects,
    partial_date,
    term,
    tokens,
    without_nothing,
    words_of,
)
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


def _code(a_concept: Any) -> str | None:
    return next((code for _, code in tokens(a_concept)), None)


def _severity(severity: str | None) -> Json | None:
    if severity is None:
        return None
    return concept(coding(LOINC, _SEVERITIES[severity], severity.capitalize()), text=severity)


def _severity_in(a_concept: Any) -> str | None:
    words = (words_of(a_concept) or "").lower()
    found = [_SEVERITY_OF[code] for _, code in tokens(a_concept) if code in _SEVERITY_OF]
    return found[0] if found else _SEVERITY_OF.get(words)


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
    sites = objects(resource.get("bodySite"))
    return without_nothing(
        name=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        status=_CONDITION_STATUS.get(_code(resource.get("clinicalStatus")) or ""),
        certainty=_CERTAINTY_OF.get(_code(resource.get("verificationStatus")) or ""),
        severity=_severity_in(resource.get("severity")),
        onset=partial_date(onset),
        resolved=partial_date(abatement),
        body_site=words_of(sites[0]) if sites else None,
        diagnosed_by=name_in(resource.get("asserter")) or name_in(resource.get("recorder")),
        notes=notes_in(resource.get("note")),
    )


_ALLERGY_STATUSES: Final = frozenset({"active", "inactive", "resolved"})


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
    status = _code(resource.get("clinicalStatus"))
    reactions = objects(resource.get("reaction"))
    manifestations = [words_of(m) for r in reactions for m in objects(r.get("manifestation"))]
    kinds = resource.get("category")
    criticality = resource.get("criticality")
    return without_nothing(
        substance=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        kind=resource.get("type"),
        category=kinds[0] if isinstance(kinds, list) and kinds else None,
        criticality=criticality if criticality in ("low", "high") else None,
        reactions=[m for m in manifestations if m],
        severity=next((r["severity"] for r in reactions if "severity" in r), None),
        status=status if status in _ALLERGY_STATUSES else None,
        certainty=_ALLERGY_CERTAINTY_OF.get(_code(resource.get("verificationStatus")) or ""),
        onset=partial_date(resource.get("onsetDateTime")),
        notes=notes_in(resource.get("note")),
    )


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
