"""The kinds of resources that are served, and by what each is searched
(https://hl7.org/fhir/R4/searchparameter-registry.html)."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from carelog.record.fhir.mappings import mappings


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource. `patient` are the parameters that name the person, `moment` the one that has when it
    happened, and `tokens` those that look for codes, each in an element."""

    name: str
    types: tuple[str, ...]
    patient: tuple[str, ...]
    moment: str | None
    tokens: dict[str, str]
    conversations: bool = False

    @property
    def sorts(self) -> tuple[str, ...]:
        """By what its searches can be sorted."""
        if not self.types or self.conversations or self.name == "Patient":
            return ()
        return (*((self.moment,) if self.moment else ()), "_lastUpdated")

    @property
    def parameters(self) -> dict[str, str]:
        """What it is searched by, each with its type."""
        found = {"_id": "token", "_lastUpdated": "date", "_tag": "token"}
        if self.name == "Patient":
            return {"_id": "token", "_lastUpdated": "date", "identifier": "token", "name": "string"}
        found |= dict.fromkeys(self.patient, "reference")
        if self.moment:
            found[self.moment] = "date"
        return found | dict.fromkeys(self.tokens, "token")


_SUBJECT: Final = ("patient", "subject")
_MOMENTS: Final = {
    "ActivityDefinition": "date",
    "Appointment": "date",
    "AllergyIntolerance": "date",
    "CarePlan": "date",
    "Communication": "sent",
    "CommunicationRequest": "authored",
    "Condition": "recorded-date",
    "DiagnosticReport": "date",
    "DocumentReference": "date",
    "Immunization": "date",
    "MedicationAdministration": "effective-time",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "Observation": "date",
    "Procedure": "date",
}
_CODE: Final = {"code": "code", "category": "category", "status": "status"}
_TOKENS: Final = {
    "AllergyIntolerance": {
        "code": "code",
        "category": "category",
        "clinical-status": "clinicalStatus",
        "criticality": "criticality",
    },
    "Appointment": {"status": "status", "appointment-type": "appointmentType"},
    "CarePlan": {"category": "category", "status": "status"},
    "Communication": {"category": "category", "status": "status"},
    "CommunicationRequest": {"category": "category", "status": "status"},
    "Condition": {"code": "code", "category": "category", "clinical-status": "clinicalStatus"},
    "Device": {"type": "type", "status": "status"},
    "DiagnosticReport": _CODE,
    "DocumentReference": {"type": "type", "status": "status"},
    "Immunization": {"vaccine-code": "vaccineCode", "status": "status"},
    "MedicationAdministration": {"code": "medicationCodeableConcept", "status": "status"},
    "MedicationRequest": {"code": "medicationCodeableConcept", "status": "status", "intent": "intent"},
    "MedicationStatement": {"code": "medicationCodeableConcept", "category": "category", "status": "status"},
    "Observation": _CODE,
    "Procedure": _CODE,
}
_WITH_CONVERSATIONS: Final = frozenset({"Communication", "DocumentReference"})


@cache
def kinds() -> dict[str, Kind]:
    """Every kind that entries become, by its name, and what else there is of a record."""
    types: dict[str, list[str]] = {}
    for mapping in mappings().values():
        types.setdefault(mapping.resource, []).append(mapping.type)
    of_entries = {
        name: Kind(
            name,
            tuple(of),
            () if name == "ActivityDefinition" else _patient(name),
            _MOMENTS.get(name),
            _TOKENS.get(name, {}),
            conversations=name in _WITH_CONVERSATIONS,
        )
        for name, of in types.items()
        if name != "Patient"
    }
    others = {
        "Patient": Kind("Patient", ("profile",), (), None, {}),
        "Provenance": Kind("Provenance", (), ("patient", "target"), None, {}),
        "Consent": Kind("Consent", (), ("patient",), None, {"status": "status"}),
        "AuditEvent": Kind("AuditEvent", (), ("patient",), "date", {"action": "action"}),
    }
    return dict(sorted((of_entries | others).items()))


def _patient(name: str) -> tuple[str, ...]:
    return ("patient",) if name in ("Device", "RelatedPerson", "Appointment", "Immunization") else _SUBJECT
