"""Whatever fails to open or to close, the rest is closed."""

import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from reminding import SECRET

from carelog.app import Carelog, open_carelog
from carelog.db import Database
from carelog.delivery.webhook import WebhookSender
from carelog.kit.errors import ConfigurationError
from carelog.settings import Settings

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]


async def test_one_part_that_fails_to_close_leaves_no_other_open(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_: WebhookSender) -> None:
        raise OSError("a socket that is gone")

    monkeypatch.setattr(WebhookSender, "close", gone)
    senders = {"sms": {"type": "webhook", "url": "http://127.0.0.1:9/", "secret": SECRET}}
    before = set(threading.enumerate())
    with pytest.raises(OSError, match="a socket that is gone"):
        async with opened(senders=senders):
            assert set(threading.enumerate()) > before
    assert [thread for thread in threading.enumerate() if thread not in before and "asyncio" not in thread.name] == []


async def test_what_was_opened_before_a_wrong_setting_is_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Database] = []
    close = Database.close

    async def seen(database: Database) -> None:
        closed.append(database)
        await close(database)

    monkeypatch.setattr(Database, "close", seen)
    with pytest.raises(ConfigurationError, match="broker_url"):
        async with open_carelog(settings.model_copy(update={"broker_url": "http://wrong"})):
            pass
    assert len(closed) == 2
