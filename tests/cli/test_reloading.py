"""SIGHUP while the database is away: nothing changes, and the log says so."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from waiting import until

from carelog.app import Carelog
from carelog.cli.reloading import reload_on_hangup

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


@pytest.fixture
def hung_up() -> Iterator[None]:
    yield
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


async def test_a_reload_that_the_database_refuses_is_told(
    carelog: Carelog, caplog: pytest.LogCaptureFixture, hung_up: None
) -> None:
    before = carelog.configuration.current
    reload_on_hangup(carelog)
    try:
        async with carelog.health.write() as connection:
            await connection.execute(text("ALTER TABLE chain_version RENAME TO elsewhere"))
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "the database cannot be used" in caplog.text)
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
    assert carelog.configuration.current is before
