"""`tag` and `tag_router`, as a chain uses them."""

from collections.abc import Callable
from typing import Any

import pytest
from made_up import chain, submission

from carelog.app import Carelog
from carelog.conversations.tags import tags_of
from carelog.identity import operator
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.link import make_link
from carelog.pipeline.run import RunState

ME = operator()
Opened = Callable[..., Any]


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def states(carelog: Carelog) -> dict[str, tuple[RunState, bool]]:
    return {run.chain: (run.state, run.stopped) for run in (await carelog.runs.page(ME)).items}


async def through(opened: Opened, first: list[Any]) -> tuple[dict[str, tuple[RunState, bool]], dict[str, str]]:
    chains = {
        "first": chain(*first),
        "care": {"links": [{"tag": {"tags": ["seen:care"]}}]},
        "sales": {"links": [{"tag": {"tags": ["seen:sales"]}}]},
    }
    async with opened(chains=chains) as carelog:
        [receipt] = await carelog.intake.accept(ME, [submission()])
        await carelog.worker.drain()
        stored = await carelog.conversations.get(ME, receipt.conversation_id)
        return await states(carelog), tags_of(stored.conversation)


async def test_a_tag_routes_to_its_chain_and_the_first_goes_on(opened: Opened) -> None:
    router = {"tag_router": {"tag_routes": {"topic:care": "care", "topic:sales": "sales"}}}
    runs, tags = await through(opened, [{"tag": {"tags": ["topic:care", "vip"]}}, router, {"tag": {"tags": ["after"]}}])
    assert runs == {"first": (RunState.FINISHED, False), "care": (RunState.FINISHED, False)}
    assert tags == {"topic": "care", "vip": "vip", "seen": "care", "after": "after"}


async def test_a_name_alone_routes_whatever_its_value_and_the_first_may_end_there(opened: Opened) -> None:
    router = {"tag_router": {"tag_routes": {"topic": "sales"}, "forward_original": False}}
    runs, tags = await through(opened, [{"tag": {"tags": ["topic:care"]}}, router, {"tag": {"tags": ["after"]}}])
    assert runs == {"first": (RunState.FINISHED, True), "sales": (RunState.FINISHED, False)}
    assert "after" not in tags


async def test_without_the_tag_nothing_is_routed(opened: Opened) -> None:
    router = {"tag_router": {"tag_routes": {"topic:care": "care"}, "forward_original": False}}
    runs, tags = await through(opened, [{"tag": {"tags": ["topic:other"]}}, router, {"tag": {"tags": ["after"]}}])
    assert set(runs) == {"first"}
    assert "after" in tags


def test_a_tag_without_a_name_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="needs a name"):
        make_link("tag", {"tags": [":value"]})


async def test_one_tag_may_route_to_several_chains(opened: Opened) -> None:
    router = {"tag_router": {"tag_routes": {"topic:care": ["care", "sales"], "vip": "care"}}}
    runs, _ = await through(opened, [{"tag": {"tags": ["topic:care", "vip"]}}, router])
    assert runs == dict.fromkeys(("first", "care", "sales"), (RunState.FINISHED, False))


@pytest.mark.parametrize("routes", [{}, {"topic": []}, {"topic": ["care", 7]}])
def test_routes_that_lead_nowhere_are_refused(routes: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="tag_routes"):
        make_link("tag_router", {"tag_routes": routes})
