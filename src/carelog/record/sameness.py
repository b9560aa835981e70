"""When two entries are about the same thing, as data: the fields that are compared, and how much each counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Sameness:
    """Two entries of a type are alike to the weighted mean of their fields' likeness, 0 to 1; from `threshold` on they
    are taken for the same thing. With `within`, only what happens that close together is compared at all."""

    weights: Mapping[str, float]
    threshold: float = 0.9
    within: timedelta | None = None


NAMING: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "symptom": ("name",),
        "medication": ("ingredient", "name"),
        "vitals": ("kind",),
        "food": ("name",),
        "water": (),
        "sleep": (),
        "exercise": ("activity",),
        "mood": (),
        "allergy": ("substance",),
        "condition": ("name",),
        "lab_result": ("test",),
        "appointment": ("title",),
    }
)
"""Of the types that engines read, the fields that name what an entry is about. Of several the first that two entries
both have is compared."""

REPEATING: Final = frozenset({"vitals", "food", "water", "sleep", "exercise", "mood", "lab_result"})
"""What happens again and again, so that two in one talk that are named alike and differ may both be true."""


def named_alike(type_name: str, one: Any, other: Any) -> bool:
    """Whether two payloads of a type name the same thing, as far as their names tell."""
    fields = NAMING.get(type_name)
    if fields is None:
        return bool(one == other)
    for name in fields:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine is not None and theirs is not None:
            return bool(plain(mine) == plain(theirs))
    return not fields


def plain(value: Any) -> Any:
    """A value as it is compared: texts without regard to their case and white space."""
    return " ".join(value.casefold().split()) if isinstance(value, str) else value
