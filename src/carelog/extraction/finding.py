"""What an extractor returns: a payload and the spans of the turns that say it."""

from dataclasses import dataclass
from typing import NamedTuple

from carelog.record.payload import Payload


class Span(NamedTuple):
    """Characters `start` to `end` of the text of turn number `turn`."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the given entry type. The first span is the fact itself; others support it (the answer)."""

    type: str
    payload: Payload
    spans: tuple[Span, ...]
