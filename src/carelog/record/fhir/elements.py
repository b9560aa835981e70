"""The building blocks of FHIR R4 resources (https://hl7.org/fhir/R4/datatypes.html), written and read as plain JSON."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from carelog.conversations.dates import read_date
from carelog.kit.zones import offset_name
from carelog.record.payload import Quantity

Json: TypeAlias = dict[str, Any]
Resource: TypeAlias = dict[str, Any]
T = TypeVar("T")

BASE: Final = "https://carelog.dev/fhir"
EXTENSIONS: Final = f"{BASE}/StructureDefinition/"
ENTRY_TYPE: Final = f"{BASE}/CodeSystem/entry-type"
CONVERSATION: Final = "conversation"
SUBJECT: Final = f"{BASE}/NamingSystem/subject"

LOINC: Final = "http://loinc.org"
UCUM: Final = "http://unitsofmeasure.org"
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/"
DATA_ABSENT: Final = f"{TERMINOLOGY}data-absent-reason"

UNKNOWN: Final[Json] = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}
"""In place of an element that must be there, and is not known."""

# The UCUM units that Carelog's own quantities have, and those of common doses and results; any other unit is written
# as its text alone, since a code that is not UCUM's would be a wrong one.
UNITS: Final = frozenset({
    "%", "/min", "/wk", "/d", "10*3/uL", "10*6/uL", "10*9/L", "10*12/L", "Cel", "[IU]", "[IU]/L", "[IU]/mL", "[drp]",
    "[in_i]", "[lb_av]", "[degF]", "a", "cm", "d", "fL", "g", "g/L", "g/dL", "h", "kcal", "kg", "kg/m2", "kJ", "km",
    "L", "L/min", "m", "m[IU]/L", "mL", "mL/h", "mL/min", "mL/min/{1.73_m2}", "meq/L", "mg", "mg/L", "mg/dL", "mg/g",
    "mg/kg", "min", "mm", "mm/h", "mm[Hg]", "mmol/L", "mmol/mol", "mo", "ng/L", "ng/dL", "ng/mL", "nmol/L", "pg",
    "pg/mL", "pmol/L", "s", "u[IU]/mL", "ug", "ug/L", "ug/dL", "ug/mL", "umol/L", "wk", "{score}",
})  # fmt: skip

A_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
A_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T.+(Z|[+-]\d{2}:\d{2})")
_MOST = timedelta(hours=14)


def said(text: str | None) -> Json | None:
    """A CodeableConcept of words alone."""
    return {"text": text} if text else None


def named(name: str | None) -> Json | None:
    """A Reference to somebody or something of whom only the name is known."""
    return {"display": name} if name else None


def name_in(a_reference: Any) -> str | None:
    """The name by which a Reference says whom it refers to."""
    if isinstance(a_reference, list):
        return next(filter(None, map(name_in, a_reference)), None)
    given = an_object(a_reference)
    display = dict.get(given, "display")
    return given["display"].strip() or None if isinstance(display, str) else None


def notes(text: str | None) -> list[Json] | None:
    """Annotations."""
    return [{"text": text}] if text else None


def notes_in(annotations: Any) -> str | None:
    texts = [note["text"] for note in objects(annotations) if isinstance(note.get("text"), str)]
    return "\n".join(texts) or None


def coded(codes: Iterable[Any] | None, text: str | None = None, *first: Json) -> Json:
    """A CodeableConcept of a payload's codes and words."""
    return concept(*first, *(coding(c.system, c.code, c.display) for c in codes or ()), text=text)


def codes_in(a_concept: Any, *, but: str = "") -> list[Json] | None:
    """A payload's codes, from a CodeableConcept's codings that name their system, but for those of one system."""
    found = [
        without_nothing(system=c["system"], code=c["code"], display=c.get("display"))
        for c in codings(a_concept)
        if isinstance(dict.get(c, "system"), str) and dict.get(c, "system") != but
    ]
    return found or None


def without_nothing(**elements: Any) -> Json:
    """These elements, but for those without a value: FHIR has no null and nothing empty."""
    return {name: value for name, value in elements.items() if value is not None and value != [] and value != {}}


def coding(system: str, code: str, display: str | None = None) -> Json:
    return without_nothing(system=system, code=code, display=display)


def concept(*codings: Json, text: str | None = None) -> Json:
    """A CodeableConcept."""
    return without_nothing(coding=list(codings), text=text)


def term(name: str, code: str, display: str | None = None) -> Json:
    """A CodeableConcept of one of the code systems that HL7 keeps at terminology.hl7.org."""
    return concept(coding(TERMINOLOGY + name, code, display))


def quantity(value: float, unit: str | None) -> Json:
    """A Quantity; its code is UCUM's, where the unit is."""
    if unit is None:
        return {"value": value}
    return {"value": value, "unit": unit} | ({"system": UCUM, "code": unit} if unit in UNITS else {})


def quantity_of(measured: Quantity | None) -> Json | None:
    return None if measured is None else quantity(measured.value, measured.unit)


def reference(kind: str, id_: object, display: str | None = None) -> Json:
    return without_nothing(reference=f"{kind}/{id_}", display=display)


def instant(moment: datetime) -> str:
    """A moment in UTC, to the microsecond where it has them.

    >>> instant(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
    '2026-01-05T09:00:00Z'
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def date_time(moment: datetime) -> str:
    """A moment in its own zone: in UTC, where FHIR cannot write that zone's offset (as those of the 19th century).

    >>> from carelog.kit.zones import zone
    >>> date_time(datetime(2026, 1, 5, 9, 0, tzinfo=zone("+05:30")))
    '2026-01-05T09:00:00+05:30'
    """
    offset = moment.utcoffset() or timedelta()
    writable = abs(offset) <= _MOST and not offset % timedelta(minutes=1)
    return moment.isoformat() if offset and writable else instant(moment)


def extension(name: str, **value: Any) -> Json:
    """One of Carelog's own extensions, such as `extension("zone", valueString="Asia/Kolkata")`."""
    return {"url": EXTENSIONS + name, **value}


def extended(resource: Mapping[str, Any], name: str) -> Json:
    """The extension of Carelog's of that name; empty when the resource has none."""
    return next((e for e in objects(resource.get("extension")) if e.get("url") == EXTENSIONS + name), {})


def objects(value: Any) -> list[Json]:
    """The objects of a list, whatever else was sent in its place."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def an_object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def codings(a_concept: Any) -> list[Json]:
    """The codings of a CodeableConcept that have a code. Whether this is read, is told by who takes it from them."""
    return [c for c in objects(dict.get(an_object(a_concept), "coding")) if isinstance(dict.get(c, "code"), str)]


def code_in(a_concept: Any, system: str) -> str | None:
    """The first code that a CodeableConcept has in a code system."""
    return next((str(c["code"]) for c in codings(a_concept) if dict.get(c, "system") == system), None)


def coded_as(a_concept: Any, known: Mapping[str, T]) -> T | None:
    """What the first of a CodeableConcept's codes means that is known."""
    return next((known[c["code"]] for c in codings(a_concept) if dict.get(c, "code") in known), None)


def told_as(given: Json, name: str, known: Mapping[str, T]) -> T | None:
    """What a code means, where it is known."""
    code = dict.get(given, name)
    return known[given[name]] if isinstance(code, str) and code in known else None


def _words_in(a_concept: Any) -> Iterator[tuple[Json, str]]:
    given = an_object(a_concept)
    for there, name in [(given, "text"), *((c, name) for name in ("display", "code") for c in codings(given))]:
        text = dict.get(there, name)
        if isinstance(text, str) and text.strip():
            yield there, name


def is_true(given: Json, name: str) -> bool:
    return dict.get(given, name) is True and given[name] is True


def words_of(a_concept: Any) -> str | None:
    """What a CodeableConcept says to a person: its text, else a coding's display, else a code."""
    return next((there[name].strip() for there, name in _words_in(a_concept)), None)


def peeked_words(a_concept: Any) -> str | None:
    """The same, without noting that it was read."""
    return next((str(dict.get(there, name)).strip() for there, name in _words_in(a_concept)), None)


def each_in_words(concepts: Any, most: int = 200, named: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """What each of several CodeableConcepts says, as many as there is room for. Some have a name for bare codes."""
    joined = ""
    for a_concept in objects(concepts):
        words = peeked_words(a_concept)
        words = named.get(words, words) if words else None
        longer = "; ".join(filter(None, (joined, words)))
        if words and len(longer) <= most:
            joined = longer
            words_of(a_concept)
    return joined or None


def measured(a_quantity: Any) -> Json | None:
    """The payload of a Quantity of Carelog's: the UCUM code where there is one, else the unit as written."""
    given = an_object(a_quantity)
    value = dict.get(given, "value")
    if isinstance(value, bool) or not isinstance(value, int | float) or dict.get(given, "comparator"):
        return None
    unit = dict.get(given, "code") if dict.get(given, "system") == UCUM else None
    unit = unit or dict.get(given, "unit") or dict.get(given, "code")
    return {"value": given["value"], "unit": unit if isinstance(unit, str) and unit else "1"}


def first_of(given: Mapping[str, Any], *names: str) -> Any:
    """The first of these elements that there is."""
    return next((given[name] for name in names if given.get(name) is not None), None)


def zone_name(moment: datetime) -> str:
    return offset_name(moment.utcoffset() or timedelta())


def moment_of(text: Any) -> datetime | None:
    """A FHIR dateTime or instant as a moment: one that is less exact than a day is its first day, a day its midnight in
    UTC. None for what is none."""
    if not isinstance(text, str):
        return None
    match text.count("-") if "T" not in text else None:
        case 0 if len(text) == 4:
            text = f"{text}-01-01T00:00:00Z"
        case 1 if len(text) == 7:
            text = f"{text}-01T00:00:00Z"
        case 2 if len(text) == 10:
            text = f"{text}T00:00:00Z"
    return read_date(text)


def exactly(given: Json, name: str, form: re.Pattern[str]) -> str | None:
    """A date that is written so; it is not read where it is less exact."""
    text = dict.get(given, name)
    return str(given[name]) if isinstance(text, str) and form.fullmatch(text) else None


def partial_date(text: Any) -> str | None:
    """The day of a dateTime, or as much of it as is known."""
    return text[:10] if isinstance(text, str) else None


def referred(a_reference: Any) -> str | None:
    """What a Reference refers to, such as 'Patient/5' or 'urn:uuid:...'."""
    target = an_object(a_reference).get("reference")
    return target if isinstance(target, str) and target else None


def subject_reference(subject_id: UUID) -> Json:
    return reference("Patient", subject_id)


def tokens(*concepts: Any) -> Iterable[tuple[str | None, str]]:
    """The system and code of every coding, for searches by token."""
    for a_concept in concepts:
        for c in codings(a_concept):
            yield dict.get(c, "system"), str(dict.get(c, "code"))


def uuid_in(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def uuids_in(texts: Iterable[Any]) -> set[UUID]:
    return {id_ for text in texts if (id_ := uuid_in(text)) is not None}


def updated_at(resource: Resource) -> datetime:
    return datetime.fromisoformat(resource["meta"]["lastUpdated"])
