"""`carelog doctor` tells of every AI endpoint and every receiver of webhooks how it fares."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import HttpUrl
from sqlalchemy import Table

from carelog.ai.tables import ai_breaker
from carelog.app import open_carelog
from carelog.db.breakers import Breakers, SharedStates
from carelog.kit.breaker import FAILURES, Verdict
from carelog.links.receivers import name_of
from carelog.pipeline.tables import webhook_breaker
from carelog.settings import load_settings

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]


def fail(name: str, table: Table = ai_breaker) -> None:
    async def run() -> None:
        async with open_carelog(load_settings()) as carelog:
            breakers = Breakers(SharedStates(carelog.health, table))
            for _ in range(FAILURES):
                await breakers.leave(name, await breakers.enter(name, timedelta(seconds=9)), Verdict.FAILED)

    asyncio.run(run())


def test_an_endpoint_that_is_left_alone_is_named(carelog_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://127.0.0.1:1/v1"
    endpoints = {"default": {"url": url}, "careful": {"url": url, "roles": ["extract"]}}
    monkeypatch.setenv("CARELOG_AI_ENDPOINTS", json.dumps(endpoints))
    well = carelog_command("doctor")
    assert well.code == 0, well.out
    assert re.search(r"^ok +AI endpoint careful +extract; not called yet$", well.out, re.M)
    fail("careful")
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert re.search(r"^WRONG +AI endpoint careful +extract; its breaker is open$", ran.out, re.M)
    assert re.search(r"^ok +AI endpoint default +no role; not called yet$", ran.out, re.M)


def test_a_receiver_of_webhooks_that_is_left_alone_is_named(
    carelog_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://hooks.example.org/a-secret"
    links = [{"webhook": {"urls": [url], "secret_env": "HOOK_SECRET"}}]
    monkeypatch.setenv("HOOK_SECRET", "whsec_bWFkZSB1cCBmb3IgdGhlc2UgdGVzdHMsIG5vIGtleQ==")
    monkeypatch.setenv("CARELOG_CHAINS", json.dumps({"one": {"links": links}, "two": {"links": links}}))
    well = carelog_command("doctor")
    assert well.code == 0, well.out
    name = name_of(HttpUrl(url))
    assert re.search(rf"^ok +webhook {name} +chain one, two; not called yet$", well.out, re.M), well.out
    fail(name, webhook_breaker)
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert re.search(rf"^WRONG +webhook {name} +chain one, two; its breaker is open$", ran.out, re.M)
    assert "a-secret" not in ran.out


@pytest.mark.parametrize("url", ["http://127.0.0.1:6379", "redis://127.0.0.1:port/0"])
def test_a_cache_that_is_no_redis_is_refused_by_its_setting(
    url: str, carelog_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARELOG_CACHE_URL", url)
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert re.search(r"^WRONG +configuration +cache_url ", ran.out, re.M)


def test_a_setting_that_is_misspelt_is_told(carelog_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOG_DATABSE_URL", "postgresql://127.0.0.1/carelog")
    monkeypatch.setenv("CARELOG_OUR_OWN", "of somebody's own")
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert "CARELOG_DATABSE_URL is no setting, CARELOG_DATABASE_URL is" in ran.out
    assert "OUR_OWN" not in ran.out
