"""Dates that nobody knows: what there is in their place, and how FHIR says that there is none."""

from typing import Any, Final

from carelog.record.fhir.elements import UNKNOWN, Resource, an_object
from carelog.record.fhir.quantities import amount, between

NOT_KNOWN: Final = "unknown"
"""When something happened of which nobody said when."""

TIMELESS: Final = frozenset({"Patient", "RelatedPerson", "Device"})
"""Kinds that are of no time."""

WORDS_FOR: Final = {
    "AllergyIntolerance": "onsetString",
    "Condition": "onsetString",
    "Immunization": "occurrenceString",
    "Procedure": "performedString",
}
"""The element that says in words when something happened."""

_LONGEST: Final = 80


def words_for_date(kind: str, resource: Resource) -> str | None:
    """What is told of when it happened in words, as an age or as a range of ages; as far as there is room.

    >>> words_for_date("Procedure", {"performedAge": {"value": 12, "unit": "a"}})
    'at the age of 12 a'
    """
    name = WORDS_FOR.get(kind)
    if name is None:
        return None
    stem = name.removesuffix("String")
    text = dict.get(resource, name)
    if isinstance(text, str) and 0 < len(text.strip()) <= _LONGEST:
        return str(resource[name]).strip()
    age = amount(an_object(resource.get(f"{stem}Age"))) or between(resource.get(f"{stem}Range"))
    return f"at the age of {age}" if age else None


def dateless(kind: str, when: str, words: str, beside: Resource) -> dict[str, Any]:
    """The elements for a date that is not known: the words that there are, and that it is absent."""
    name = WORDS_FOR.get(kind, "")
    stem = name.removesuffix("String")
    if kind == "Immunization":
        return {name: words}  # 1..1, and validators differ in whether an absent one counts
    told = words != NOT_KNOWN and name and not any(element.startswith(stem) for element in beside)
    in_words = {name: words} if told else {}
    if not when or (in_words and when.startswith(stem)):
        return in_words
    return in_words | {f"_{when}": UNKNOWN}
