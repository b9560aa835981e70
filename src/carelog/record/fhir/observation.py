"""Observations: what the subject feels, measures, eats, drinks and does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from carelog.record.fhir.elements import (
    LOINC,
    Json,
    Resource,
    coded,
    codes_in,
    coding,
    concept,
    measured,
    name_in,
    named,
    notes,
    notes_in,
    objects,
    quantity,
    quantity_of,
    said,
    term,
    tokens,
    without_nothing,
    words_of,
)
from carelog.record.fhir.mapping import QUOTED, CodeSource, Mapping, always, homes
from carelog.record.types.exercise import Exercise
from carelog.record.types.food import Food
from carelog.record.types.meditation_log import MeditationLog
from carelog.record.types.mood import Mood
from carelog.record.types.sleep import Sleep
from carelog.record.types.symptom import Symptom
from carelog.record.types.vitals import Vitals
from carelog.record.types.water import Water

# https://hl7.org/fhir/R4/valueset-observation-category.html
CATEGORIES: Final = {
    "activity": "Activity",
    "exam": "Exam",
    "laboratory": "Laboratory",
    "social-history": "Social History",
    "survey": "Survey",
    "therapy": "Therapy",
    "vital-signs": "Vital Signs",
}
ELEMENTS: Final = frozenset({"status", "category", "code", "subject", "component", "bodySite"}) | {
    f"effective{kind}" for kind in ("DateTime", "Instant", "Period")
}
MOMENTS: Final = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "issued")
VALUES: Final = ("valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger")


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
_KINDS: Final = {code: kind for kind, measure in MEASURES.items() for code in measure.codes}
_PANEL: Final = coding(LOINC, "85354-9", "Blood pressure panel with all children optional")
_CODE_OF: Final = {kind: measure.codes[0] for kind, measure in MEASURES.items()} | {"blood_pressure": _PANEL["code"]}
_CATEGORY_OF: Final = dict.fromkeys(_CODE_OF, "vital-signs") | {"glucose": "laboratory"}
_PANELS: Final = frozenset({"85354-9", "55284-4", "35094-2"})
_SYSTOLIC: Final = coding(LOINC, "8480-6", "Systolic blood pressure")
_DIASTOLIC: Final = coding(LOINC, "8462-4", "Diastolic blood pressure")
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
_SEVERITIES: Final = {"mild": "LA6752-5", "moderate": "LA6751-7", "severe": "LA6750-9"}


def observation(category: str | None, code: Json, *, components: Iterable[Json | None] = (), **elements: Any) -> Json:
    """An Observation's own elements; final, unless its status is given."""
    return without_nothing(
        category=[term("observation-category", category, CATEGORIES.get(category))] if category else None,
        code=code,
        component=[c for c in components if c],
        **{"status": "final", **elements},
    )


def component(code: Json, **value: Any) -> Json | None:
    """A component; none without a value."""
    given = without_nothing(**value)
    return {"code": code, **given} if given else None


def component_of(resource: Resource, code: str) -> Json:
    """The component with that LOINC code; empty when there is none."""
    found = (c for c in objects(resource.get("component")) if (LOINC, code) in tokens(c.get("code")))
    return next(found, {})


def categories(resource: Resource) -> set[str]:
    return {code for given in objects(resource.get("category")) for _, code in tokens(given)}


def loinc_codes(resource: Resource) -> list[str]:
    return [code for system, code in tokens(resource.get("code")) if system == LOINC]


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
    codes = loinc_codes(resource)
    if _PANELS.intersection(codes):
        parts = {"systolic": _SYSTOLIC, "diastolic": _DIASTOLIC}
        values = {
            name: measured(component_of(resource, code["code"]).get("valueQuantity")) for name, code in parts.items()
        }
        return without_nothing(kind="blood_pressure", **values, **beside)
    kind = next(_KINDS[code] for code in codes if code in _KINDS)
    value = measured(resource.get("valueQuantity"))
    read: Json = beside | {"kind": kind, "value": value} | ({"context": "resting"} if "40443-4" in codes else {})
    convert = _CONVERSIONS.get((value["unit"], MEASURES[kind].unit)) if value else None
    if value and convert:
        said = f"{value['value']:g} {value['unit']}"
        return read | {"value": {"value": convert(value["value"]), "unit": MEASURES[kind].unit}, "said": said}
    return read


def _are_vitals(resource: Resource) -> bool:
    codes = loinc_codes(resource)
    if _PANELS.intersection(codes):
        return not any(name in resource for name in VALUES)
    return bool(_KINDS.keys() & codes) and "valueQuantity" in resource and not resource.get("component")


def _write_symptom(symptom: Symptom) -> Resource:
    severity = symptom.severity
    answer = concept(coding(LOINC, _SEVERITIES[severity], severity.capitalize()), text=severity) if severity else None
    return observation(
        "survey",
        coded(symptom.codes, symptom.name),
        valueBoolean=symptom.polarity == "present",
        bodySite=said(symptom.body_site),
        note=notes(symptom.notes),
        components=[component(concept(text="severity"), valueCodeableConcept=answer)],
    )


def _read_symptom(resource: Resource) -> Json:
    severity = next((words_of(c.get("valueCodeableConcept")) for c in objects(resource.get("component"))), None)
    polarity = {True: "present", False: "absent"}.get(resource.get("valueBoolean", ""))
    return without_nothing(
        name=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        polarity=polarity,
        notes=notes_in(resource.get("note")),
        severity=severity,
        body_site=words_of(resource.get("bodySite")),
    )


_ENERGY: Final = coding(LOINC, "9052-2", "Calorie intake total")


def _write_food(food: Food) -> Resource:
    energy = None if food.energy_kcal is None else quantity(food.energy_kcal, "kcal")
    return observation(
        "social-history",
        concept(text="Food eaten"),
        valueCodeableConcept=concept(text=food.name),
        components=[component(concept(_ENERGY), valueQuantity=energy)],
    )


def _read_food(resource: Resource) -> Json:
    energy = measured(component_of(resource, _ENERGY["code"]).get("valueQuantity"))
    return without_nothing(name=words_of(resource.get("valueCodeableConcept")), energy_kcal=energy and energy["value"])


def _write_water(water: Water) -> Resource:
    amount = quantity_of(water.amount)
    value: Json = {"valueQuantity": amount} if amount else {"valueString": water.said}
    return observation("social-history", concept(text="Water drunk"), **value)


def _read_water(resource: Resource) -> Json:
    return without_nothing(amount=measured(resource.get("valueQuantity")))


_SLEEP: Final = concept(coding(LOINC, "93832-4", "Sleep duration"), text="Sleep")


def _write_sleep(sleep: Sleep) -> Resource:
    hours = None if sleep.hours is None else quantity(sleep.hours, "h")
    return observation("activity", _SLEEP, valueQuantity=hours)


def _read_sleep(resource: Resource) -> Json:
    hours = measured(resource.get("valueQuantity"))
    return without_nothing(hours=hours and hours["value"])


_ACTIVITY: Final = concept(coding(LOINC, "73985-4", "Exercise activity"), text="Exercise")
_DURATION: Final = coding(LOINC, "55411-3", "Exercise duration")
_STEPS: Final = coding(LOINC, "55423-8", "Number of steps in unspecified time Pedometer")


def _write_exercise(exercise: Exercise) -> Resource:
    minutes, steps = exercise.minutes, exercise.steps
    return observation(
        "activity",
        _ACTIVITY,
        valueCodeableConcept=concept(text=exercise.activity),
        components=[
            component(concept(_DURATION), valueQuantity=None if minutes is None else quantity(minutes, "min")),
            component(concept(_STEPS), valueInteger=steps),
            component(concept(text="distance"), valueQuantity=quantity_of(exercise.distance)),
            component(
                concept(text="intensity"),
                valueCodeableConcept=concept(text=exercise.intensity) if exercise.intensity else None,
            ),
        ],
    )


def _read_exercise(resource: Resource) -> Json:
    minutes = measured(component_of(resource, _DURATION["code"]).get("valueQuantity"))
    return without_nothing(
        activity=words_of(resource.get("valueCodeableConcept")),
        minutes=minutes and minutes["value"],
        steps=component_of(resource, _STEPS["code"]).get("valueInteger"),
    )


def _write_mood(mood: Mood) -> Resource:
    said = mood.feeling or (mood.level and mood.level.replace("_", " "))
    energy = mood.energy and mood.energy.replace("_", " ")
    return observation(
        "survey",
        concept(text="Mood"),
        valueString=said,
        components=[component(concept(text="energy"), valueString=energy)],
    )


def _write_meditation(log: MeditationLog) -> Resource:
    minutes = None if log.minutes is None else quantity(log.minutes, "min")
    return observation("activity", concept(text="Meditation"), valueQuantity=minutes, note=notes(log.notes))


def _read_meditation(resource: Resource) -> Json:
    minutes = measured(resource.get("valueQuantity"))
    return without_nothing(minutes=minutes and minutes["value"], notes=notes_in(resource.get("note")))


def nothing(_: Resource) -> Json:
    """What a mapping reads whose fields all travel in extensions."""
    return {}


def unspecified(type_name: str) -> Mapping:
    """The mapping of a type that has none of its own: its headline is the value."""
    name = type_name.replace("_", " ").capitalize()

    def write(payload: Any) -> Resource:
        return observation("survey", concept(text=name), valueString=payload.headline())

    return Mapping(type_name, "Observation", write, nothing, moments=MOMENTS, told=told_always("survey", always()))


def told_always(category: str, code: CodeSource) -> dict[str, CodeSource]:
    """The codes of what is final and of one category."""
    return {"category": always(category), "code": code, "status": always("final")}


def _own(
    type_name: str,
    write: Callable[[Any], Resource],
    read: Callable[[Resource], Json],
    *home: str,
    category: str,
    code: CodeSource = always(),
) -> Mapping:
    return Mapping(
        type_name,
        "Observation",
        write,
        read,
        homes(*home),
        moments=MOMENTS,
        reads=ELEMENTS | set(VALUES),
        told=told_always(category, code),
    )


_VITALS: Final = Mapping(
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
)

MAPPINGS: Final = (
    _VITALS,
    _own(
        "symptom", _write_symptom, _read_symptom, "name", "codes", "polarity", "severity", "body_site", "notes",
        category="survey", code=QUOTED,
    ),
    _own("food", _write_food, _read_food, "name", "energy_kcal", category="social-history"),
    _own("water", _write_water, _read_water, "amount", category="social-history"),
    _own("sleep", _write_sleep, _read_sleep, "hours", category="activity", code=always("93832-4")),
    _own(
        "exercise", _write_exercise, _read_exercise, "activity", "minutes", "steps",
        category="activity", code=always("73985-4"),
    ),
    _own("mood", _write_mood, nothing, category="survey"),
    _own("meditation_log", _write_meditation, _read_meditation, "minutes", "notes", category="activity"),
)  # fmt: skip
