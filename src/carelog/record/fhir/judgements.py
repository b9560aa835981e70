"""What results are held against, and what whoever reports them makes of them: reference ranges and interpretations."""

from typing import Any, Final, NamedTuple

from carelog.record.fhir.elements import (
    Json,
    Resource,
    an_object,
    coded_as,
    each_in_words,
    measured,
    objects,
    tokens,
    words_of,
)
from carelog.record.fhir.heeding import lost
from carelog.record.fhir.quantities import between
from carelog.record.fhir.vital_signs import name_in_words

# https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html
FLAGS: Final = {
    "normal": ("N", "Normal"),
    "low": ("L", "Low"),
    "high": ("H", "High"),
    "critical_low": ("LL", "Critical low"),
    "critical_high": ("HH", "Critical high"),
    "abnormal": ("A", "Abnormal"),
}
_FLAGS_OF: Final = {code: flag for flag, (code, _) in FLAGS.items()} | {
    "AA": "abnormal", "HU": "high", "LU": "low",
}  # fmt: skip
_NAMES: Final = dict(FLAGS.values())
_GRAVEST_FIRST: Final = ("HH", "LL", "AA", "HU", "LU", "H", "L", "A", "N")
_LONGEST: Final = 200


def ends_of(range_: Json) -> Json | None:
    ends = {end: measured(range_.get(end)) for end in ("low", "high")}
    return {end: found["value"] for end, found in ends.items() if found} or None


def _gravity(interpretation: Json) -> int:
    ranks = [_GRAVEST_FIRST.index(code) for _, code in tokens(interpretation) if code in _GRAVEST_FIRST]
    return min(ranks, default=len(_GRAVEST_FIRST))


def flag_in(interpretations: Any) -> str | None:
    """The gravest of all: nothing abnormal stands behind what is normal."""
    given = sorted(objects(interpretations), key=_gravity)
    known = _FLAGS_OF
    for code in _GRAVEST_FIRST:
        if given and (flag := coded_as(given[0], {code: known[code]})):
            return flag
    return None


class Ranges(NamedTuple):
    reference: Json | None = None
    text: str | None = None


def ranges_in(resource: Resource, value: Json | None) -> Ranges:
    """The range that holds for everybody, or the only one, as numbers; all others in words, as far as there is room."""
    given = objects(resource.get("referenceRange"))
    plain = [r for r in given if not {"appliesTo", "age"} & r.keys() and (_code_of(r) in (None, "normal"))]
    main = next(iter(plain if len(given) > 1 else given), {})
    ends = ends_of(main) if value and _has_unit(main, value["unit"]) else None
    told = dict.get(main, "text")
    text = main["text"] if isinstance(told, str) and len(told) <= _LONGEST else None
    if not ends and not text:
        main = {}
    for other in given:
        if other is main:
            continue
        words = _range_in_words(other)
        longer = "; ".join(filter(None, (text, words)))
        if words and len(longer) <= _LONGEST:
            text = longer
        else:
            lost(other)
    return Ranges(ends, text)


def _code_of(range_: Json) -> str | None:
    return next((code for _, code in tokens(dict.get(range_, "type"))), None)


def _has_unit(range_: Json, unit: str) -> bool:
    """Whether its ends are in that unit, or in none that is told."""
    ends = [measured(dict(an_object(dict.get(range_, end)))) for end in ("low", "high")]
    return all(end is None or end["unit"] in (unit, "1") for end in ends)


def _range_in_words(range_: Json) -> str | None:
    whose = [words_of(range_.get("type")), each_in_words(range_.get("appliesTo")), between(range_.get("age"))]
    text = range_.get("text") or between({end: range_[end] for end in ("low", "high") if end in range_})
    label = ", ".join(filter(None, whose))
    return (f"{label}: {text}" if label else str(text)) if text else None


def interpretations_in(resource: Resource) -> str | None:
    """In words: the gravest first, and those of components behind their names."""
    given = sorted(objects(resource.get("interpretation")), key=_gravity)
    told = [each_in_words(given, _LONGEST, _NAMES)]
    for part in objects(resource.get("component")):
        meant = sorted(objects(part.get("interpretation")), key=_gravity)
        room = _LONGEST - len("; ".join(filter(None, told))) - len(name := name_in_words(part.get("code")) or "") - 4
        if words := each_in_words(meant, room, _NAMES):
            told.append(f"{name}: {words}")
    return "; ".join(filter(None, told)) or None
