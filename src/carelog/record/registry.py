"""The registry of entry types: routers, validation, lists, FHIR and tests are driven by it."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from carelog.kit.errors import InvalidInput
from carelog.kit.problems import problems_of
from carelog.record.payload import Payload
from carelog.record.units import with_ucum


@dataclass(frozen=True, slots=True)
class EntryType:
    """One kind of entry: its name, its model, the prefix of its context ids, its FHIR resource, its place in addresses.

    A record has at most `one` active entry of some types; entries of a `shared` type belong to the catalogue, which all
    records share.
    """

    name: str
    model: type[Payload]
    prefix: str
    fhir: str
    path: str
    one: bool = False
    shared: bool = False

    def context_id(self, entry_id: object) -> str:
        return f"{self.prefix}:{entry_id}"


P = TypeVar("P", bound=Payload)

_declared: dict[str, EntryType] = {}


def entry_type(
    name: str, *, prefix: str, fhir: str, path: str | None = None, one: bool = False, shared: bool = False
) -> Callable[[type[P]], type[P]]:
    """Declare a payload model as an entry type. `path` is its name in addresses, by default its name."""

    def declare(model: type[P]) -> type[P]:
        if name in _declared:
            raise ValueError(f"entry type {name!r} is declared twice")
        place = path or name.replace("_", "-")
        _declared[name] = EntryType(name, model, prefix=prefix, fhir=fhir, path=place, one=one, shared=shared)
        return model

    return declare


@cache
def entry_types() -> Mapping[str, EntryType]:
    """Every entry type by name, in the order of their names.

    >>> sorted(entry_types())[:2]
    ['alarm', 'allergy']
    """
    package = importlib.import_module("carelog.record.types")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return MappingProxyType(dict(sorted(_declared.items())))


def parse_payload(type_name: str, payload: object) -> Payload:
    """Check a payload against its type's model.

    Raises InvalidInput for an unknown type or a payload that breaks the model; the message and details name
    places and rules, never values.
    """
    known = entry_types().get(type_name)
    if known is None:
        raise InvalidInput("unknown entry type", details={"types": list(entry_types())})
    try:
        return known.model.model_validate(with_ucum(payload))
    except ValidationError as error:
        raise InvalidInput(f"not a valid {type_name} entry", details={"problems": problems_of(error)}) from None
