"""Calls of a storage: each within a limit of time, and what one copy does to a storage is told of that copy alone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from carelog.kit.place import place_of
from carelog.storages import Copy, Storage, StorageDown, StorageError
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

# Storages have limits of their own; this one is for those that hang. One that is only slow must not run into it, since
# all of the batch would be repeated.
_PATIENCE: Final = timedelta(minutes=5)
_PATIENCE_EACH: Final = timedelta(minutes=1)


class StorageCrash(StorageError):
    """A storage raised what it should not."""

    code = "storage.crashed"


async def save(storage: Storage[Any], batch: Sequence[Copy]) -> dict[UUID, StorageError | None]:
    """What became of each conversation's copy. Raises StorageDown, also for a storage that does not answer."""
    if not batch:
        return {}
    try:
        async with _call(storage, "save", len(batch)):
            results = await storage.save(batch)
        return {copy.conversation_id: result for copy, result in zip(batch, results, strict=True)}
    except StorageDown:
        raise
    except Exception as error:  # noqa: BLE001  a storage of any package
        if len(batch) == 1:
            return {batch[0].conversation_id: _failure(storage, error)}
    alone: dict[UUID, StorageError | None] = {}
    for copy in batch:
        alone |= await save(storage, [copy])
    return alone


async def delete(storage: Storage[Any], ids: Sequence[UUID]) -> dict[UUID, StorageError | None]:
    """What became of each deletion. Raises StorageDown, also for a storage that does not answer."""
    if not ids:
        return {}
    try:
        async with _call(storage, "delete", len(ids)):
            await storage.delete(ids)
        return dict.fromkeys(ids)
    except StorageDown:
        raise
    except Exception as error:  # noqa: BLE001  a storage of any package
        if len(ids) == 1:
            return {ids[0]: _failure(storage, error)}
    alone: dict[UUID, StorageError | None] = {}
    for id_ in ids:
        alone |= await delete(storage, [id_])
    return alone


@asynccontextmanager
async def _call(storage: Storage[Any], action: str, size: int) -> AsyncIterator[None]:
    patience = (_PATIENCE + size * _PATIENCE_EACH).total_seconds()
    try:
        with metrics.storage_seconds(storage.name, action):
            async with asyncio.timeout(patience) as limit:
                yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise storage.down(f"did not answer in {patience:.0f} seconds") from None


def _failure(storage: Storage[Any], error: Exception) -> StorageError:
    """Only our own errors are known to say nothing of the conversation; of the others the kind and the place."""
    if isinstance(error, StorageError):
        return error
    kind, place = type(error).__name__, place_of(error)
    log.error("storage crashed", extra={"storage": storage.name, "error": kind, "place": place})
    return StorageCrash(f"{kind} at {place}")
