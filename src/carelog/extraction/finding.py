"""What an extractor returns: a payload and the spans of the turns that say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from carelog.record.payload import Payload


class Span(NamedTuple):
    """Characters `start` to `end` of the text of turn number `turn`."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the given entry type. The first span is the fact itself; others support it (the answer).

    `happened_at` is set where the words say when it happened, on the subject's clock; without it, it happened when it
    was said.
    """

    type: str
    payload: Payload
    spans: tuple[Span, ...]
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Implausible:
    """A reading that was said and cannot be true as it was heard ("pressure 900 over 80"): for a person to judge, and
    never a fact. `payload` is as far as it was read, and need not be valid."""

    type: str
    payload: Mapping[str, Any]
    spans: tuple[Span, ...]
    fields: tuple[str, ...] = ()
