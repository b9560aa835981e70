"""The forwarder: what records say goes on to a LocusGraph server, and nothing is lost on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest
from locusgraph_server import LocusGraphServer
from made_up import submission
from stand_ins import Answer, Request
from waiting import until

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError
from carelog.record.editing import Draft, Written
from carelog.record.locusgraph import Forwarder
from carelog.settings import load_settings

ME = operator()
Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocusGraphServer]:
    stand_in = LocusGraphServer()
    monkeypatch.setenv("LOCUS_SECRET", stand_in.secret)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def carelog(opened: Opener, server: LocusGraphServer) -> AsyncIterator[Carelog]:
    async with opened(locusgraph=forwarding(server)) as whole:
        yield whole


def forwarding(server: LocusGraphServer, **more: Any) -> dict[str, Any]:
    return {"url": server.url, "graph": "home-{subject}", "agent_secret_env": "LOCUS_SECRET", **more}


def forwarder_of(carelog: Carelog) -> Forwarder:
    assert carelog.forwarder
    return carelog.forwarder


async def someone(carelog: Carelog, tel: str = "+12025550100") -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission(tel=tel)])
    assert receipt.subject_id
    return receipt.subject_id


async def meals(carelog: Carelog, subject: UUID, *names: str) -> list[UUID]:
    written = await carelog.record.create_all(ME, subject, [Draft("food", {"name": name}) for name in names])
    return [one.entry.id for one in written if isinstance(one, Written)]


async def test_entries_their_changes_links_and_ends_go_on(carelog: Carelog, server: LocusGraphServer) -> None:
    subject = await someone(carelog)
    idli, dosa = await meals(carelog, subject, "idli", "dosa")
    await forwarder_of(carelog).drain()
    graph = f"home-{subject}"
    assert server.contexts(graph) == {f"food:{idli}": 'idli\n{"name":"idli"}', f"food:{dosa}": 'dosa\n{"name":"dosa"}'}
    told = server.graphs[graph][f"food:{idli}"].event
    assert (told["event_kind"], told["source"], told["timestamp"]) == ("fact", "user", "2026-01-05T09:00:00+00:00")
    await carelog.record.revise(ME, idli, {"meal": "breakfast"}, revision=1)
    await carelog.record.retract(ME, dosa, revision=1)
    await forwarder_of(carelog).drain()
    assert server.contexts(graph) == {f"food:{idli}": 'idli (breakfast)\n{"name":"idli","meal":"breakfast"}'}
    await carelog.record.restore(ME, dosa, revision=2)
    await carelog.links.add(ME, idli, "related_to", dosa)
    await forwarder_of(carelog).drain()
    assert set(server.contexts(graph)) == {f"food:{idli}", f"food:{dosa}"}
    assert server.graphs[graph][f"food:{idli}"].event["related_to"] == [f"food:{dosa}"]
    asked = len(server.requests)
    await forwarder_of(carelog).drain()
    assert len(server.requests) == asked


async def test_nothing_is_sent_twice_and_each_revision_in_its_order(carelog: Carelog, server: LocusGraphServer) -> None:
    [meal] = await meals(carelog, await someone(carelog), "idli")
    for n in range(1, 4):
        await carelog.record.revise(ME, meal, {"notes": f"helping {n}"}, revision=n)
    await forwarder_of(carelog).drain()
    assert [event["payload"]["revision"] for event in server.log] == [1, 2, 3, 4]
    asked = len(server.requests)
    await forwarder_of(carelog).drain()
    assert len(server.requests) == asked


async def test_a_server_that_is_down_for_a_day_misses_nothing(
    carelog: Carelog, server: LocusGraphServer, clock: ManualClock
) -> None:
    subject = await someone(carelog)
    await meals(carelog, subject, "idli")
    await server.stop()
    for hour in range(24):
        await forwarder_of(carelog).drain()
        await meals(carelog, subject, f"dish {hour}")
        clock.advance(seconds=3600)
    await server.start()
    await forwarder_of(carelog).drain()
    assert len(server.contexts(f"home-{subject}")) == 25


async def test_another_process_goes_on_where_one_was_killed(
    opened: Opener, carelog: Carelog, server: LocusGraphServer, clock: ManualClock
) -> None:
    """Between the sending and the writing down of it: what was sent is sent again, and is the same."""
    subject = await someone(carelog)
    await meals(carelog, subject, *(f"dish {n}" for n in range(120)))
    arrived = asyncio.Event()

    async def hang(request: Request) -> Answer:
        if len(server.log) >= 70:
            arrived.set()
            await asyncio.Event().wait()
        return server.answer(request)

    server.override = hang
    killed = asyncio.create_task(forwarder_of(carelog).drain())
    await arrived.wait()
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    server.override = None
    clock.advance(seconds=3600)
    async with opened(locusgraph=forwarding(server)) as other:
        await forwarder_of(other).drain()
    assert len(server.contexts(f"home-{subject}")) == 120


async def test_a_context_that_is_occupied_is_replaced(carelog: Carelog, server: LocusGraphServer) -> None:
    subject = await someone(carelog)
    [meal] = await meals(carelog, subject, "idli")
    context, graph = f"food:{meal}", f"home-{subject}"
    server.graphs[graph] = {}
    server._store({"graph_id": graph, "context_id": context, "payload": {"data": "what it was before a restore"}})
    await forwarder_of(carelog).drain()
    assert server.contexts(graph)[context].startswith("idli")


async def test_the_servers_pace_is_kept(opened: Opener, server: LocusGraphServer, clock: ManualClock) -> None:
    async with opened(locusgraph=forwarding(server, per_minute=10)) as carelog:
        subject = await someone(carelog)
        await meals(carelog, subject, *(f"dish {n}" for n in range(25)))
        for expected in (10, 20, 25):
            await forwarder_of(carelog).drain()
            assert len(server.contexts(f"home-{subject}")) == expected
            clock.advance(seconds=60)


async def test_retry_after_is_waited_for(carelog: Carelog, server: LocusGraphServer, clock: ManualClock) -> None:
    subject = await someone(carelog)
    await meals(carelog, subject, "idli")
    server.override = lambda _: Answer(429, b"{}", {"retry-after": "120"})
    await forwarder_of(carelog).drain()
    server.override = None
    clock.advance(seconds=119)
    await forwarder_of(carelog).drain()
    assert server.contexts(f"home-{subject}") == {}
    clock.advance(seconds=2)
    await forwarder_of(carelog).drain()
    assert len(server.contexts(f"home-{subject}")) == 1


async def test_what_the_server_refuses_holds_up_nothing_and_is_tried_when_it_changes(
    carelog: Carelog, server: LocusGraphServer
) -> None:
    subject = await someone(carelog)
    bad, good = await meals(carelog, subject, "bad dish", "good dish")

    def picky(request: Request) -> Answer:
        return Answer(422, b"{}") if b"bad dish" in request.body else server.answer(request)

    server.override = picky
    await forwarder_of(carelog).drain()
    assert list(server.contexts(f"home-{subject}")) == [f"food:{good}"]
    asked = len(server.requests)
    await forwarder_of(carelog).drain()
    assert len(server.requests) == asked
    await carelog.record.revise(ME, bad, {"name": "better dish"}, revision=1)
    await forwarder_of(carelog).drain()
    assert len(server.contexts(f"home-{subject}")) == 2


async def test_what_is_erased_here_is_deleted_there(carelog: Carelog, server: LocusGraphServer) -> None:
    subject, other = await someone(carelog), await someone(carelog, "+12025550177")
    await meals(carelog, subject, "idli", "dosa")
    await meals(carelog, other, "toast")
    await forwarder_of(carelog).drain()
    await carelog.erasure.erase(ME, subject)
    await forwarder_of(carelog).drain()
    assert server.contexts(f"home-{subject}") == {}
    assert len(server.contexts(f"home-{other}")) == 1


async def test_an_entry_that_was_committed_late_is_found(
    carelog: Carelog, server: LocusGraphServer, clock: ManualClock
) -> None:
    """Its transaction began, and took its time, before others that were forwarded long since."""
    subject = await someone(carelog)
    await meals(carelog, subject, "idli")
    clock.advance(seconds=1800)
    await forwarder_of(carelog).drain()
    clock.advance(seconds=-1800)
    await meals(carelog, subject, "late dish")
    clock.advance(seconds=1801)
    await forwarder_of(carelog).drain()
    assert len(server.contexts(f"home-{subject}")) == 2


async def test_it_works_beside_the_others_and_a_wrong_secret_is_only_told(
    opened: Opener, server: LocusGraphServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(locusgraph=forwarding(server)) as carelog:
        subject = await someone(carelog)
        await meals(carelog, subject, "idli")
        monkeypatch.setenv("LOCUS_SECRET", "wrong")
        await forwarder_of(carelog).drain()
        assert "LocusGraph takes nothing now" in caplog.text
        assert "idli" not in caplog.text
        monkeypatch.setenv("LOCUS_SECRET", server.secret)
        carelog.clock.advance(seconds=60)  # type: ignore[attr-defined]
        working = asyncio.create_task(carelog.work())
        await until(lambda: bool(server.contexts(f"home-{subject}")))
        carelog.stop()
        await asyncio.wait_for(working, 30)


def test_records_are_kept_apart_unless_it_is_said_otherwise() -> None:
    plain = {"url": "https://memory.example.org", "graph": "home", "agent_secret_env": "LOCUS_SECRET"}
    with pytest.raises(ConfigurationError):
        load_settings(locusgraph=plain)
    assert load_settings(locusgraph=plain | {"one_graph": True}).locusgraph
    assert load_settings().locusgraph is None
