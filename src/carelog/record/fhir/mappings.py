"""The mappings of all entry types, by their names."""

from collections.abc import Mapping as Table
from functools import cache
from types import MappingProxyType

from carelog.record.fhir import (
    care,
    communications,
    documents,
    laboratory,
    medications,
    observation,
    people,
    problems,
    vital_signs,
)
from carelog.record.fhir.mapping import Mapping
from carelog.record.registry import entry_types

_ROOMS = (people, vital_signs, observation, laboratory, problems, medications, care, documents, communications)


@cache
def mappings() -> Table[str, Mapping]:
    """Every entry type's mapping, those that are tried first at the front. A type that has none of its own is an
    Observation with its headline."""
    known = entry_types()
    declared = {mapping.type: mapping for room in _ROOMS for mapping in room.MAPPINGS if mapping.type in known}
    others = {name: observation.unspecified(name) for name in known if name not in declared}
    return MappingProxyType(declared | others)


def mapping_of(type_name: str) -> Mapping:
    return mappings()[type_name]
