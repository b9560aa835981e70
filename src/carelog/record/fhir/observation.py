"""Observations: what the subject feels, measures, eats, drinks and does."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from carelog.record.fhir.elements import (
    LOINC,
    Json,
    Resource,
    coded,
    coded_as,
    codes_in,
    coding,
    concept,
    measured,
    notes,
    notes_in,
    objects,
    quantity,
    quantity_of,
    said,
    term,
    tokens,
    told_as,
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
OTHER_VALUES: Final = frozenset(
    {"valueRange", "valueRatio", "valuePeriod", "valueDateTime", "valueTime", "dataAbsentReason"}
)
VALUES: Final = ("valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger")


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
    return {code for given in objects(dict.get(resource, "category")) for _, code in tokens(given)}


def category_in(resource: Resource, *known: str) -> str | None:
    """The first of these categories, or where none is named of all, that an Observation has."""
    found = next(iter(sorted(categories(resource) & set(known) if known else categories(resource))), None)
    for given in objects(resource.get("category")):
        coded_as(given, {str(found): found})
    return found


def is_final(resource: Resource) -> bool:
    return told_as(resource, "status", {"final": True}) is True


def loinc_codes(resource: Resource) -> list[str]:
    return [code for system, code in tokens(resource.get("code")) if system == LOINC]


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


MAPPINGS: Final = (
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
