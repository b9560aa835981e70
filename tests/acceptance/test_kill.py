"""Nothing that was accepted is lost, and nothing is done twice, whenever a process is killed."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from installation import Installation
from short_calls import Call, Fact, calls

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up

Start = Callable[..., "Up"]
Talk = Callable[["Up", str], AbstractAsyncContextManager["Client"]]
Install = Callable[..., AbstractAsyncContextManager[Installation]]
Facts = Callable[[Sequence[Call]], Counter[Fact]]

_CALLS: Final = 2000
_KILLS: Final = 10
_WHOLE: Final = 2  # of the kills of workers, so many are of the supervisor with all its processes


@pytest.fixture
def migrated() -> None:
    """Nothing is there before: all processes make the databases at once."""


def moments(random: Random) -> list[int]:
    """After so many calls: one in each tenth of them."""
    tenth = _CALLS // _KILLS
    return [number * tenth + random.randrange(tenth * 9 // 10) for number in range(_KILLS)]


async def kill_the_api(installation: Installation, random: Random) -> None:
    for moment in moments(random):
        await installation.until_accepted(moment)
        await asyncio.sleep(random.random() / 50)
        await installation.kill_up()


async def kill_workers(installation: Installation, random: Random) -> None:
    whole = random.sample(range(_KILLS), _WHOLE)
    for number, moment in enumerate(moments(random)):
        await installation.until_at_work(moment, _CALLS)
        await asyncio.sleep(random.random() / 50)
        if number in whole:
            await installation.kill_workers()
        else:
            await installation.kill_one_worker(random)


@pytest.mark.parametrize(
    ("dialect", "broker"),
    [("sqlite", False), ("postgresql", False), ("postgresql", True)],
    ids=["sqlite", "postgresql", "redis"],
)
async def test_ten_kills_of_workers_and_ten_of_the_api(
    install: Install,
    fresh_url: Callable[[str], str],
    facts: Facts,
    request: pytest.FixtureRequest,
    dialect: str,
    broker: bool,
) -> None:
    random = Random(f"{dialect}, {broker}")
    handed = calls(_CALLS)
    broker_url = request.getfixturevalue("redis_url") if broker else None
    # Embedded, whoever takes in works too: both die at once.
    async with install(fresh_url(dialect), broker_url, up_works=dialect == "sqlite") as installation:
        async with asyncio.TaskGroup() as at_once:
            at_once.create_task(installation.hand_in(handed))
            at_once.create_task(kill_the_api(installation, random))
            at_once.create_task(kill_workers(installation, random))
        await installation.check(handed, facts(handed))


async def test_sigterm_ends_it_in_good_order(start: Start, talk: Talk, key: str, facts: Facts) -> None:
    handed = calls(160)
    up = start()
    async with talk(up, key) as client:

        async def hand_in(some: Sequence[Call]) -> None:
            for one in some:
                assert (await client.http.post("/api/conversations", json=one)).status_code == 201

        await asyncio.gather(*(hand_in(handed[sender::16]) for sender in range(16)))
    assert up.terminate() == 0
    assert up.printed.endswith("Carelog has stopped.\n")
    assert '"level":"ERROR"' not in up.errors.read_text()

    up = start("--no-worker")
    async with talk(up, key) as client:
        assert not await client.any_run("running"), "runs were left in the hands of nobody"
    assert up.terminate() == 0

    async with talk(start(), key) as client:
        await client.until_idle()
        await client.check_all_done(handed, facts(handed))
