"""Vital signs: the Observations that https://hl7.org/fhir/R4/observation-vitalsigns.html has, and some more."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from carelog.record.fhir.elements import (
    LOINC,
    Json,
    Resource,
    code_in,
    coded_as,
    coding,
    concept,
    measured,
    name_in,
    named,
    notes,
    notes_in,
    quantity_of,
    without_nothing,
    words_of,
)
from carelog.record.fhir.mapping import CodeSource, Mapping, always, homes
from carelog.record.fhir.observation import (
    ELEMENTS,
    MOMENTS,
    VALUES,
    category_in,
    component,
    component_of,
    is_final,
    loinc_codes,
    observation,
)
from carelog.record.types.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of vital sign: its LOINC code first, others that mean the same behind it, and its FHIR profile, where
    https://hl7.org/fhir/R4/observation-vitalsigns.html has one."""

    codes: tuple[str, ...]
    display: str
    profile: str | None
    unit: str


MEASURES: Final = {
    "heart_rate": Measure(("8867-4", "40443-4"), "Heart rate", "heartrate", "/min"),
    "temperature": Measure(("8310-5", "8331-1"), "Body temperature", "bodytemp", "Cel"),
    "glucose": Measure(("2339-0", "41653-7"), "Glucose [Mass/volume] in Blood", None, "mg/dL"),
    "spo2": Measure(("2708-6", "59408-5"), "Oxygen saturation in Arterial blood", "oxygensat", "%"),
    "weight": Measure(("29463-7", "3141-9"), "Body weight", "bodyweight", "kg"),
    "height": Measure(("8302-2", "3137-7"), "Body height", "bodyheight", "cm"),
    "respiratory_rate": Measure(("9279-1",), "Respiratory rate", "resprate", "/min"),
    "bmi": Measure(("39156-5",), "Body mass index (BMI) [Ratio]", "bmi", "kg/m2"),
    "waist": Measure(("8280-0",), "Waist Circumference at umbilicus by Tape measure", None, "cm"),
    "body_fat": Measure(("41982-0",), "Percentage of body fat Measured", None, "%"),
}
_NAMES: Final = {code: measure.display for measure in MEASURES.values() for code in measure.codes}
_KINDS: Final = {code: kind for kind, measure in MEASURES.items() for code in measure.codes}
_PANEL: Final = coding(LOINC, "85354-9", "Blood pressure panel with all children optional")
_CODE_OF: Final = {kind: measure.codes[0] for kind, measure in MEASURES.items()} | {"blood_pressure": _PANEL["code"]}
_CATEGORY_OF: Final = dict.fromkeys(_CODE_OF, "vital-signs") | {"glucose": "laboratory"}
_PANELS: Final = frozenset({"85354-9", "55284-4", "35094-2"})
_SYSTOLIC: Final = coding(LOINC, "8480-6", "Systolic blood pressure")
_DIASTOLIC: Final = coding(LOINC, "8462-4", "Diastolic blood pressure")
_DISPLAYS: Final = _NAMES | {c["code"]: c["display"] for c in (_PANEL, _SYSTOLIC, _DIASTOLIC)}
_PROFILES: Final = "http://hl7.org/fhir/StructureDefinition/"

# To the units that vitals are kept in: factor, then offset. Glucose: 1 mmol/L is 18.016 mg/dL, by its molar mass.
_CONVERSIONS: Final[dict[tuple[str, str], Callable[[float], float]]] = {
    ("[degF]", "Cel"): lambda f: round((f - 32) / 1.8, 4),
    ("[lb_av]", "kg"): lambda lb: round(lb * 0.45359237, 6),
    ("g", "kg"): lambda g: g / 1000,
    ("[in_i]", "cm"): lambda inches: round(inches * 2.54, 4),
    ("m", "cm"): lambda m: m * 100,
    ("mmol/L", "mg/dL"): lambda mmol: round(mmol * 18.016, 2),
}
# Units as other systems write them without a code of UCUM, in lower case.
_WRITTEN: Final = {
    **dict.fromkeys(("degf", "deg f", "°f", "f", "fahrenheit", "degrees fahrenheit"), "[degF]"),
    **dict.fromkeys(("degc", "deg c", "°c", "c", "celsius", "degrees celsius"), "Cel"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "[lb_av]"),
    **dict.fromkeys(("in", "inch", "inches"), "[in_i]"),
    **dict.fromkeys(("bpm", "beats/min", "beats/minute", "breaths/min", "breaths/minute", "per minute"), "/min"),
    **dict.fromkeys(("mmhg", "mm hg"), "mm[Hg]"),
    **dict.fromkeys(("mg/dl",), "mg/dL"),
    **dict.fromkeys(("mmol/l",), "mmol/L"),
    **dict.fromkeys(("kg/m²",), "kg/m2"),
    **dict.fromkeys(("kgs",), "kg"),
}


def name_in_words(a_concept: Any) -> str | None:
    """What a CodeableConcept says, and where that is a bare code of a vital sign, what the code says."""
    words = words_of(a_concept)
    return _DISPLAYS.get(words, words) if words and code_in(a_concept, LOINC) == words else words


def _read_loinc(resource: Resource, known: Collection[str]) -> str:
    """The first of these codes that it has."""
    found = next(code for code in loinc_codes(resource) if code in known)
    coded_as(resource.get("code"), {found: found})
    return found


def _write_vitals(vitals: Vitals) -> Resource:
    beside: dict[str, Any] = {"device": named(vitals.device), "note": notes(vitals.notes)}
    if vitals.kind == "blood_pressure":
        parts = ((_SYSTOLIC, vitals.systolic), (_DIASTOLIC, vitals.diastolic))
        return observation(
            "vital-signs",
            concept(_PANEL, text="Blood pressure"),
            components=[component(concept(code), valueQuantity=quantity_of(part)) for code, part in parts],
            meta={"profile": [f"{_PROFILES}bp"]},
            **beside,
        )
    measure = MEASURES[vitals.kind]
    return observation(
        _CATEGORY_OF[vitals.kind],
        concept(coding(LOINC, measure.codes[0], measure.display), text=measure.display),
        valueQuantity=quantity_of(vitals.value),
        meta={"profile": [_PROFILES + measure.profile]} if measure.profile else None,
        **beside,
    )


def _read_vitals(resource: Resource) -> Json:
    beside = without_nothing(device=name_in(resource.get("device")), notes=notes_in(resource.get("note")))
    is_final(resource)
    category_in(resource, "vital-signs", "laboratory")
    if _PANELS.intersection(loinc_codes(resource)):
        _read_loinc(resource, _PANELS)
        parts = {"systolic": _SYSTOLIC, "diastolic": _DIASTOLIC}
        values = {name: _in_ucum(measured(_value_of(resource, code["code"]))) for name, code in parts.items()}
        return without_nothing(kind="blood_pressure", **values, **beside)
    code = _read_loinc(resource, _KINDS)
    kind = _KINDS[code]
    value = _in_ucum(measured(resource.get("valueQuantity")))
    read: Json = beside | {"kind": kind, "value": value} | ({"context": "resting"} if code == "40443-4" else {})
    convert = _CONVERSIONS.get((value["unit"], MEASURES[kind].unit)) if value else None
    if value and convert:
        said = f"{value['value']:g} {value['unit']}"
        return read | {"value": {"value": convert(value["value"]), "unit": MEASURES[kind].unit}, "said": said}
    return read


def _value_of(resource: Resource, code: str) -> Any:
    """The valueQuantity of the component with that LOINC code."""
    found = component_of(resource, code)
    coded_as(found.get("code"), {code: code})
    return found.get("valueQuantity")


def _in_ucum(value: Json | None) -> Json | None:
    """With UCUM's unit, where somebody's own is known."""
    return None if value is None else value | {"unit": _WRITTEN.get(value["unit"].casefold(), value["unit"])}


def _are_vitals(resource: Resource) -> bool:
    codes = loinc_codes(resource)
    if _PANELS.intersection(codes):
        return not any(name in resource for name in VALUES)
    return bool(_KINDS.keys() & codes) and "valueQuantity" in resource and not resource.get("component")


MAPPINGS: Final = (
    Mapping(
        "vitals",
        "Observation",
        _write_vitals,
        _read_vitals,
        homes("kind", "value", "systolic", "diastolic", "device", "notes"),
        moments=MOMENTS,
        takes=_are_vitals,
        reads=ELEMENTS | {"valueQuantity", "device", "note", "issued"},
        told={
            "category": CodeSource(of="kind", by=_CATEGORY_OF),
            "code": CodeSource(of="kind", by=_CODE_OF),
            "status": always("final"),
        },
    ),
)
