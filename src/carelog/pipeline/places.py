"""Places: links of chains that call outside, and how many batches of runs are at each."""

from collections import Counter
from typing import Final, NamedTuple


class Place(NamedTuple):
    """One link of one version of a chain."""

    chain: str
    version: str
    position: int


LONG: Final = Place("", "", -1)
"""Where conversations are that take long to read, whatever their chain. It is no place of the ledger's, which does not
know how long they are."""


class Places:
    """Who waits for an answer from outside does nothing meanwhile, and keeps no hand of a worker; but no place has more
    than `most` batches at once, so that what waits long is neither held in memory in numbers, nor leased away from
    other workers. At LONG is one at a time: it takes the processor from all others."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Place] = Counter()

    @property
    def full(self) -> frozenset[Place]:
        return frozenset(place for place in self._taken if place != LONG and not self._has_room(place))

    def take(self, place: Place) -> bool:
        """Whether there is room for a batch more, which then has it until `leave`."""
        if not self._has_room(place):
            return False
        self._taken[place] += 1
        return True

    def leave(self, place: Place) -> None:
        self._taken[place] -= 1
        if not self._taken[place]:
            del self._taken[place]

    def _has_room(self, place: Place) -> bool:
        return self._taken[place] < (1 if place == LONG else self._most)
