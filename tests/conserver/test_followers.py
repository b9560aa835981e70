"""Following another server's egress list: nothing that was popped there is lost, whatever goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from conserver_client import TOKEN, client_of, older_vcon, served, work_off
from pydantic import ValidationError
from small_http import Asked, answer, serving
from sqlalchemy import select

from carelog.app import Carelog, open_carelog
from carelog.conserver.definitions import Definitions, FollowerDefinition
from carelog.conserver.followers import Follower
from carelog.identity import operator
from carelog.kit.clock import ManualClock, SystemClock
from carelog.pipeline.tables import followed
from carelog.settings import Settings

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

CHAINS = {"calls": {"links": [{"tag": {"tags": ["here"]}}], "ingress_lists": ["followed"]}}


@dataclass
class Upstream:
    """Another server, as far as a follower knows it: each id is given out once. `wrong` answers come first."""

    vcons: dict[str, dict[str, Any]] = field(default_factory=dict)
    announced: list[str] = field(default_factory=list)
    wrong_lists: list[bytes] = field(default_factory=list)
    wrong_vcons: list[bytes] = field(default_factory=list)
    popped: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def put(self, count: int, **parameters: object) -> list[str]:
        new = [older_vcon(**parameters) for _ in range(count)]
        self.vcons |= {vcon["uuid"]: vcon for vcon in new}
        self.announced += [vcon["uuid"] for vcon in new]
        return [vcon["uuid"] for vcon in new]

    def __call__(self, asked: Asked) -> bytes | None:
        parts = urlsplit(asked.path)
        self.tokens.add(asked.headers.get("x-conserver-api-token", ""))
        if parts.path == "/vcon/egress":
            if self.wrong_lists:
                return self.wrong_lists.pop(0)
            query = parse_qs(parts.query)
            assert query["egress_list"] == ["done"]
            given, self.announced = self.announced[: int(query["limit"][0])], self.announced[int(query["limit"][0]) :]
            self.popped += given
            return answer(200, given)
        if self.wrong_vcons:
            return self.wrong_vcons.pop(0)
        vcon = self.vcons.get(parts.path.removeprefix("/vcon/"))
        return answer(200, vcon) if vcon else answer(404, {"detail": "vCon not found"})


Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
async def carelog(opened: Opener) -> AsyncIterator[Carelog]:
    async with opened(chains=CHAINS) as whole:
        yield whole


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def address(upstream: Upstream) -> AsyncIterator[str]:
    async with serving(upstream) as server:
        yield f"http://127.0.0.1:{server.port}"


def follower(carelog: Carelog, address: str, *, max_bytes: int = 100_000, **changes: object) -> Follower:
    definition = FollowerDefinition.model_validate(
        {
            "url": address,
            "egress_list": "done",
            "follower_ingress_list": "followed",
            "auth_token": "made-up-token",
            "fetch_vcon_limit": 3,
            **changes,
        }
    )
    return Follower(
        "upstream",
        definition,
        carelog.health,
        carelog.intake,
        carelog.clock,
        header="x-conserver-api-token",
        max_bytes=max_bytes,
    )


async def steps(one: Follower, clock: ManualClock, count: int) -> None:
    """So many steps, each when it is due."""
    async with httpx.AsyncClient(timeout=5) as client:
        for _ in range(count):
            clock.advance(seconds=(await one.step(client)).total_seconds())


async def here(carelog: Carelog) -> set[str]:
    return {str(item.id) for item in (await carelog.conversations.page(operator(), limit=200)).items}


async def waiting(carelog: Carelog) -> dict[str, str]:
    async with carelog.health.read() as connection:
        rows = await connection.execute(select(followed.c.vcon, followed.c.state))
        return {row.vcon: row.state for row in rows}


async def test_what_another_carelog_has_finished_comes_here(
    conserver: Carelog, tmp_path: Path, clock: ManualClock
) -> None:
    vcons = [older_vcon() for _ in range(4)]
    async with client_of(conserver) as client:
        for vcon in vcons:
            await client.post("/vcon?ingress_lists=first", json=vcon)
        await work_off(conserver)
    elsewhere = Settings.model_validate({"data_dir": tmp_path / "elsewhere", "chains": CHAINS})
    async with served(conserver) as url, open_carelog(elsewhere, clock) as carelog:
        await steps(follower(carelog, f"{url}/api", auth_token=TOKEN), clock, 3)
        assert await here(carelog) == {vcon["uuid"] for vcon in vcons}
        await carelog.worker.drain()
        async with client_of(carelog, await carelog.keyring.add("test")) as client:
            text = (await client.get(f"/vcon/{vcons[0]['uuid']}")).text
    assert "first:first" in text and "here:here" in text
    assert not await waiting(conserver)


NO_ANSWER = b""
TROUBLES = {
    "nobody answers": [NO_ANSWER] * 3,
    "it is down": [answer(500), answer(502, b"<html>"), answer(503, retry_after="90")],
    "the token is wrong": [answer(403, {"detail": "Invalid API Key"}), answer(401)],
    "too many ask": [answer(429, retry_after="1")],
    "half an answer": [b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"],
    "a redirect": [answer(302, location="http://127.0.0.1:1/"), answer(301)],
    "no HTTP": [b"what?\r\n\r\n"],
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_with_the_list_passes(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock, trouble: str
) -> None:
    ids = upstream.put(4)
    upstream.wrong_lists = [*TROUBLES[trouble], answer(200, b"no json"), answer(200, {"no": "list"})]
    await steps(follower(carelog, address), clock, 10)
    assert await here(carelog) == set(ids)
    assert upstream.tokens == {"made-up-token"}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_with_a_vcon_loses_none(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock, trouble: str
) -> None:
    ids = upstream.put(7)
    upstream.wrong_vcons = [*TROUBLES[trouble], *TROUBLES[trouble], answer(200, b"<html>"), answer(200, [])]
    await steps(follower(carelog, address), clock, 40)
    assert await here(carelog) == set(ids)
    assert not await waiting(carelog)
    assert sorted(upstream.popped) == sorted(ids)


async def test_another_vcon_than_was_asked_for_does_not_stand_for_it(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock
) -> None:
    ids = upstream.put(2)
    upstream.wrong_vcons = [answer(200, older_vcon())]
    await steps(follower(carelog, address), clock, 10)
    assert await here(carelog) == set(ids)
    assert not await waiting(carelog)


async def test_what_was_popped_before_the_process_died_is_fetched_by_the_next(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock
) -> None:
    ids = upstream.put(3)
    upstream.wrong_vcons = [NO_ANSWER]
    await steps(follower(carelog, address), clock, 1)
    assert upstream.popped == ids and await here(carelog) == set()
    assert set(await waiting(carelog)) == set(ids)
    await steps(follower(carelog, address), clock, 3)
    assert await here(carelog) == set(ids)


async def test_what_cannot_be_had_is_kept_and_holds_up_nobody(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock
) -> None:
    missing, broken, huge = str(uuid4()), str(uuid4()), str(uuid4())
    upstream.vcons |= {broken: {"uuid": broken}, huge: older_vcon(uuid=huge, subject="x" * 100_001)}
    upstream.announced += [missing, "no-id", broken, huge]
    good = upstream.put(2)
    await steps(follower(carelog, address), clock, 60)
    assert await here(carelog) == set(good)
    assert await waiting(carelog) == dict.fromkeys((missing, "no-id", broken, huge), "dead")


async def test_one_process_at_a_time_follows(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock
) -> None:
    ids = upstream.put(3)
    async with httpx.AsyncClient(timeout=5) as client:
        both = [follower(carelog, address).step(client) for _ in range(4)]
        await asyncio.gather(*both)
    assert await here(carelog) == set(ids)
    assert len(upstream.popped) == 3


async def test_a_list_that_no_chain_reads_keeps_what_came(
    carelog: Carelog, upstream: Upstream, address: str, clock: ManualClock
) -> None:
    ids = upstream.put(2)
    await steps(follower(carelog, address, follower_ingress_list="nowhere"), clock, 3)
    assert set(await waiting(carelog)) == set(ids)
    await steps(follower(carelog, address), clock, 3)
    assert await here(carelog) == set(ids)


async def test_followers_follow_what_the_configuration_names(
    settings: Settings, upstream: Upstream, address: str
) -> None:
    upstream.wrong_lists = [answer(500), NO_ANSWER]
    ids = upstream.put(5)
    definition = {"url": address, "egress_list": "done", "follower_ingress_list": "followed", "pulling_interval": 0.05}
    whole = Settings.model_validate({**settings.model_dump(), "chains": CHAINS})
    async with open_carelog(whole, SystemClock()) as carelog:
        following = asyncio.create_task(carelog.followers.run())
        try:
            own = carelog.configuration.current
            followers = {"up": FollowerDefinition.model_validate(definition)}
            changed = own.definitions.model_copy(update={"followers": followers})
            await carelog.configuration.reload(replace(own, definitions=changed))
            async with asyncio.timeout(20):
                while await here(carelog) != set(ids):
                    await asyncio.sleep(0.02)
        finally:
            carelog.followers.stop()
            await asyncio.wait_for(following, 20)


def test_followers_have_a_lease_each_however_long_their_names_are(dialect: str) -> None:
    definition = {"url": "http://127.0.0.1:9", "egress_list": "out", "follower_ingress_list": "in"}
    names = ["x" * 65 + end for end in ("-north", "-south")]
    assert list(Definitions.model_validate({"followers": dict.fromkeys(names, definition)}).followers) == names
    with pytest.raises(ValidationError, match="at most 71 characters"):
        Definitions.model_validate({"followers": {f"x{names[0]}": definition}})
