"""Every storage that can be read, in turn."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from storage_places import PLACES, Place

from carelog.storages import Storage


@pytest.fixture(params=PLACES)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async for made in PLACES[request.param](request, tmp_path):
        yield made


@pytest.fixture
def storage(place: Place) -> Storage[Any]:
    return place.storage
