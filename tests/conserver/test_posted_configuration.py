"""The configuration as it is shown, posted, and in force in every process."""

import asyncio
import os
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from conserver_client import CONFIG, client_of, older_vcon, work_off
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from carelog.app import Carelog, open_carelog
from carelog.conserver.shown import MASK, restored, shown
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError, InvalidInput
from carelog.pipeline.tables import chain_version
from carelog.settings import Settings

Configure = Callable[..., Settings]

SECRETS = {
    "links": {
        "sum": {"module": "links.analyze", "options": {"OPENAI_API_KEY": "secret-1", "prompt": "Sum it up."}},
        "stt": {
            "module": "links.transcribe",
            "options": {"vendor": "groq", "vendor_options": {"API_KEY": "secret-2", "language": "en"}},
        },
        "hook": {
            "module": "links.webhook",
            "options": {"webhook-urls": ["https://hooks.example.org/secret-3"], "headers": {"x": "secret-4"}},
        },
        "mine": {"module": "my_link", "pip_name": "git+https://secret-5@example.org/x", "options": {"a": "secret-6"}},
    },
    "storages": {
        "pg": {"module": "storage.postgres", "options": {"host": "db", "password": "secret-7"}},
        "redis": {"module": "storage.redis_storage", "options": {"redis_url": "redis://:secret-8@cache:6379/0"}},
        "s3": {"module": "storage.s3", "options": {"aws_bucket": "b", "aws_secret_access_key": "secret-9"}},
        "sftp": {"module": "storage.sftp", "options": {"url": "secret-10", "username": "secret-11"}},
        "own": {"type": "postgres", "host": "db", "password": "secret-12", "url": "postgresql://secret-13@db/x"},
    },
    "chains": {
        "calls": {"links": ["sum", {"stt": {"API_KEY": "secret-14"}}], "ingress_lists": ["in"], "enabled": 1},
    },
    "ingress_auth": {"in": "secret-15", "two": ["secret-16", "secret-17"]},
    "followers": {
        "up": {
            "url": "https://user:secret-18@example.org",
            "egress_list": "out",
            "follower_ingress_list": "in",
            "auth_token": "secret-19",
        }
    },
    "tracers": {"jlinc": {"module": "tracers.jlinc", "options": {"archive_api_key": "secret-20"}}},
}


def test_no_secret_is_shown_and_all_else_is() -> None:
    told = shown(SECRETS)
    assert "secret-" not in str(told)
    assert told["links"]["sum"]["options"] == {"OPENAI_API_KEY": MASK, "prompt": "Sum it up."}
    assert told["links"]["stt"]["options"]["vendor_options"] == {"API_KEY": MASK, "language": "en"}
    assert told["links"]["hook"]["options"]["webhook-urls"] == ["https://hooks.example.org/***"]
    assert told["storages"]["pg"]["options"] == {"host": "db", "password": MASK}
    assert told["storages"]["redis"]["options"]["redis_url"] == "redis://***@cache:6379/0"
    assert told["storages"]["own"]["host"] == "db"
    assert told["chains"]["calls"] == {
        "links": ["sum", {"stt": {"API_KEY": MASK}}],
        "ingress_lists": ["in"],
        "enabled": 1,
    }
    assert told["ingress_auth"] == {"in": MASK, "two": MASK}
    assert told["followers"]["up"]["egress_list"] == "out"


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*SECRETS, "ai_endpoints", "other"]), json))
def test_whatever_is_written_can_be_shown_and_sent_back(document: dict[str, Any]) -> None:
    assert restored(shown(document), document) == document


def test_what_was_shown_and_changed_keeps_its_secrets() -> None:
    changed = shown(SECRETS)
    changed["links"]["sum"]["options"]["prompt"] = "Sum it up, in French."
    changed["storages"]["pg"]["options"]["password"] = "another"
    del changed["links"]["mine"]
    whole = restored(changed, SECRETS)
    assert whole["links"]["sum"]["options"] == {"OPENAI_API_KEY": "secret-1", "prompt": "Sum it up, in French."}
    assert whole["storages"]["pg"]["options"]["password"] == "another"
    assert whole["ingress_auth"] == SECRETS["ingress_auth"]
    changed["links"]["new"] = {"module": "links.analyze", "options": {"OPENAI_API_KEY": MASK}}
    with pytest.raises(InvalidInput, match=r"links\.new\.options\.OPENAI_API_KEY"):
        restored(changed, SECRETS)


async def admin(carelog: Carelog) -> dict[str, str]:
    key = await carelog.keyring.add("admin", scopes=["config:read", "config:write"])
    return {"x-conserver-api-token": key}


async def test_the_configuration_is_shown_without_its_secrets(conserver: Carelog) -> None:
    async with client_of(conserver) as client:
        told = (await client.get("/config")).json()
    written = yaml.safe_load(textwrap.dedent(CONFIG))
    assert told["chains"] == written["chains"] and told["links"] == written["links"]
    assert told["ingress_auth"] == {"first": MASK, "second": MASK}


async def test_only_an_administrator_replaces_the_configuration(
    conserver: Carelog, configured: Configure, clock: ManualClock
) -> None:
    ordinary = {"x-conserver-api-token": await conserver.keyring.add("ordinary")}
    async with client_of(conserver) as client:
        config = (await client.get("/config")).json()
        for headers in ({}, ordinary):
            assert (await client.post("/config", json=config, headers=headers)).status_code == 403
        assert (await client.post("/config", json=config, headers=await admin(conserver))).status_code == 204
    async with open_carelog(configured(conserver_token_is_admin=True), clock) as carelog, client_of(carelog) as client:
        assert (await client.post("/config", json=config)).status_code == 204


async def test_what_was_posted_is_in_force_here_elsewhere_and_after_a_restart(
    conserver: Carelog, configured: Configure, clock: ManualClock
) -> None:
    async with open_carelog(configured(), clock) as elsewhere:
        async with client_of(conserver) as client:
            config = (await client.get("/config")).json()
            config["chains"]["second_chain"]["ingress_lists"].append("posted")
            config["chains"]["second_chain"]["links"] = [{"tag": {"tags": ["after"]}}]
            vcon = older_vcon()
            assert (await client.post("/vcon?ingress_lists=posted", json=vcon)).status_code == 422
            answer = await client.post("/config", json=config, headers=await admin(conserver))
            assert (answer.status_code, answer.content) == (204, b"")
            assert (await client.get("/config")).json() == config
            assert (await client.post("/vcon?ingress_lists=posted", json=vcon)).status_code == 201
        await elsewhere.configuration.look()
        async with client_of(elsewhere) as other:
            assert (await other.get("/config")).json() == config
            await work_off(elsewhere)
            assert "after:after" in (await other.get(f"/vcon/{vcon['uuid']}")).text
    async with open_carelog(configured(), clock) as later, client_of(later) as client:
        assert (await client.get("/config")).json() == config
        answer = await client.post(
            "/vcon/external-ingress?ingress_list=second",
            json=older_vcon(),
            headers={"x-conserver-api-token": "another-key-2"},
        )
        assert answer.status_code == 204


async def test_another_process_sees_by_itself_what_was_posted(
    conserver: Carelog, configured: Configure, clock: ManualClock
) -> None:
    async with open_carelog(configured(), clock) as elsewhere, client_of(conserver) as client:
        config = (await client.get("/config")).json()
        config["chains"]["second_chain"]["ingress_lists"].append("posted")
        assert (await client.post("/config", json=config, headers=await admin(conserver))).status_code == 204
        async with asyncio.timeout(30):
            while not elsewhere.chains.current.for_list("posted"):
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"chains": {"a": {"links": ["nowhere"]}}}, "there is no link named 'nowhere'"),
        ({"links": {"a": {"module": "evil", "pip_name": "evil"}}, "chains": {"a": {"links": ["a"]}}}, "no counterpart"),
        ({"links": {"a": {"module": "links.tag"}}, "chains": {"a": {"links": ["a"]}}}, "tags"),
        ({"storages": {"s": {"module": "storage.file", "options": {"path": 7}}}, "chains": {"a": {"storages": ["s"]}}},
         "path"),
        ({"chains": []}, "chains"),
        ({"chains": {"\x00a": {"links": ["tag"]}}}, "chains"),
        ({"chains": {"a" * 81: {"links": [{"tag": {"tags": ["x"]}}]}}}, "80 characters"),
        ({"ingress_auth": {"x": MASK}}, "stands for a secret that is not known here"),
    ],
)  # fmt: skip
async def test_a_configuration_that_would_not_run_changes_nothing(
    conserver: Carelog, change: dict[str, Any], told: str
) -> None:
    async with client_of(conserver) as client:
        before = (await client.get("/config")).json()
        answer = await client.post("/config", json=before | change, headers=await admin(conserver))
        assert answer.status_code == 422 and told in answer.json()["detail"]
        assert (await client.get("/config")).json() == before
        assert (await client.post("/vcon?ingress_lists=first", json=older_vcon())).status_code == 201


async def test_a_posted_key_of_a_vendor_takes_the_place_of_the_old_one(
    configured: Configure, clock: ManualClock
) -> None:
    config = """
        links:
          sum: {module: links.analyze, options: {OPENAI_API_KEY: old-key, model: small}}
          listen: {module: links.deepgram_link}
        chains: {calls: {links: [sum, listen], ingress_lists: [in]}}
        """
    named = {"listen": {"url": "http://127.0.0.1:1/v1", "model": "own"}}

    def keys(carelog: Carelog) -> dict[str, str | None]:
        chain = carelog.chains.current.get("calls")
        assert chain is not None
        return {link.options.endpoint.name: link.options.endpoint.api_key for link in chain.links}

    async with open_carelog(configured(config, ai_endpoints=named), clock) as carelog, client_of(carelog) as client:
        assert keys(carelog) == {"sum": "old-key", "listen": None}
        posted = (await client.get("/config")).json()
        assert "old-key" not in str(posted)
        assert (await client.post("/config", json=posted, headers=await admin(carelog))).status_code == 204
        assert keys(carelog) == {"sum": "old-key", "listen": None}
        posted["links"]["sum"]["options"]["OPENAI_API_KEY"] = "new-key"
        assert (await client.post("/config", json=posted, headers=await admin(carelog))).status_code == 204
        assert keys(carelog) == {"sum": "new-key", "listen": None}
        posted["links"] = {"listen": posted["links"]["listen"]}
        posted["chains"]["calls"]["links"] = ["listen"]
        assert (await client.post("/config", json=posted, headers=await admin(carelog))).status_code == 204
        assert keys(carelog) == {"listen": None}
        async with carelog.health.read() as connection:
            rows = await connection.execute(select(chain_version.c.definition))
            assert "-key" not in str(rows.all())
    assert not any("key" in value for name, value in os.environ.items() if name.startswith("CONSERVER_LINK"))


async def test_carelogs_own_shape_can_be_posted_too(conserver: Carelog) -> None:
    own = {"chains": {"a": {"links": [{"tag": {"tags": ["own"]}}], "ingress_lists": ["own_list"]}}}
    async with client_of(conserver) as client:
        assert (await client.post("/config", json=own, headers=await admin(conserver))).status_code == 204
        assert (await client.post("/vcon?ingress_lists=own_list", json=older_vcon())).status_code == 201
        assert (await client.get("/config")).json() == own


async def test_files_are_read_again_unless_something_was_posted(conserver: Carelog, configured: Configure) -> None:
    changed = CONFIG.replace("[second]", "[second, reloaded]")
    await conserver.configuration.reload(configured(changed).configured)
    async with client_of(conserver) as client:
        assert (await client.post("/vcon?ingress_lists=reloaded", json=older_vcon())).status_code == 201
        posted = (await client.get("/config")).json()
        await client.post("/config", json=posted, headers=await admin(conserver))
        await conserver.configuration.reload(configured(CONFIG).configured)
        assert (await client.post("/vcon?ingress_lists=reloaded", json=older_vcon())).status_code == 201
        with pytest.raises(ConfigurationError, match="line"):
            await conserver.configuration.reload(configured("chains:\n  a: {timeout: -1}\n").configured)


async def test_runs_end_with_the_chain_that_they_began_with(conserver: Carelog) -> None:
    vcon = older_vcon()
    async with client_of(conserver) as client:
        await client.post("/vcon?ingress_lists=second", json=vcon)
        config = (await client.get("/config")).json()
        config["chains"]["second_chain"]["links"] = [{"tag": {"tags": ["after"]}}]
        await client.post("/config", json=config, headers=await admin(conserver))
        await work_off(conserver)
        text = (await client.get(f"/vcon/{vcon['uuid']}")).text
    assert "second:second" in text and "after" not in text
