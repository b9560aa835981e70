"""The API over a Carelog with one chain, and a reader of its metrics."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest
from door import Door

from carelog.app import Carelog
from carelog.pipeline.submission import CHANNELS

CHAINS = {
    "record": {
        "channels": list(CHANNELS),
        "max_tries": 2,
        "links": [{"tag": {"tags": ["seen"]}}, {"scripted": {"does": "step"}}],
    }
}


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def carelog(opened: Callable[..., AbstractAsyncContextManager[Carelog]]) -> AsyncIterator[Carelog]:
    async with opened(chains=CHAINS) as whole:
        yield whole


@pytest.fixture
async def door(carelog: Carelog) -> AsyncIterator[Door]:
    async with AsyncExitStack() as open_clients:
        yield Door(carelog, carelog.api(), open_clients)
