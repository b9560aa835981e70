"""Values read from a database, remembered until something is committed to it."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from carelog.db.combine import Combiner
from carelog.db.engine import Database

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Looks values up by key: keys that are asked for at the same time are read together, and none is read again while
    the database stays at the same version. `read` returns one value for each key, in order. None, for a key that is not
    there, is not remembered, since there is no end of such keys."""

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
