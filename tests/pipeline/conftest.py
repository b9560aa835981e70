"""Shelves: storages that do what a test says."""

from collections.abc import Callable, Iterator

import pytest
from carelog_test_storages import Shelf, shelves


@pytest.fixture
def shelf() -> Iterator[Callable[[str], Shelf]]:
    """The shelf of a name, empty at first."""
    yield shelves.__getitem__
    shelves.clear()
