"""`carelog doctor` tells all that it can see, whatever is wrong with the rest."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
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


def test_a_folder_that_is_open_to_others_hides_nothing_else(carelog_command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o755)
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert re.search(r"^WRONG +data folder +anyone on this machine may look into", ran.out, re.M)
    for name in ("health database", "sign-in database", "secret key", "dead letters"):
        assert re.search(rf"^ok +{name} ", ran.out, re.M), name
    assert (ran.out.count("WRONG"), ran.err) == (1, "")


def test_a_wrong_setting_is_told_once_and_in_plain_words(
    carelog_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARELOG_SECRET_KEY", "short")
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert ran.out.count("secret_key: must have at least 32 characters\n") == 1
    assert ran.out.count("WRONG") == 1


def test_databases_are_told_of_where_something_else_is_wrong(
    carelog_command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CARELOG_CACHE_URL", "http://127.0.0.1:6379")
    monkeypatch.setenv("CARELOG_DATABASE_URL", "postgresql://127.0.0.1:1/carelog")
    ran = carelog_command("doctor")
    assert ran.code == 1
    assert re.search(
        r"^WRONG +health database +postgresql://127.0.0.1:1/carelog: ConnectionRefusedError", ran.out, re.M
    )
    assert re.search(rf"^ok +sign-in database +sqlite:{tmp_path}/data/auth.db", ran.out, re.M)


def test_what_is_asked_over_plain_http_far_away_is_told(
    carelog_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "whsec_bWFkZSB1cCBmb3IgdGhlc2UgdGVzdHMsIG5vIGtleQ=="
    hooks = ["http://hooks.example.org/a-secret", "https://hooks.example.com/", "http://hooks.lan/"]
    monkeypatch.setenv("HOOK_SECRET", secret)
    monkeypatch.setenv("SMS_URL", "http://sms.example.net/a-secret")
    settings = {
        "CHAINS": {"tell": {"links": [{"webhook": {"urls": hooks, "secret_env": "HOOK_SECRET"}}]}},
        "SENDERS": {"sms": {"type": "webhook", "url_env": "SMS_URL", "secret": secret}},
        "AI_ENDPOINTS": {"near": {"url": "http://10.0.0.7/v1"}, "far": {"url": "http://ai.example.org/v1"}},
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"CARELOG_{name}", json.dumps(value))
    ran = carelog_command("doctor")
    assert ran.code == 0, "a private network may have any name"
    assert re.findall(r"^warn +plain http +(\S+): (\S+) is asked without encryption", ran.out, re.M) == [
        ("chains.tell.links.0.webhook.urls.0", "hooks.example.org"),
        ("ai_endpoints.far.url", "ai.example.org"),
        ("senders.sms.url_env", "sms.example.net"),
    ]
    assert "a-secret" not in ran.out


@pytest.mark.parametrize(
    ("chain", "grade", "told"),
    [
        ({"channels": ["calls", "lab"]}, "ok", "calls, lab taken; no chain takes whatsapp, checkin, scan, vcon: "),
        ({"channels": ["calls"], "enabled": False}, "warn", "none taken; no chain takes calls, whatsapp, "),
        ({"ingress_lists": ["in"]}, "ok", "none taken; no chain takes calls, whatsapp, "),
    ],
)
def test_channels_that_no_chain_takes_are_named(
    carelog_command: Command, monkeypatch: pytest.MonkeyPatch, chain: dict[str, object], grade: str, told: str
) -> None:
    monkeypatch.setenv("CARELOG_CHAINS", json.dumps({"one": {**chain, "links": []}}))
    assert re.search(rf"^{grade} +channels +{told}", carelog_command("doctor").out, re.M)


def test_a_configuration_that_says_nothing_is_told(carelog_command: Command, tmp_path: Path) -> None:
    (tmp_path / "carelog.yaml").write_text("# chains:\n")
    ran = carelog_command("doctor")
    assert ran.code == 0
    assert re.search(r"^warn +settings +carelog.yaml is empty$", ran.out, re.M)
