"""Documents as DocumentReferences, and where data come from as Devices."""

from typing import Final

from carelog.record.fhir.elements import (
    Json,
    Resource,
    an_object,
    name_in,
    named,
    notes,
    notes_in,
    objects,
    said,
    without_nothing,
    words_of,
)
from carelog.record.fhir.mapping import Mapping, homes
from carelog.record.types.data_source import DataSource
from carelog.record.types.document import Document

_LARGEST: Final = 2**31 - 1


def _write_document(document: Document) -> Resource:
    size = document.size_bytes
    attachment = without_nothing(
        contentType=document.mediatype,
        language=document.language,
        size=size if size is not None and size <= _LARGEST else None,
        title=document.file_name or document.title,
        creation=document.date and document.date.isoformat(),
    )
    return without_nothing(
        status="current",
        type=said(document.kind),
        author=[named(document.doctor)] if document.doctor else None,
        custodian=named(document.hospital),
        description=document.title,
        content=[{"attachment": attachment}],
    )


def _read_document(resource: Resource) -> Json:
    contents = objects(resource.get("content"))
    attachment = an_object(contents[0].get("attachment")) if contents else {}
    created = attachment.get("creation")
    name = attachment.get("title")
    return without_nothing(
        title=resource.get("description") or name or words_of(resource.get("type")),
        kind=words_of(resource.get("type")),
        date=str(created)[:10] if created and len(str(created)) >= 10 else None,
        hospital=name_in(resource.get("custodian")),
        doctor=name_in(resource.get("author")),
        language=attachment.get("language"),
        mediatype=attachment.get("contentType"),
        size_bytes=attachment.get("size"),
    )


def _write_source(source: DataSource) -> Resource:
    status = {True: "active", False: "inactive"}
    return without_nothing(
        status=status[source.connected] if source.connected is not None else None,
        manufacturer=source.manufacturer,
        deviceName=[{"name": source.name, "type": "user-friendly-name"}],
        modelNumber=source.model,
        type=said(source.kind),
        note=notes(source.notes),
    )


def _read_source(resource: Resource) -> Json:
    names = [name.get("name") for name in objects(resource.get("deviceName"))]
    kind = words_of(resource.get("type"))
    return without_nothing(
        name=next((name for name in names if name), None) or kind or resource.get("modelNumber"),
        kind=kind if kind in _KINDS else None,
        manufacturer=resource.get("manufacturer"),
        model=resource.get("modelNumber"),
        connected={"active": True, "inactive": False}.get(resource.get("status", "")),
        notes=notes_in(resource.get("note")),
    )


_KINDS: Final = frozenset({"wearable", "scale", "cgm", "blood_pressure_monitor", "app", "ehr", "lab", "other"})

MAPPINGS: Final = (
    Mapping(
        "document",
        "DocumentReference",
        _write_document,
        _read_document,
        homes("title", "kind", "date", "hospital", "doctor", "language", "mediatype"),
        when="date",
        takes=lambda resource: resource.get("status") != "entered-in-error",
        reads=frozenset({"status", "type", "author", "custodian", "description"}),
    ),
    Mapping(
        "data_source",
        "Device",
        _write_source,
        _read_source,
        homes("name", "kind", "manufacturer", "model", "connected", "notes"),
        subject="patient",
        when="",
        moments=("manufactureDate",),
        takes=lambda resource: bool(resource.get("deviceName") or resource.get("type")),
        reads=frozenset({"status", "manufacturer", "deviceName", "modelNumber", "type", "note"}),
    ),
)
