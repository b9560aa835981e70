"""Entries as FHIR R4 resources, and resources as entries.

A resource is laid around the elements of its type's mapping: the id of the entry, its revision as the version, its type
as a tag, whom it is about, when it happened, and in extensions all that FHIR has no home for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from carelog.kit.errors import InvalidInput
from carelog.kit.zones import zone
from carelog.record.entries import Entry
from carelog.record.fhir import fields
from carelog.record.fhir.dates import WORDS_FOR, dateless, words_for_date
from carelog.record.fhir.elements import (
    CONVERSATION,
    ENTRY_TYPE,
    EXTENSIONS,
    TERMINOLOGY,
    Resource,
    an_object,
    coding,
    date_time,
    extended,
    extension,
    first_of,
    instant,
    moment_of,
    objects,
    subject_reference,
    zone_name,
)
from carelog.record.fhir.heeding import heeded
from carelog.record.fhir.mapping import Mapping
from carelog.record.fhir.mappings import mapping_of, mappings
from carelog.record.payload import Payload
from carelog.record.registry import entry_types, parse_payload

# Integrity confidence, of https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html
_UNCERTAIN: Final = coding(f"{TERMINOLOGY}v3-ObservationValue", "UNCERTREL", "uncertain reliability")

_WITHOUT_ZONE: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_NO_DATE: Final = {"place": "its date", "problem": "is not as FHIR R4 writes one"}

# Elements that say nothing of their own about the subject.
_FRAME: Final = frozenset(
    {"resourceType", "id", "meta", "text", "extension", "implicitRules", "language", "identifier"}
)


def resource_of(entry: Entry, said_date: str | None = None) -> Resource:
    """An entry as a resource; one that was retracted says so. `said_date` is the year, month or day by which another
    system told when it happened: that counts as long as the entry has not been moved to another time."""
    mapping = mapping_of(entry.type)
    payload = entry.payload.model_dump(mode="json", exclude_none=True)
    own = mapping.write(entry.payload)
    meta = {
        "versionId": str(entry.revision),
        "lastUpdated": instant(entry.recorded_at),
        **own.pop("meta", {}),
        "tag": [coding(ENTRY_TYPE, entry.type)],
        **({"security": [_UNCERTAIN]} if entry.confidence == "disputed" else {}),
    }
    extensions = [
        *([] if entry.source == "conversation" else [extension("source", valueCode=entry.source)]),
        *([] if entry.occurred_zone == "UTC" else [extension("zone", valueString=entry.occurred_zone)]),
        *fields.written(entry.type, payload, but=mapping.home),
        *own.pop("extension", []),
    ]
    exact = said_date is None or moment_of(said_date) != entry.occurred_at
    happened = date_time(entry.occurred_local) if exact else said_date
    if not mapping.when and entry.occurred_said is None:
        extensions.append(extension("occurred", valueDateTime=happened))
    resource: Resource = {"resourceType": mapping.resource, "id": str(entry.id), "meta": meta}
    if extensions:
        resource["extension"] = extensions
    resource |= own
    about = subject_reference(entry.subject_id)
    if mapping.subject == "participant":
        resource["participant"] = [{"actor": about, "status": "needs-action"}, *own.get("participant", [])]
    elif mapping.subject:
        resource[mapping.subject] = about
    if entry.occurred_said is not None:
        resource |= dateless(mapping.resource, mapping.when, entry.occurred_said, resource)
    elif mapping.when:
        resource[mapping.when] = happened
    return mapping.withdrawn(resource) if entry.state == "retracted" else resource


@dataclass(frozen=True, slots=True)
class Said:
    """What a resource says, as an entry would: `unread` are the FHIRPaths, behind its kind, of what an entry has no
    place for, `occurred_at` is None where it names no time, `occurred_said` the words that it has instead, and
    `said_date` the date where it is less exact than a moment."""

    type: str
    payload: Payload
    occurred_at: datetime | None
    occurred_zone: str
    unread: tuple[str, ...] = ()
    said_date: str | None = None
    occurred_said: str | None = None


def said_by(resource: Resource) -> Said:
    """A resource as an entry: by its tag when Carelog wrote it, else by the first type whose rules it keeps.

    Raises InvalidInput, whose details name the places, for a resource that no type can hold.
    """
    refused: InvalidInput | None = None
    for mapping in _candidates(resource):
        try:
            return _said(mapping, resource)
        except InvalidInput as error:
            refused = refused or error
    raise refused or InvalidInput("a resource that no entry type of Carelog's can hold")


def is_conversation(resource: Resource) -> bool:
    """Whether it is a conversation of Carelog's as FHIR shows it, and no entry."""
    return CONVERSATION in _tagged(resource)


def entry_type_of(resource: Resource) -> str | None:
    """The entry type that a resource of Carelog's own is tagged with."""
    return next((code for code in _tagged(resource) if code in entry_types()), None)


def _tagged(resource: Resource) -> list[str]:
    tags = objects(an_object(resource.get("meta")).get("tag"))
    return [str(tag.get("code")) for tag in tags if tag.get("system") == ENTRY_TYPE]


def _candidates(resource: Resource) -> Iterator[Mapping]:
    own = entry_type_of(resource)
    kind = resource.get("resourceType")
    if own and mapping_of(own).resource == kind:
        yield mapping_of(own)
        return
    yield from (m for m in mappings().values() if m.resource == kind and m.takes(resource))


def _said(mapping: Mapping, resource: Resource) -> Said:
    names = entry_types()[mapping.type].model.model_fields
    own = entry_type_of(resource) == mapping.type
    resource = heeded(resource)
    payload = mapping.read(resource)
    if own:
        # What has no home is in the extensions, or was not said: a status stands for it only roughly.
        payload = {name: value for name, value in payload.items() if name in mapping.home}
    payload |= fields.read(mapping.type, resource, names)
    written = _happened(mapping, resource)
    if isinstance(written, str) and _WITHOUT_ZONE.fullmatch(written):
        written = written[:10]  # a moment needs a zone; the day is what was told in any of them
    happened = moment_of(written)
    if written is not None and happened is None:
        raise InvalidInput("a date that is none", details={"problems": [_NO_DATE]})
    zone_said = extended(resource, "zone").get("valueString")
    if not _is_zone(zone_said):
        zone_said = zone_name(happened) if happened else "UTC"
    said = parse_payload(mapping.type, payload)
    frame = _FRAME | {mapping.subject, f"_{mapping.when}"}
    words = words_for_date(mapping.resource, resource) if happened is None else None
    return Said(
        mapping.type,
        said,
        happened,
        str(zone_said),
        tuple(_changed(mapping, said, resource) if own else [*resource.unread(frame), *_foreign(resource)]),
        written if happened and "T" not in written else None,
        words,
    )


def _foreign(resource: Resource) -> list[str]:
    """The extensions that are not Carelog's."""
    given = resource.get("extension")
    urls = [str(an_object(one).get("url")) for one in given] if isinstance(given, list) else []
    return [f"extension[{index}]" for index, url in enumerate(urls) if not url.startswith(EXTENSIONS)]


def _changed(mapping: Mapping, said: Payload, resource: Resource) -> list[str]:
    """The elements of a resource of Carelog's own that would not come back as they were sent."""
    back = mapping.write(said)
    frame = _FRAME | {mapping.subject, mapping.when, f"_{mapping.when}", WORDS_FOR.get(mapping.resource, "")}
    return [name for name in resource if name not in frame and back.get(name) != dict.get(resource, name)]


def _happened(mapping: Mapping, resource: Resource) -> Any:
    given = resource.get(mapping.when) or extended(resource, "occurred").get("valueDateTime")
    given = given or first_of(resource, *mapping.moments)
    return given.get("start") if isinstance(given, dict) else given


def _is_zone(name: Any) -> bool:
    if not isinstance(name, str):
        return False
    try:
        zone(name)
    except ValueError:
        return False
    return True
