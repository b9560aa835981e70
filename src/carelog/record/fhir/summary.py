"""The International Patient Summary of a record (https://hl7.org/fhir/uv/ips): a document that is put together from the
entries there are.

A section that is required and has nothing in it says that nothing is known (`unavailable`): that nobody spoke of an
allergy is no sign that there is none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from carelog.record.entries import Entry
from carelog.record.fhir.elements import (
    LOINC,
    TERMINOLOGY,
    UNKNOWN,
    Json,
    Resource,
    coding,
    concept,
    instant,
    reference,
)
from carelog.record.fhir.laboratory import report_results

MOST: Final = 100
"""So many entries a section has, the latest ones."""
PROFILES: Final = "http://hl7.org/fhir/uv/ips/StructureDefinition/"


@dataclass(frozen=True, slots=True)
class Section:
    """One section: the entries of which types it holds, and which of them."""

    code: str
    display: str
    title: str
    types: tuple[str, ...]
    required: bool = False
    holds: Callable[[Entry], bool] = lambda _: True


def _current(*over: str) -> Callable[[Entry], bool]:
    return lambda entry: getattr(entry.payload, "status", None) not in over


def _is_present(entry: Entry) -> bool:
    return getattr(entry.payload, "certainty", None) != "refuted"


def _is_social(entry: Entry) -> bool:
    return getattr(entry.payload, "category", None) in ("social-history", "survey")


def _is_problem(entry: Entry) -> bool:
    return _is_present(entry) and _current("resolved")(entry)


def _is_past(entry: Entry) -> bool:
    return _is_present(entry) and getattr(entry.payload, "status", None) == "resolved"


SECTIONS: Final = (
    Section("11450-4", "Problem list - Reported", "Problems", ("condition",), required=True, holds=_is_problem),
    Section(
        "10160-0",
        "History of Medication use Narrative",
        "Medications",
        ("medication", "prescription"),
        required=True,
        holds=_current("stopped", "completed", "cancelled", "draft", "asked"),
    ),
    Section(
        "48765-2",
        "Allergies and adverse reactions Document",
        "Allergies and intolerances",
        ("allergy",),
        required=True,
        holds=_is_problem,
    ),
    Section("11369-6", "History of Immunization note", "Immunizations", ("immunization",)),
    Section(
        "30954-2",
        "Relevant diagnostic tests/laboratory data note",
        "Results",
        ("lab_result", "biomarker", "lab_report"),
    ),
    Section("47519-4", "History of Procedures Document", "Procedures", ("procedure",)),
    Section("8716-3", "Vital signs note", "Vital signs", ("vitals",)),
    Section("11348-0", "History of Past illness note", "Past problems", ("condition",), holds=_is_past),
    Section("29762-2", "Social history note", "Social history", ("observation",), holds=_is_social),
    Section("18776-5", "Plan of care note", "Plan of care", ("protocol",), holds=_current("completed", "cancelled")),
)

Chosen: TypeAlias = Sequence[tuple[Entry, Resource]]
"""Entries, each with what it is in FHIR."""


def summary_of(
    patient: Resource, chosen: Sequence[tuple[Section, Chosen]], *, id_: UUID, now: datetime, base: str
) -> Resource:
    """The document, as a Bundle, of what each section holds."""
    sections = [_section(section, held) for section, held in chosen if held or section.required]
    held = {_address(resource): resource for _, of in chosen for _, resource in of}
    kept = [_without_loose_ends(resource, held) for resource in held.values()]
    author: Resource = {
        "resourceType": "Device",
        "id": str(uuid5(id_, "author")),
        "deviceName": [{"name": "Carelog", "type": "model-name"}],
    }
    composition = _composition(patient, author, sections, id_=id_, now=now)
    resources = [composition, _identified(patient), author, *kept]
    names = {_address(resource): _urn(resource) for resource in resources}
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{PROFILES}Bundle-uv-ips"]},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid5(id_, 'document')}"},
        "type": "document",
        "timestamp": instant(now),
        "entry": [
            {"fullUrl": _urn(resource), "resource": _standing_alone(resource, names, base)} for resource in resources
        ],
    }


def _address(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _urn(resource: Resource) -> str:
    return f"urn:uuid:{resource['id']}"


def _standing_alone(element: Any, names: Mapping[str, str], base: str) -> Any:
    """An element whose references lead to what the document holds, and else to where it is kept."""
    if isinstance(element, list):
        return [_standing_alone(item, names, base) for item in element]
    if not isinstance(element, dict):
        return element
    moved = {name: _standing_alone(value, names, base) for name, value in element.items()}
    target = moved.get("reference")
    if isinstance(target, str) and ":" not in target:
        moved["reference"] = names.get(target, f"{base}/{target}")
    return moved


def _identified(patient: Resource) -> Resource:
    """A Patient with the name and the date of birth that every summary has, or that they are not known."""
    unknown: Resource = {}
    if not patient.get("name"):
        unknown["name"] = [{"_text": UNKNOWN}]
    if not patient.get("birthDate"):
        unknown["_birthDate"] = UNKNOWN
    return patient | unknown


def _composition(patient: Resource, author: Resource, sections: list[Json], *, id_: UUID, now: datetime) -> Resource:
    return {
        "resourceType": "Composition",
        "id": str(id_),
        "meta": {"profile": [f"{PROFILES}Composition-uv-ips"]},
        "status": "final",
        "type": concept(coding(LOINC, "60591-5", "Patient summary Document")),
        "subject": reference("Patient", patient["id"]),
        "date": instant(now),
        "author": [reference("Device", author["id"])],
        "title": "International Patient Summary",
        "section": sections,
    }


def _section(section: Section, entries: Chosen) -> Json:
    told: Json = {"title": section.title, "code": concept(coding(LOINC, section.code, section.display))}
    if not entries:
        return told | {
            "text": _narrative(["No information is available."]),
            "emptyReason": concept(coding(f"{TERMINOLOGY}list-empty-reason", "unavailable", "Unavailable")),
        }
    return told | {
        "text": _narrative(entry.headline() for entry, _ in entries),
        "entry": [{"reference": _address(resource)} for _, resource in entries],
    }


def _narrative(lines: Iterable[str]) -> Json:
    items = "".join(f"<li>{escape(_printable(line))}</li>" for line in lines)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div>'}


def _printable(line: str) -> str:
    """Without the characters that no XML can hold."""
    return "".join(c for c in line if c in "\t\n\r" or c >= " ")


def _without_loose_ends(resource: Resource, there: dict[str, Resource]) -> Resource:
    """A document holds all that it refers to."""
    return report_results(resource, there) if resource["resourceType"] == "DiagnosticReport" else resource
