"""The API over a whole Carelog, in process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from door import Door

from carelog.app import Carelog


@pytest.fixture
async def door(carelog: Carelog) -> AsyncIterator[Door]:
    async with AsyncExitStack() as open_clients:
        yield Door(carelog, carelog.api(), open_clients)
