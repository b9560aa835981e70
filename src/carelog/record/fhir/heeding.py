"""Which elements of a resource are read, so that whoever sent others can be told.

A resource is read in the form of `Heeded`, which notes what is taken out of it. What is looked at and not kept is to be
looked at by `peek`, or given up by `lost`.
"""

from collections.abc import Iterator
from typing import Any, Final

from carelog.record.fhir.elements import Json, Resource

Place = tuple[str | int, ...]

_DEEPEST: Final = 40
"""No element of R4 that is read stands so deep; what does is read or not as a whole."""

# What says the same as a part that was read, or only what that part is of.
_WITH: Final = {
    "code": frozenset({"system", "version", "display", "userSelected"}),
    "value": frozenset({"unit", "system", "code"}),
    "display": frozenset({"reference", "type"}),
    "reference": frozenset({"display", "type"}),
}


class Heeded(dict[str, Any]):
    """An object that knows which of its members were read."""

    __slots__ = ("_marks", "_place")

    def __init__(self, members: Json, place: Place, marks: "_Marks") -> None:
        super().__init__({name: _wrapped(value, (*place, name), marks) for name, value in members.items()})
        self._place = place
        self._marks = marks

    def __getitem__(self, name: str) -> Any:
        self._marks.read.add((*self._place, name))
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._marks.read.add((*self._place, name))
        return super().get(name, default)

    def lose(self, place: Place) -> None:
        self._marks.lost.add((*self._place, *place))

    def unread(self, frame: frozenset[str]) -> list[str]:
        """The places that were not read, beside the elements of the frame: as FHIRPaths behind the kind."""
        names = [name for name in self if name not in frame]
        return [
            _written(place)
            for name in names
            for place in _unread(dict.get(self, name), (*self._place, name), self._marks)
        ]


class _Marks:
    def __init__(self) -> None:
        self.read: set[Place] = set()
        self.lost: set[Place] = set()


def heeded(resource: Resource) -> Heeded:
    return Heeded(resource, (), _Marks())


def peek(value: Json, name: str) -> Any:
    """A member, without noting that it was read."""
    return dict.get(value, name)


def lost(value: Json, *place: str | int) -> None:
    """Tell that an object, or what stands at that place in it, is not kept although it was read."""
    if isinstance(value, Heeded):
        value.lose(place)


def _wrapped(value: Any, place: Place, marks: _Marks) -> Any:
    if len(place) > _DEEPEST:
        return value
    if isinstance(value, dict):
        return Heeded(value, place, marks)
    if isinstance(value, list):
        return [_wrapped(item, (*place, index), marks) for index, item in enumerate(value)]
    return value


def _unread(value: Any, place: Place, marks: _Marks) -> Iterator[Place]:
    """The places of a value that were not read; only its own where nothing of it was."""
    if place in marks.lost:
        yield place
        return
    parts: list[tuple[Place, Any]] = []
    if isinstance(value, dict) and len(place) <= _DEEPEST:
        parts = [((*place, name), dict.get(value, name)) for name in _telling(value, place, marks)]
    elif isinstance(value, list) and len(place) <= _DEEPEST and any(isinstance(item, dict | list) for item in value):
        parts = [((*place, index), item) for index, item in enumerate(value)]
    else:
        if place not in marks.read and value is not None:
            yield place
        elif isinstance(value, list):
            yield from (part for index in range(len(value)) if (part := (*place, index)) in marks.lost)
        return
    found = [(part, list(_unread(item, part, marks))) for part, item in parts]
    if found and all(left == [part] for part, left in found):
        yield place
    else:
        for _, left in found:
            yield from left


def _telling(value: Json, place: Place, marks: _Marks) -> Iterator[str]:
    """The members that say something which those that were read do not."""
    said = {name for name in value if (*place, name) in marks.read}
    implied = {"id"}.union(*(_WITH[name] for name in said & _WITH.keys())) - said
    if value.keys() & {"code", "value"}:
        implied |= {"system", "version", "userSelected"}
    codings = dict.get(value, "coding")
    if isinstance(codings, list) and any(
        (*place, "coding", index, "code") in marks.read for index in range(len(codings))
    ):
        implied.add("text")
    return (name for name in value if name not in implied or (*place, name) in marks.lost)


def _written(place: Place) -> str:
    """
    >>> _written(("dosage", 1, "text"))
    'dosage[1].text'
    """
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{_name(part)}" for part in place)
    return parts.removeprefix(".")


def _name(text: str) -> str:
    """A name that was sent, as far as it can be one of an element."""
    return text if text.isascii() and text.replace("_", "").isalnum() and len(text) <= 60 else "(another)"
