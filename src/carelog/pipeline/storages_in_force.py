"""The storages in force: those of the configuration, which may change while they are used."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from carelog.db.faults import log_failure
from carelog.storages import Storage

log = logging.getLogger(__name__)


class StoragesInForce(Mapping[str, Storage[Any]]):
    """The storages by name, in the order of the configuration."""

    def __init__(self, storages: Mapping[str, Storage[Any]]) -> None:
        self._current = dict(storages)
        self._former: list[Storage[Any]] = []
        self._tell: list[Callable[[], None]] = []

    def __getitem__(self, name: str) -> Storage[Any]:
        return self._current[name]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._current))

    def __len__(self) -> int:
        return len(self._current)

    def when_replaced(self, act: Callable[[], None]) -> None:
        """Have this done after each change."""
        self._tell.append(act)

    async def replace(self, storages: Mapping[str, Storage[Any]]) -> None:
        """Put others in force. One that is configured as before stays, with its connections. Those of the last change
        may still have a batch in hand; those that were in force before it are closed."""
        before, idle = self._current, self._former
        self._current = {
            name: before[name] if name in before and _alike(before[name], storage) else storage
            for name, storage in storages.items()
        }
        self._former = [storage for name, storage in before.items() if self._current.get(name) is not storage]
        for act in self._tell:
            act()
        for storage in idle:
            await _let_go(storage)

    async def close(self) -> None:
        """Let go of every connection, also of those that were in force before."""
        for storage in (*self._current.values(), *self._former):
            await _let_go(storage)


async def _let_go(storage: Storage[Any]) -> None:
    try:
        await storage.close()
    except Exception as error:  # noqa: BLE001  a storage of any package: the others are closed all the same
        log_failure(log, error, "a storage could not be closed", storage=storage.name)


def _alike(one: Storage[Any], other: Storage[Any]) -> bool:
    return type(one) is type(other) and bool(one.options == other.options)
