"""A red-flag rule, and how urgent what it finds is."""

from dataclasses import dataclass
from enum import IntEnum

from carelog.extraction.urgency.sources import Source


class Level(IntEnum):
    """How soon somebody is to look at it."""

    ROUTINE = 0
    FOLLOW_UP = 1
    URGENT = 2

    @property
    def label(self) -> str:
        """As tags and analyses have it.

        >>> Level.FOLLOW_UP.label
        'follow-up'
        """
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Rule:
    """`looks_for` are groups of signs: one of each must be there."""

    id: str
    title: str
    level: Level
    looks_for: tuple[frozenset[str], ...]
    sources: tuple[Source, ...]
