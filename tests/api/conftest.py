"""The API over a whole Carelog, in process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import httpx
import pytest
from door import Door

from carelog.app import Carelog
from carelog.pipeline.submission import CHANNELS

MAX_BODY_BYTES = 20_000


@pytest.fixture
async def carelog(opened: Callable[..., AbstractAsyncContextManager[Carelog]]) -> AsyncIterator[Carelog]:
    """A Carelog whose one chain gives a tag: what links find in words is for other tests."""
    chains = {"record": {"channels": list(CHANNELS), "links": [{"tag": {"tags": ["seen"]}}], "egress_lists": ["seen"]}}
    async with opened(chains=chains, max_body_bytes=MAX_BODY_BYTES, registration="unconfirmed") as whole:
        yield whole


@pytest.fixture
async def door(carelog: Carelog) -> AsyncIterator[Door]:
    async with AsyncExitStack() as open_clients:
        yield Door(carelog, carelog.api(), open_clients)


@pytest.fixture
async def api(door: Door) -> httpx.AsyncClient:
    """A client with a key that may do everything."""
    return await door.client(await door.key())
