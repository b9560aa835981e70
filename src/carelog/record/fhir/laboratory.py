"""Results of laboratories, biomarkers, and what other systems observed: Observations too; and the reports over them."""

from collections.abc import Collection
from typing import Any, Final

from carelog.record.fhir.elements import (
    BASE,
    LOINC,
    Json,
    Resource,
    an_object,
    code_in,
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
    quantity_of,
    reference,
    referred,
    term,
    told_as,
    without_nothing,
    words_of,
)
from carelog.record.fhir.judgements import FLAGS, ends_of, flag_in, interpretations_in, ranges_in
from carelog.record.fhir.mapping import QUOTED, Mapping, always, homes
from carelog.record.fhir.observation import (
    ELEMENTS,
    MOMENTS,
    OTHER_VALUES,
    VALUES,
    categories,
    category_in,
    component,
    is_final,
    observation,
    told_always,
)
from carelog.record.fhir.quantities import value_in_words
from carelog.record.fhir.vital_signs import name_in_words
from carelog.record.payload import Quantity
from carelog.record.types.biomarker import Biomarker
from carelog.record.types.lab_report import LabReport
from carelog.record.types.lab_result import LabResult
from carelog.record.types.observation import Observed
from carelog.record.values import Interval

BIOMARKER: Final = f"{BASE}/CodeSystem/biomarker"

_STATUSES: Final = {
    status: status for status in ("registered", "preliminary", "final", "amended", "corrected", "cancelled")
}
_RECOMMENDED: Final = term("referencerange-meaning", "recommended", "Recommended Range")
_SAFE: Final = "critical beyond"


def _loinc_and(loinc: str | None, codes: Any, text: str | None) -> Json:
    return coded(codes, text, *([coding(LOINC, loinc)] if loinc else []))


def _interval(interval: Interval | None, unit: str, **beside: Any) -> Json | None:
    """An element of `referenceRange`."""
    ends = {} if interval is None else {"low": interval.low, "high": interval.high}
    quantities = {
        end: quantity_of(Quantity(value=value, unit=unit)) for end, value in ends.items() if value is not None
    }
    return without_nothing(**quantities, **beside) if quantities or beside.get("text") else None


def _write_lab_result(result: LabResult) -> Resource:
    unit = result.value.unit if result.value else "1"
    range_ = _interval(result.reference, unit, text=result.reference_text)
    value = quantity_of(result.value)
    flag = FLAGS.get(result.flag) if result.flag else None
    return observation(
        "laboratory",
        _loinc_and(result.loinc, result.codes, result.test),
        status=result.status or "unknown",
        valueQuantity=value and without_nothing(**value, comparator=result.comparator),
        valueString=None if value else result.text,
        referenceRange=[range_] if range_ else None,
        interpretation=[term("v3-ObservationInterpretation", *flag)] if flag else None,
        specimen=named(result.specimen),
        issued=_moment(result, "reported_at"),
        performer=[named(result.laboratory)] if result.laboratory else None,
        note=notes(result.notes),
    )


def _read_lab_result(resource: Resource) -> Json:
    code = resource.get("code")
    found = an_object(resource.get("valueQuantity"))
    value = measured(found) or measured({name: dict.get(found, name) for name in ("value", "unit", "system", "code")})
    comparator = found.get("comparator") if value and found.get("value") is not None else None
    ranges = ranges_in(resource, value)
    category_in(resource, "laboratory")
    text = resource.get("valueString") or words_of(resource.get("valueCodeableConcept"))
    return without_nothing(
        test=name_in_words(code),
        loinc=code_in(code, LOINC),
        codes=codes_in(code, but=LOINC),
        value=value,
        text=text,
        comparator=comparator,
        reference=ranges.reference,
        reference_text=ranges.text,
        flag=flag_in(resource.get("interpretation")),
        status=told_as(resource, "status", _STATUSES),
        specimen=name_in(resource.get("specimen")),
        reported_at=resource.get("issued"),
        laboratory=name_in(resource.get("performer")),
        notes=notes_in(resource.get("note")),
    )


def _is_lab_result(resource: Resource) -> bool:
    return (
        "laboratory" in categories(resource)
        and any(name in resource for name in ("valueQuantity", "valueString", "valueCodeableConcept"))
        and not resource.get("component")
    )


def _moment(payload: Any, name: str) -> str | None:
    moment: str | None = payload.model_dump(mode="json", include={name})[name]
    return moment


def _write_biomarker(biomarker: Biomarker) -> Resource:
    unit = biomarker.value.unit
    ranges = [
        _interval(biomarker.optimal, unit, type=_RECOMMENDED),
        _interval(biomarker.safe, unit, type=concept(text=_SAFE)),
    ]
    own = coding(BIOMARKER, biomarker.code)
    return observation(
        "laboratory",
        concept(*([coding(LOINC, biomarker.loinc)] if biomarker.loinc else []), own, text=biomarker.name),
        valueQuantity=quantity_of(biomarker.value),
        referenceRange=[r for r in ranges if r],
        note=notes(biomarker.notes),
    )


def _read_biomarker(resource: Resource) -> Json:
    code = resource.get("code") or {}
    ranges = {words_of(r.get("type")): ends_of(r) for r in objects(resource.get("referenceRange"))}
    return without_nothing(
        code=code_in(code, BIOMARKER),
        name=code.get("text"),
        loinc=code_in(code, LOINC),
        value=measured(resource.get("valueQuantity")),
        optimal=ranges.get("Recommended Range"),
        safe=ranges.get(_SAFE),
        notes=notes_in(resource.get("note")),
    )


def _write_observed(observed: Observed) -> Resource:
    answer = coded(observed.answer, observed.text) if observed.answer else None
    value: Json = (
        {"valueCodeableConcept": answer}
        if answer
        else without_nothing(valueQuantity=quantity_of(observed.value), valueString=observed.text)
    )
    return observation(
        observed.category,
        coded(observed.codes, observed.name),
        **value,
        valueBoolean=None if answer else observed.holds,
        components=[
            component(
                coded(part.codes, part.name),
                valueQuantity=quantity_of(part.value),
                valueCodeableConcept=None if part.value else coded(part.answer, part.text),
            )
            for part in observed.parts or ()
        ],
        interpretation=[concept(text=observed.interpretation)] if observed.interpretation else None,
        performer=[named(observed.observer)] if observed.observer else None,
        note=notes(observed.notes),
    )


def _read_observed(resource: Resource) -> Json:
    answer = resource.get("valueCodeableConcept")
    integer = resource.get("valueInteger")
    value = measured(resource.get("valueQuantity")) or (None if integer is None else {"value": integer, "unit": "1"})
    is_final(resource)
    return without_nothing(
        name=name_in_words(resource.get("code")),
        codes=codes_in(resource.get("code")),
        category=category_in(resource),
        value=value,
        text=None
        if value or resource.get("valueBoolean") is not None
        else words_of(answer) or value_in_words(resource),
        answer=codes_in(answer),
        holds=resource.get("valueBoolean"),
        parts=[
            without_nothing(
                name=name_in_words(part.get("code")),
                codes=codes_in(part.get("code")),
                value=measured(part.get("valueQuantity")),
                text=words_of(part.get("valueCodeableConcept"))
                or (None if measured(dict.get(part, "valueQuantity")) else _otherwise(part)),
                answer=codes_in(part.get("valueCodeableConcept")),
            )
            for part in objects(resource.get("component"))
        ],
        interpretation=interpretations_in(resource),
        observer=name_in(resource.get("performer")),
        notes=notes_in(resource.get("note")),
    )


def _otherwise(part: Json) -> str | None:
    """The value of a component that is neither measured nor coded, in words."""
    if isinstance(part.get("valueBoolean"), bool):
        return "yes" if part["valueBoolean"] else "no"
    number = part.get("valueInteger")
    return value_in_words(part) if number is None else str(number)


def _write_report(report: LabReport) -> Resource:
    return without_nothing(
        status=report.status or "unknown",
        category=[concept(coding("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory"))],
        code=coded(report.codes, report.name),
        result=[reference("Observation", id_) for id_ in report.results or ()],
        issued=_moment(report, "reported_at"),
        performer=[named(report.laboratory)] if report.laboratory else None,
        conclusion=report.conclusion,
    )


def _read_report(resource: Resource) -> Json:
    results = [str(referred(result)).removeprefix("Observation/") for result in objects(resource.get("result"))]
    return without_nothing(
        name=words_of(resource.get("code")),
        codes=codes_in(resource.get("code")),
        status=told_as(resource, "status", _STATUSES),
        results=results,
        reported_at=resource.get("issued"),
        laboratory=name_in(resource.get("performer")),
        conclusion=resource.get("conclusion"),
    )


def report_results(report: Resource, there: Collection[str]) -> Resource:
    """A report with those of its results alone that are there."""
    kept = [result for result in report.get("result", ()) if result["reference"] in there]
    return without_nothing(**{**report, "result": kept})


_MORE: Final = frozenset({"referenceRange", "interpretation", "specimen", "issued", "performer", "note"})

MAPPINGS: Final = (
    Mapping(
        "lab_result",
        "Observation",
        _write_lab_result,
        _read_lab_result,
        homes(
            "test", "loinc", "codes", "value", "comparator", "reference", "reference_text", "flag", "status",
            "specimen", "reported_at", "laboratory", "notes",
        ),
        moments=MOMENTS,
        takes=_is_lab_result,
        reads=ELEMENTS | _MORE | set(VALUES),
        told={"category": always("laboratory"), "code": QUOTED, "status": always("unknown", quoted=True)},
    ),
    Mapping(
        "biomarker",
        "Observation",
        _write_biomarker,
        _read_biomarker,
        homes("code", "name", "loinc", "value", "optimal", "safe", "notes"),
        moments=MOMENTS,
        reads=ELEMENTS | _MORE | set(VALUES),
        told=told_always("laboratory", QUOTED),
    ),
    Mapping(
        "observation",
        "Observation",
        _write_observed,
        _read_observed,
        homes(
            "name", "codes", "category", "value", "answer", "holds", "parts", "interpretation", "observer", "notes",
            "text",
        ),
        moments=MOMENTS,
        takes=lambda _: True,
        reads=ELEMENTS | set(VALUES) | OTHER_VALUES | {"issued", "interpretation", "performer", "note"},
        told={"category": QUOTED, "code": QUOTED, "status": always("final")},
    ),
    Mapping(
        "lab_report",
        "DiagnosticReport",
        _write_report,
        _read_report,
        homes("name", "codes", "status", "results", "reported_at", "laboratory", "conclusion"),
        moments=MOMENTS,
        takes=lambda _: True,
        reads=frozenset({
            "status", "category", "code", "result", "issued", "performer", "conclusion", "effectivePeriod",
        }),
        told={"category": always("LAB"), "code": QUOTED, "status": always("unknown", quoted=True)},
    ),
)  # fmt: skip
