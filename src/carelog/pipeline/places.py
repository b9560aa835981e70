"""Places: links of chains that call outside, and how many batches of runs are at each."""

from collections import Counter
from typing import NamedTuple


class Place(NamedTuple):
    """One link of one version of a chain."""

    chain: str
    version: str
    position: int


class Places:
    """Who waits for an answer from outside does nothing meanwhile, and keeps no hand of a worker; but no place has more
    than `most` batches at once, so that what waits long is neither held in memory in numbers, nor leased away from
    other workers."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[Place] = Counter()

    @property
    def full(self) -> frozenset[Place]:
        return frozenset(place for place, batches in self._taken.items() if batches >= self._most)

    def take(self, place: Place) -> bool:
        """Whether there is room for a batch more, which then has it until `leave`."""
        if self._taken[place] >= self._most:
            return False
        self._taken[place] += 1
        return True

    def leave(self, place: Place) -> None:
        self._taken[place] -= 1
        if not self._taken[place]:
            del self._taken[place]
