"""Facts as a model gives them: what it is asked for, and what of it can be read at all."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carelog.ai.structured import Schema
from carelog.extraction.llm.fields import FIELDS

Experiencer = Literal["patient", "family", "other"]
Polarity = Literal["present", "absent"]
Temporality = Literal["now", "past", "planned", "hypothetical"]

_LONGEST: Final = 2000


class _Given(BaseModel):
    """What a model gives; more than was asked for is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Quote(_Given):
    """Words of the turn of that number, as the model quotes them."""

    turn: int = Field(ge=0)
    quote: str = Field(min_length=1, max_length=_LONGEST)


class NamedValue(_Given):
    name: str = Field(max_length=80)
    value: str = Field(min_length=1, max_length=_LONGEST)


class Fact(Quote):
    """One fact: the words that say it, those of other turns that it needs, and its fields."""

    type: str = Field(max_length=80)
    support: tuple[Quote, ...] = Field(default=(), max_length=8, strict=False)
    experiencer: Experiencer
    polarity: Polarity
    temporality: Temporality
    fields: tuple[NamedValue, ...] = Field(max_length=40, strict=False)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        return (self, *self.support)


def parse_fact(given: object) -> Fact | None:
    """None when it is none."""
    try:
        return Fact.model_validate(given)
    except ValidationError:
        return None


def facts_by_id(answer: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """The facts that an answer gives of each conversation. One that it names twice, or not properly, is left out.

    >>> facts_by_id({"conversations": [{"id": "c1", "facts": []}, {"id": "c2"}, {"id": "c3", "facts": []},
    ...     {"id": "c3", "facts": []}]})
    {'c1': []}
    """
    given = answer.get("conversations") if answer else None
    found: dict[str, list[Any]] = {}
    twice: set[str] = set()
    for item in given if isinstance(given, list) else []:
        id_ = item.get("id") if isinstance(item, dict) else None
        facts = item.get("facts") if isinstance(item, dict) else None
        if not isinstance(id_, str) or not isinstance(facts, list):
            continue
        if id_ in found:
            twice.add(id_)
        found[id_] = facts
    return {id_: facts for id_, facts in found.items() if id_ not in twice}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT = {"type": "string"}
_TURN = {"type": "integer"}
_FACT = _object(
    type={"type": "string", "enum": list(FIELDS)},
    turn=_TURN,
    quote=_TEXT,
    support=_array(_object(turn=_TURN, quote=_TEXT)),
    experiencer={"type": "string", "enum": ["patient", "family", "other"]},
    polarity={"type": "string", "enum": ["present", "absent"]},
    temporality={"type": "string", "enum": ["now", "past", "planned", "hypothetical"]},
    fields=_array(
        _object(
            name={"type": "string", "enum": sorted({name for fields in FIELDS.values() for name in fields})},
            value=_TEXT,
        )
    ),
)
SCHEMA: Final = Schema(
    "facts",
    "The health facts that each conversation says",
    _object(conversations=_array(_object(id=_TEXT, facts=_array(_FACT)))),
)
