"""Pages of resources, out of sources that are gone through one after another: entries, then conversations.

What the database cannot tell apart is told apart here: a page ends after some thousands of rows however little of them
was looked for, so a page may hold less than was asked for and have a next one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from carelog.kit.errors import InvalidInput
from carelog.kit.paging import Cursor
from carelog.record.fhir.elements import Resource

ROWS: Final = 200
_MOST_ROWS: Final = 5000
_SOURCES: Final = ("0", "1", "2", "3")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: in which of its sources, and behind what there."""

    source: int
    cursor: Cursor | None = None

    def __str__(self) -> str:
        return f"{self.source}.{self.cursor or ''}"

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Raises InvalidInput for what was not given out."""
        source, _, cursor = text.partition(".")
        if source not in _SOURCES:
            raise InvalidInput("this page is not one that was given out")
        return cls(int(source), Cursor.parse(cursor) if cursor else None)


@dataclass(frozen=True, slots=True)
class Found:
    """Some resources, and where to go on; None when there are no more."""

    resources: list[Resource]
    next: Place | None


Row: TypeAlias = tuple[Cursor, Sequence[Resource]]
Source: TypeAlias = Callable[[Cursor | None, int], Awaitable[list[Row]]]
"""Gives some rows behind a place, in their order, and the resources that each becomes."""


async def page_through(sources: Sequence[Source], fits: Callable[[Resource], bool], count: int, place: Place) -> Found:
    """Go through the sources until the page is full, they are at their end, or many rows were looked at."""
    resources: list[Resource] = []
    seen = 0
    for number in range(place.source, len(sources)):
        cursor = place.cursor if number == place.source else None
        while True:
            limit = min(max(count - len(resources), 1) + 1, ROWS) if not seen else ROWS
            rows = await sources[number](cursor, limit)
            for index, (at, of_row) in enumerate(rows):
                resources += filter(fits, of_row)
                cursor = at
                seen += 1
                full = len(resources) >= count or seen >= _MOST_ROWS
                more = index + 1 < len(rows) or len(rows) == limit or number + 1 < len(sources)
                if full:
                    return Found(resources, Place(number, cursor) if more else None)
            if len(rows) < limit:
                break
    return Found(resources, None)
