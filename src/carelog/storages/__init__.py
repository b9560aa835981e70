"""Storages: copies of finished vCons, in places of the user's own."""

from carelog.storages.storage import (
    Copy,
    Extra,
    Storage,
    StorageDown,
    StorageError,
    StorageOptions,
    StorageRefused,
    make_storage,
    storage_class,
)

__all__ = [
    "Copy",
    "Extra",
    "Storage",
    "StorageDown",
    "StorageError",
    "StorageOptions",
    "StorageRefused",
    "make_storage",
    "storage_class",
]
