"""What was read of a database, remembered for as long as nothing is committed to it."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from carelog.db.combine import Combiner
from carelog.db.engine import Database

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Looks values up by their keys: those that are asked for at once together, and none again while the database
    stays at the same version. `read` returns one value for each key, in order, and None where there is none, which is
    not remembered: there is no end to what does not exist."""

    def __init__(self, database: Database, read: Callable[[Sequence[K]], Awaitable[Sequence[V | None]]]) -> None:
        self._database = database
        self._lookups = Combiner(read)
        self._known: dict[K, V] = {}
        self._known_at: int | None = None

    async def get(self, key: K) -> V | None:
        """The value as it is now."""
        version = self._database.version()
        if version is None or version != self._known_at:
            self._known, self._known_at = {}, version
        elif key in self._known:
            return self._known[key]
        known = self._known
        value = await self._lookups.submit(key)
        if value is not None:
            known[key] = value
        return value
