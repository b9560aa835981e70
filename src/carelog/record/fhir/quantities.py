"""Quantities, ranges and what else FHIR has for values, in words: for what an entry has no number for."""

from typing import Any, Final

from carelog.record.fhir.elements import Json, an_object, words_of

_SIMPLE: Final = ("valueString", "valueDateTime", "valueTime")


def amount(a_quantity: Any) -> str | None:
    """
    >>> amount({"value": 500, "unit": "mg"}), amount({"value": 40, "comparator": "<"})
    ('500 mg', '<40')
    """
    given = an_object(a_quantity)
    comparator = dict.get(given, "comparator")
    if isinstance(dict.get(given, "value"), bool) or not isinstance(dict.get(given, "value"), int | float):
        return None
    bound = given["comparator"] if isinstance(comparator, str) else ""
    return f"{bound}{given['value']:g} {dict.get(given, 'unit') or dict.get(given, 'code') or ''}".strip()


def between(a_range: Any) -> str | None:
    """
    >>> between({"low": {"value": 1, "unit": "mg"}, "high": {"value": 2, "unit": "mg"}})
    '1 mg to 2 mg'
    """
    given = an_object(a_range)
    low, high = amount(given.get("low")), amount(given.get("high"))
    if low and high:
        return f"{low} to {high}"
    return (f"from {low}" if low else None) or (f"up to {high}" if high else None)


def ratio(a_ratio: Any) -> str | None:
    given = an_object(a_ratio)
    parts = amount(given.get("numerator")), amount(given.get("denominator"))
    return " : ".join(parts) if all(parts) else None  # type: ignore[arg-type]


def at_most(a_ratio: Any) -> str | None:
    """
    >>> at_most({"numerator": {"value": 4, "unit": "g"}, "denominator": {"value": 1, "unit": "d"}})
    'at most 4 g in 1 d'
    """
    given = an_object(a_ratio)
    most, period = amount(given.get("numerator")), amount(given.get("denominator"))
    return f"at most {most} in {period}" if most and period else None


def value_in_words(given: Json) -> str | None:
    """The value of an Observation or of a component that is none of those that an entry keeps as they are; or why there
    is none."""
    for name in _SIMPLE:
        if isinstance(dict.get(given, name), str) and dict.get(given, name):
            return str(given[name])
    measured = an_object(given.get("valueQuantity"))
    bound = amount(measured) if dict.get(measured, "comparator") else None
    found = bound or between(given.get("valueRange")) or ratio(given.get("valueRatio")) or _period(given)
    if found is None and (why := words_of(given.get("dataAbsentReason"))):
        return f"no value: {why}"
    return found


def _period(given: Json) -> str | None:
    period = an_object(given.get("valuePeriod"))
    ends = [f"{word} {period[name]}" for word, name in (("from", "start"), ("until", "end")) if name in period]
    return " ".join(ends) or None
