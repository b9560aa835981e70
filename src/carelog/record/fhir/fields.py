"""Fields of payloads that FHIR has no home for travel in extensions, one for each field, named after type and field.

A text is a valueString, a truth a valueBoolean, a number a valueDecimal; what has parts, an object or a list, is an
extension of extensions. So any field that an entry type ever gets comes back as it was.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from carelog.record.fhir.elements import EXTENSIONS, Json, objects

_ITEM: Final = "item"


def written(type_name: str, payload: Json, *, but: Collection[str] = ()) -> list[Json]:
    """The extensions of a payload's fields, without those that have a home of their own.

    >>> written("water", {"said": "two glasses"})
    [{'url': 'https://carelog.dev/fhir/StructureDefinition/water-said', 'valueString': 'two glasses'}]
    """
    prefix = f"{EXTENSIONS}{_dashed(type_name)}-"
    return [
        {"url": prefix + _dashed(name), **_value(value)}
        for name, value in payload.items()
        if name not in but and _holds_something(value)
    ]


def read(type_name: str, resource: Json, names: Iterable[str]) -> Json:
    """The fields of these names that a resource has in its extensions.

    >>> read("food", {"extension": written("food", {"amount": "a bowl", "tags": ["a", "b"]})}, ["amount", "tags"])
    {'amount': 'a bowl', 'tags': ['a', 'b']}
    """
    prefix = f"{EXTENSIONS}{_dashed(type_name)}-"
    given = {e["url"]: e for e in objects(resource.get("extension")) if isinstance(e.get("url"), str)}
    return {name: _read(given[url]) for name in names if (url := prefix + _dashed(name)) in given}


def _value(value: Any) -> Json:
    match value:
        case bool():
            return {"valueBoolean": value}
        case int() | float():
            return {"valueDecimal": value}
        case str():
            return {"valueString": value}
        case dict():
            return {"extension": [{"url": key, **_value(part)} for key, part in _parts(value)]}
        case _:
            return {"extension": [{"url": _ITEM, **_value(part)} for part in value if _holds_something(part)]}


def _parts(value: Json) -> Iterator[tuple[str, Any]]:
    return ((key, part) for key, part in value.items() if _holds_something(part))


def _holds_something(value: Any) -> bool:
    """FHIR has neither null nor empty texts, objects and lists."""
    if isinstance(value, dict):
        return any(map(_holds_something, value.values()))
    if isinstance(value, list):
        return any(map(_holds_something, value))
    return value is not None and value != ""


def _read(extension: Json) -> Any:
    parts = extension.get("extension")
    if parts is None:
        return next((value for key, value in extension.items() if key.startswith("value")), None)
    inner = objects(parts)
    if all(part.get("url") == _ITEM for part in inner):
        return [_read(part) for part in inner]
    return {str(part.get("url")): _read(part) for part in inner}


def _dashed(name: str) -> str:
    return name.replace("_", "-")
