"""`/metrics` as Prometheus sees it: what was counted of conversations, runs and requests, and who may read it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import httpx
import pytest
import uvicorn
from door import Door, make_vcon
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client import Histogram as Observed
from scraped import Scraped
from starlette.applications import Starlette

from carelog.api.metrics import metrics_route
from carelog.app import Carelog
from carelog.db import Database
from carelog.identity import SCOPES, Keyring
from carelog.kit.clock import ManualClock
from carelog.pipeline import LinkError, Outcome, Work
from carelog.telemetry.metrics import Histogram

Scripted = Callable[[str, Callable[[Work], Outcome]], None]


@pytest.fixture
async def scrape(door: Door) -> AsyncIterator[Callable[[], "asyncio.Future[Scraped]"]]:
    """Reads `/metrics` of a real server, with a key that may do that and nothing else."""
    server = uvicorn.Server(uvicorn.Config(door.app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"Authorization": f"Bearer {await door.key(scopes=['metrics:read'])}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:

        async def read() -> Scraped:
            answer = await client.get("/metrics")
            assert answer.status_code == 200, answer.text
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            return Scraped(answer.text)

        yield lambda: asyncio.ensure_future(read())
    server.should_exit = True
    await serving


async def test_what_happens_to_conversations_is_counted(
    door: Door, scrape: Callable[[], "asyncio.Future[Scraped]"], scripted: Scripted, clock: ManualClock
) -> None:
    def does(work: Work) -> Outcome:
        if "fails" in str(work.conversation.document["dialog"]):
            raise LinkError("no")
        return Outcome()

    scripted("step", does)
    before = await scrape()
    client = await door.client(await door.key())
    good = make_vcon("All is well.")
    for document in (good, good, make_vcon("It fails."), make_vcon("It fails again.")):
        await client.post("/api/conversations", json=document, params={"channel": "checkin"})
    queued = await scrape()
    clock.advance(seconds=7)
    waited = await scrape()
    await door.carelog.worker.drain()
    clock.advance(seconds=3600)
    await door.carelog.worker.drain()
    after = await scrape()

    def grew(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    assert grew("carelog_conversations_ingested_total", channel="checkin", verdict="accepted") == 3
    assert grew("carelog_conversations_ingested_total", channel="checkin", verdict="duplicate") == 1
    assert grew("carelog_commit_conversations_sum", by="intake") == 4
    assert grew("carelog_runs_finished_total", chain="record") == 1
    assert grew("carelog_run_seconds_count", chain="record") == 1
    assert grew("carelog_run_seconds_sum", chain="record") == 7
    assert grew("carelog_runs_failed_total", chain="record", link="scripted") == 2
    assert grew("carelog_runs_dead_total", chain="record", link="scripted") == 2
    assert grew("carelog_link_conversations_total", link="tag") == 3
    assert grew("carelog_link_conversations_total", link="scripted") == 5
    assert grew("carelog_link_seconds_count", link="scripted") == 2
    assert grew("carelog_commit_conversations_count", by="executor") == 2
    assert grew("carelog_requests_total", operation="hand_in", status="2xx") == 4
    assert grew("carelog_request_seconds_count", operation="hand_in") == 4

    assert queued.value("carelog_queue_depth", lane="routine") == 3
    assert waited.value("carelog_queue_oldest_seconds", lane="routine") == 7
    assert after.value("carelog_queue_depth", lane="routine") == 0
    assert after.value("carelog_dead_letters", chain="record", link="scripted") == 2
    assert after.value("carelog_database_up") == 1


async def test_no_request_can_make_a_label_of_its_own(
    door: Door, scrape: Callable[[], "asyncio.Future[Scraped]"]
) -> None:
    before = await scrape()
    client = await door.client(await door.key())
    for number in range(20):
        await client.get(f'/api/{number}"}}%201%0Acarelog_evil{{x="')
        await client.request(f"X{number}", "/api/runs")
        await client.get(f"/api/runs/{number}", params={"q": number})
    after = await scrape()
    assert after.labels("operation") - before.labels("operation") <= {"list_runs", "read_run", "read_metrics", "none"}
    assert after.labels("status") - before.labels("status") <= {"4xx"}
    assert not any("evil" in name for name in after.families)
    # Of these the last has a route, which refuses the id; the second is for another method than the route's.
    refused = after.value("carelog_requests_total", status="4xx") - before.value("carelog_requests_total", status="4xx")
    assert refused == 60


async def test_no_label_tells_of_a_conversation(
    door: Door, scrape: Callable[[], "asyncio.Future[Scraped]"], scripted: Scripted
) -> None:
    scripted("step", lambda _: Outcome())
    receipt = await door.hand_in(make_vcon("I feel dizzy.", name="Asha Rao"), external_id="message-17")
    await door.carelog.worker.drain()
    page = await scrape()
    told = " ".join(value for sample in page.samples for value in sample.labels.values())
    for secret in ("dizzy", "Asha", "912224449000", "message-17", receipt["id"], receipt["subject_id"]):
        assert secret not in told


async def test_who_may_read_it(door: Door) -> None:
    everything_else = sorted(set(SCOPES) - {"metrics:read"})
    of_nobody = await door.key(scopes=["metrics:read"], subjects=[])
    page = Starlette(routes=[metrics_route(door.carelog.health, door.carelog.clock, door.carelog.keyring)])
    for app in (door.app, page):
        for token, status in (
            (None, 401),
            ("clk_wrong", 401),
            (await door.key(scopes=everything_else), 403),
            (of_nobody, 403),
            (await door.key(scopes=["metrics:read"]), 200),
        ):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with client_of(app) as client:
                answer = await client.get("/metrics", headers=headers)
            assert answer.status_code == status
            assert ("carelog_queue_depth" in answer.text) == (status == 200)


async def test_it_is_open_where_the_setting_says_so(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]],
) -> None:
    async with opened(metrics_public=True) as carelog, client_of(carelog.api()) as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/api/runs")).status_code == 401


async def test_a_database_that_cannot_be_used_is_told(tmp_path: Path, clock: ManualClock) -> None:
    async with AsyncExitStack() as after:
        database = Database(f"sqlite:///{tmp_path / 'without-tables.db'}")
        after.push_async_callback(database.close)
        client = await after.enter_async_context(client_of(Starlette(routes=[metrics_route(database, clock, None)])))
        page = Scraped((await client.get("/metrics")).text)
    assert page.value("carelog_database_up") == 0
    assert page.value("carelog_build_info") == 1
    assert "carelog_queue_depth" not in page.families


async def test_where_keys_are_asked_for_a_database_that_is_away_fails_the_scrape(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with AsyncExitStack() as after:
        database = Database(f"sqlite:///{tmp_path / 'without-tables.db'}")
        after.push_async_callback(database.close)
        page = Starlette(routes=[metrics_route(database, clock, Keyring(database, clock))])
        client = await after.enter_async_context(client_of(page))
        answer = await client.get("/metrics", headers={"Authorization": f"Bearer clk_{'0' * 32}_{'b' * 43}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "5"


@given(st.lists(st.floats(0, 1e6) | st.sampled_from([0.1, 1.0, 10.0])))
def test_a_batch_is_observed_as_one_by_one(amounts: list[float]) -> None:
    together, alone = CollectorRegistry(), CollectorRegistry()
    Histogram("seconds", "-", registry=together, buckets=(0.1, 1, 10)).observe_all(amounts)
    observed = Observed("seconds", "-", registry=alone, buckets=(0.1, 1, 10))
    for amount in amounts:
        observed.observe(amount)
    for bucket in ("0.1", "1.0", "10.0", "+Inf"):
        assert together.get_sample_value("seconds_bucket", {"le": bucket}) == alone.get_sample_value(
            "seconds_bucket", {"le": bucket}
        )
    assert together.get_sample_value("seconds_sum") == pytest.approx(alone.get_sample_value("seconds_sum"))


def client_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://carelog.test")
