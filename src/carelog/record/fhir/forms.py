"""The forms that FHIR R4 gives to elements: which JSON each is, of which codes, and whether there may be several.

`r4.txt` has them, from the JSON schema of R4 (https://hl7.org/fhir/R4/fhir.schema.json.zip, CC0) and the codes of its
required bindings: a type a line, and for each element its form, with `*` where there may be several.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from carelog.record.fhir.elements import Resource

_MOST: Final = 20


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, least: int | None = None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least)


_PLAIN: Final[Mapping[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(
        ("base64Binary", "canonical", "code", "date", "dateTime", "id", "instant", "markdown", "string", "time", "uri",
         "url"), _is_text,
    ),
    "boolean": lambda value: isinstance(value, bool),
    "decimal": _is_number,
    "integer": _is_whole,
    "positiveInt": lambda value: _is_whole(value, 1),
    "unsignedInt": lambda value: _is_whole(value, 0),
}  # fmt: skip


class _Form(NamedTuple):
    """A plain type, a type with elements of its own, or one of some codes."""

    type: str
    several: bool
    codes: frozenset[str]


def misshapen(resource: Resource, names: Collection[str]) -> list[str]:
    """The places, as FHIRPaths, where the elements of these names have not the form that R4 gives them; the first
    twenty. Of elements that R4 does not have it says nothing.

    >>> misshapen({"resourceType": "Patient", "gender": "banana", "birthDate": 1960}, {"gender", "birthDate"})
    ['Patient.gender', 'Patient.birthDate']
    """
    kind = str(resource.get("resourceType"))
    own = {name: value for name, value in resource.items() if name in names}
    found: list[str] = []
    for place in _within(own, kind, kind):
        found.append(place)
        if len(found) == _MOST:
            break
    return found


def _within(value: Mapping[str, Any], type_name: str, place: str) -> Iterator[str]:
    forms = _forms().get(type_name, {})
    for name, inner in value.items():
        form = forms.get(name)
        if form is None or inner is None:
            continue
        here = f"{place}.{name}"
        if not form.several:
            yield from _one(inner, form, here)
        elif isinstance(inner, list):
            for index, item in enumerate(inner):
                yield from _one(item, form, f"{here}[{index}]")
        else:
            yield here


def _one(value: Any, form: _Form, place: str) -> Iterator[str]:
    if form.codes:
        fits = isinstance(value, str) and value in form.codes
    elif form.type in _PLAIN:
        fits = value is None or _PLAIN[form.type](value)
    else:
        fits = isinstance(value, dict)
        if fits:
            yield from _within(value, form.type, place)
    if not fits:
        yield place


@cache
def _forms() -> Mapping[str, Mapping[str, _Form]]:
    lines = (files("carelog.record.fhir") / "r4.txt").read_text("utf-8").splitlines()
    return MappingProxyType({name: _parsed(told) for name, _, told in (line.partition(" ") for line in lines)})


def _parsed(told: str) -> dict[str, _Form]:
    found = {}
    for one in told.split():
        name, _, written = one.partition(":")
        form = written.removesuffix("*")
        codes = frozenset(form.split("|")) if "|" in form else frozenset[str]()
        found[name] = _Form("code" if codes else form, written != form, codes)
    return found
