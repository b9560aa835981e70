"""How a medication is to be taken, out of FHIR's Dosages (https://hl7.org/fhir/R4/dosage.html): a dose, a frequency and
a route where there is one of each, and words for all else."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from carelog.record.fhir.elements import (
    Json,
    an_object,
    each_in_words,
    measured,
    objects,
    peeked_words,
    told_as,
    words_of,
)
from carelog.record.fhir.quantities import amount, at_most, between

_T = TypeVar("_T")

_UNITS: Final = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_IN_DAYS: Final = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0}
# https://hl7.org/fhir/R4/valueset-event-timing.html
_WHEN: Final = {
    "MORN": "in the morning",
    "MORN.early": "early in the morning",
    "MORN.late": "late in the morning",
    "NOON": "at noon",
    "AFT": "in the afternoon",
    "AFT.early": "early in the afternoon",
    "AFT.late": "late in the afternoon",
    "EVE": "in the evening",
    "EVE.early": "early in the evening",
    "EVE.late": "late in the evening",
    "NIGHT": "at night",
    "PHS": "after sleep has begun",
    "HS": "before sleep",
    "WAKE": "on waking",
    "C": "at meals",
    "CM": "at breakfast",
    "CD": "at lunch",
    "CV": "at dinner",
    "AC": "before meals",
    "ACM": "before breakfast",
    "ACD": "before lunch",
    "ACV": "before dinner",
    "PC": "after meals",
    "PCM": "after breakfast",
    "PCD": "after lunch",
    "PCV": "after dinner",
}
_ROUTES: Final = frozenset({
    "oral", "inhaled", "topical", "subcutaneous", "intramuscular", "intravenous", "ophthalmic", "otic", "nasal",
    "rectal", "vaginal", "sublingual", "transdermal",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dosing:
    """How it is taken. `frequency` is in words, and `times_per_day` stands beside it where it is as regular as that;
    `instructions` are all that the others do not say."""

    dose: Json | None = None
    frequency: str | None = None
    times_per_day: float | None = None
    as_needed: bool | None = None
    route: str | None = None
    instructions: str | None = None


def dosing_in(dosages: Any, *, most: int, routes: bool, counted: bool) -> Dosing:
    """What Dosages say, with a frequency of at the most so many characters; `routes` and `counted` tell whether there
    is a place for a route and for `times_per_day`. Several Dosages become one in words: of the parts that are kept on
    their own, each is there only where all say the same of it."""
    given = objects(dosages)
    each = [_one(dosage, most=most, routes=routes, counted=counted and len(given) == 1) for dosage in given]
    if len(each) < 2:
        return each[0] if each else Dosing()
    numbers = [dosage.get("sequence") for dosage in given]
    follow = None not in numbers and len(set(numbers)) == len(numbers)
    dose, route = _common(each, lambda one: one.dose), _common(each, lambda one: one.route)
    lines = [
        _line(dosage, one, dose=dose is None, route=route is None) for dosage, one in zip(given, each, strict=True)
    ]
    together = (", then " if follow else "; ").join(filter(None, lines))
    short = len(together) <= most
    told = [None if short else together, *dict.fromkeys(one.instructions for one in each)]
    return Dosing(
        dose=dose,
        frequency=together if short else None,
        as_needed=_common(each, lambda one: one.as_needed),
        route=route,
        instructions="; ".join(filter(None, told)) or None,
    )


def _one(dosage: Json, *, most: int, routes: bool, counted: bool) -> Dosing:
    text = dosage.get("text")
    text = text if isinstance(text, str) and text.strip() else None
    repeat = an_object(an_object(dosage.get("timing")).get("repeat"))
    per_day = _times_per_day(repeat) if counted else None
    # What a text stands beside is said by it, but for what it does not say itself.
    timing = timing_words(dosage.get("timing"), but_rate=text is not None and per_day is not None)
    purpose = words_of(dosage.get("asNeededCodeableConcept"))
    as_needed = True if purpose else dosage.get("asNeededBoolean")
    fitting = text if text and len(text) <= most else None
    frequency = fitting or (timing if timing and len(timing) <= most else None)
    frequency = frequency or ("as needed" if counted and as_needed else None)
    dose = _dose_in(dosage)
    route = route_in(dosage.get("route")) if routes else None
    told = [
        dosage.get("patientInstruction"),
        None if text == fitting else text,
        None if timing == frequency else timing,
        f"as needed for {purpose}" if purpose else None,
        *_more(dosage, dose),
        f"route: {where}" if route is None and (where := words_of(dosage.get("route"))) else None,
        each_in_words(dosage.get("additionalInstruction"), 1000),
    ]
    return Dosing(
        dose=dose,
        frequency=frequency,
        times_per_day=per_day,
        as_needed=as_needed,
        route=route,
        instructions="; ".join(filter(None, told)) or None,
    )


def _more(dosage: Json, dose: Json | None) -> list[str | None]:
    """What there is of amounts beside the dose."""
    ranges = [] if dose else [between(part.get("doseRange")) for part in objects(dosage.get("doseAndRate"))]
    once = amount(dosage.get("maxDosePerAdministration"))
    return [
        *(f"dose: {said}" for said in ranges if said),
        at_most(dosage.get("maxDosePerPeriod")),
        f"at most {once} at a time" if once else None,
    ]


def _line(dosage: Json, one: Dosing, *, dose: bool, route: bool) -> str:
    """One of several, without what stands beside all of them."""
    much = amount(_quantity_in(dosage)) if dose else None
    said = [
        None if much and re.search(rf"(?<![\d.]){re.escape(much)}", one.frequency or "") else much,
        one.route if route else None,
        one.frequency,
        "as needed" if one.as_needed and one.frequency != "as needed" else None,
    ]
    return " ".join(filter(None, said))


def _quantity_in(dosage: Json) -> Json:
    parts = objects(dosage.get("doseAndRate"))
    return next((q for part in parts if measured(q := an_object(part.get("doseQuantity")))), {})


def _dose_in(dosage: Json) -> Json | None:
    return measured(_quantity_in(dosage))


def _common(each: Sequence[Dosing], part: Callable[[Dosing], _T]) -> _T | None:
    first = part(each[0])
    return first if all(part(one) == first for one in each) else None


def route_in(a_concept: Any) -> str | None:
    """The route, where it is one that the record knows: "oral", "Oral route", "Oral use"."""
    name = (peeked_words(a_concept) or "").lower().removesuffix(" route").removesuffix(" use")
    if name not in _ROUTES:
        return None
    words_of(a_concept)
    return name


def _times_per_day(repeat: Json) -> float | None:
    """How often a day, where that is all that the timing says of how often."""
    unit, period = dict.get(repeat, "periodUnit"), dict.get(repeat, "period")
    often = dict.get(repeat, "frequency", 1)
    if unit not in _IN_DAYS or not period or {"frequencyMax", "periodMax"} & repeat.keys():
        return None
    per_day: float = often / (period * _IN_DAYS[unit])
    if not 0 < per_day <= 24:
        return None
    for name in ("frequency", "period", "periodUnit"):
        repeat.get(name)
    return round(per_day, 4)


def timing_words(timing: Any, *, but_rate: bool = False) -> str | None:
    """A Timing in words, without how often it is where that is told.

    >>> timing_words({"repeat": {"frequency": 1, "period": 4, "periodUnit": "h"}})
    'every 4 hours'
    >>> timing_words({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["PCM"]}})
    '2 times a day after breakfast'
    """
    given = an_object(timing)
    repeat = an_object(given.get("repeat"))
    days, times, whens = (repeat.get(name) or () for name in ("dayOfWeek", "timeOfDay", "when"))
    offset = repeat.get("offset") if whens else None
    count = repeat.get("count")
    said = [
        None if but_rate else _rate(repeat),
        f"on {', '.join(days)}" if days else None,
        f"at {', '.join(str(time)[:5] for time in times)}" if times else None,
        f"{offset} minutes" if offset else None,
        " and ".join(_WHEN[code] for code in whens),
        f"{_span(count, repeat.get('countMax'))} times in all" if count else None,
        _bounds(repeat),
    ]
    words = " ".join(filter(None, said))
    code = words_of(given.get("code"))  # says the same as the parts, where there are any
    return words or (None if but_rate else code) or None


def _rate(repeat: Json) -> str | None:
    often, period = repeat.get("frequency"), repeat.get("period")
    unit = told_as(repeat, "periodUnit", _UNITS)
    most = repeat.get("frequencyMax")
    if not (period and unit):
        return f"{_span(often, most)} times" if often else None
    often = often or 1
    longest = repeat.get("periodMax")
    every = f"every {_span(period, longest)} {unit}s"
    if often == 1 and most is None:
        return f"once a {unit}" if period == 1 and longest is None else every
    times = f"{_span(often, most)} times"
    return f"{times} a {unit}" if period == 1 and longest is None else f"{times} {every}"


def _span(least: Any, most: Any) -> str:
    return f"{least:g}" if most is None else f"{least:g} to {most:g}"


def _bounds(repeat: Json) -> str | None:
    period = an_object(repeat.get("boundsPeriod"))
    ends = [f"{word} {period[name]}" for word, name in (("from", "start"), ("until", "end")) if name in period]
    lasting = amount(repeat.get("boundsDuration")) or between(repeat.get("boundsRange"))
    return " ".join(ends) or (f"for {lasting}" if lasting else None)
