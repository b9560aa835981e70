"""The record: entry types, evidence and the append-only store of entries."""

from carelog.record.entries import Entry, NewEntry
from carelog.record.evidence import Evidence
from carelog.record.payload import Payload, Quantity
from carelog.record.registry import EntryType, entry_type, entry_types, parse_payload

__all__ = [
    "Entry",
    "EntryType",
    "Evidence",
    "NewEntry",
    "Payload",
    "Quantity",
    "entry_type",
    "entry_types",
    "parse_payload",
]
