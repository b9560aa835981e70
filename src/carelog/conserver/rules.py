"""How one option of a conserver's link or storage is said in Carelog."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Convert: TypeAlias = Callable[[Any], Any]


def never(_options: Mapping[str, Any]) -> bool:
    return False


def same(value: Any) -> Any:
    """What is said the same way in both."""
    return value


@dataclass(frozen=True, slots=True)
class Option:
    """`to` is the option's name in Carelog; without one it has no counterpart, changes nothing of the result, and is
    left out with a warning. `secret` keeps its value from being shown."""

    to: str | None = None
    convert: Convert = same
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Asks:
    """The vendor and the model that a link asks where its options name none."""

    vendor: str
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A module of the conserver: the name of what does its work here, its options by their names there, and the
    values that those have there when they are left out, where they differ from ours. An option that is not named
    here is refused. `finish` turns what the options say together into ours; it raises ValueError. `asks` is for links
    over a language model or a speech recogniser, and `idle` says whether one with these options would do nothing."""

    name: str
    options: Mapping[str, Option]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    finish: Convert = same
    asks: Asks | None = None
    idle: Callable[[Mapping[str, Any]], bool] = never


def kept(*names: str) -> dict[str, Option]:
    """Options that are called the same, and mean the same."""
    return {name: Option(name) for name in names}


def dropped(*names: str) -> dict[str, Option]:
    """Options without a counterpart."""
    return {name: Option() for name in names}


def secrets(**names: str) -> dict[str, Option]:
    """Options whose values are never shown, each with its name in Carelog."""
    return {theirs: Option(ours, secret=True) for theirs, ours in names.items()}
