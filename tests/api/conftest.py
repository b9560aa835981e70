"""The API over a whole Carelog, in process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import httpx
import pytest
from door import Door

from carelog.api import Services, create_app
from carelog.app import Carelog
from carelog.pipeline.submission import CHANNELS

MAX_BODY_BYTES = 20_000


@pytest.fixture
async def carelog(opened: Callable[..., AbstractAsyncContextManager[Carelog]]) -> AsyncIterator[Carelog]:
    """A Carelog whose one chain gives a tag: what links find in words is for other tests."""
    chains = {"record": {"channels": list(CHANNELS), "links": [{"tag": {"tags": ["seen"]}}]}}
    async with opened(chains=chains, max_body_bytes=MAX_BODY_BYTES) as whole:
        yield whole


@pytest.fixture
async def door(carelog: Carelog) -> AsyncIterator[Door]:
    services = Services(
        clock=carelog.clock,
        databases={"health": carelog.health, "auth": carelog.auth},
        keyring=carelog.keyring,
        intake=carelog.intake,
        conversations=carelog.conversations,
        subjects=carelog.subjects,
        record=carelog.record,
        runs=carelog.runs,
    )
    app = create_app(services, max_body_bytes=carelog.settings.max_body_bytes)
    async with AsyncExitStack() as open_clients:
        yield Door(carelog, app, open_clients)


@pytest.fixture
async def api(door: Door) -> httpx.AsyncClient:
    """A client with a key that may do everything."""
    return await door.client(await door.key())
