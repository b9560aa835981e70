"""What of another system is not what it looks like, and must not be read as if it were.

Some elements turn what a resource says into something else, or into nothing: R4 calls them modifiers
(https://hl7.org/fhir/R4/conformance-rules.html#isModifier), and whoever does not understand one must not go on.
"""

from collections.abc import Mapping
from typing import Any, Final

from carelog.record.fhir.elements import Json, Resource, an_object, objects, referred

_ORDERED: Final = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
_SETTLED: Final = frozenset({"final", "amended", "corrected"})


def why_not_read(resource: Resource) -> str | None:
    """Why a resource of another system cannot be kept, whatever its other elements say; None where it can."""
    if "implicitRules" in resource:
        return "its implicitRules are not known here"
    if _has_modifier(resource):
        return "it has a modifierExtension that is not known here, which may turn what it says into something else"
    match resource.get("resourceType"):
        case "Observation" if resource.get("focus"):
            return "it is about something else than its subject: it has a focus"
        case "MedicationRequest" if resource.get("doNotPerform") is True:
            return "it says what is not to be given: doNotPerform"
        case "MedicationRequest" if str(resource.get("intent")) not in _ORDERED:
            return "it is no order, by its intent"
        case "MedicationStatement" if resource.get("status") == "not-taken":
            return "it says what is not taken"
    return None


def is_unsettled(resource: Resource) -> bool:
    """Whether an Observation may still change, or was never made. For entries that keep no status."""
    return resource.get("resourceType") == "Observation" and str(resource.get("status")) not in _SETTLED


def with_medication(resource: Resource, beside: Mapping[str, Json]) -> Resource:
    """A resource that refers to its medication, with its code in place of that: of one that it contains, or of one
    `beside` it, by its reference; else what the reference calls it."""
    given = an_object(resource.get("medicationReference"))
    if not given or "medicationCodeableConcept" in resource:
        return resource
    name = referred(given) or ""
    contained = {f"#{one.get('id')}": one for one in objects(resource.get("contained"))}
    code = an_object((contained.get(name) or beside.get(name) or {}).get("code"))
    called = given.get("display")
    code = code or ({"text": called} if isinstance(called, str) and called else {})
    if not code:
        return resource
    rest = {key: value for key, value in resource.items() if key != "medicationReference"}
    if name in contained and len(contained) == 1:
        del rest["contained"]
    return rest | {"medicationCodeableConcept": code}


def _has_modifier(value: Any) -> bool:
    if isinstance(value, dict):
        return "modifierExtension" in value or any(map(_has_modifier, value.values()))
    return isinstance(value, list) and any(map(_has_modifier, value))
