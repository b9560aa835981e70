"""Traces: one from the request to the last link, as a collector gets it; when off, none, and nothing is loaded."""

import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from collector import Collector, Span
from door import Door, make_vcon
from forking import ForkedScript

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.pipeline import LinkError, Outcome, PermanentLinkError, Work
from carelog.pipeline.submission import CHANNELS
from carelog.telemetry.trace_context import trace_id

Scripted = Callable[[str, Callable[[Work], Outcome]], None]
Traced = Callable[..., AbstractAsyncContextManager[Door]]

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as listening:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", listening.address)
        yield listening


@pytest.fixture
def traced(opened: Callable[..., AbstractAsyncContextManager[Carelog]], collector: Collector) -> Traced:
    """Opens a Carelog whose traces have all come to the collector once it is closed."""
    chains = {
        "record": {"channels": list(CHANNELS), "links": [{"tag": {"tags": ["seen"]}}, {"scripted": {"does": "step"}}]}
    }

    @asynccontextmanager
    async def open_traced(**changes: object) -> AsyncIterator[Door]:
        async with opened(**{"chains": chains, "otel": True, **changes}) as carelog, AsyncExitStack() as clients:
            yield Door(carelog, carelog.api(), clients)

    return open_traced


async def hand_in(door: Door, *said: str, **headers: str) -> UUID:
    """The run of a conversation that was handed in."""
    client = await door.client(await door.key())
    answer = await client.post("/api/conversations", json=make_vcon(*said), headers=headers)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["runs"][0])


def of_trace(collector: Collector, trace: str) -> dict[str, Span]:
    return {span.name: span for span in collector.spans if span.trace == trace}


async def test_one_trace_leads_from_the_request_to_the_last_link(
    traced: Traced, collector: Collector, scripted: Scripted
) -> None:
    scripted("step", lambda _: Outcome())
    async with traced() as door:
        run = await hand_in(door, "I feel dizzy.", traceparent=CALLER)
        await door.carelog.worker.drain()
        stored = await door.carelog.runs.get(operator(), run)

    spans = of_trace(collector, TRACE)
    assert set(spans) == {"hand_in", "accept", "link tag", "link scripted"}
    request = spans.pop("hand_in")
    assert request.parent == CALLER.split("-")[2]
    assert request.attributes == {"http.response.status_code": 201}
    assert {span.parent for span in spans.values()} == {request.id}
    assert stored.trace == f"00-{TRACE}-{request.id}-01"
    assert spans["link tag"].attributes == {
        "carelog.chain": "record",
        "carelog.link": "tag",
        "carelog.run": str(run),
        "carelog.conversation": str(stored.conversation_id),
    }
    assert request.service["service.name"] == "carelog"
    order = [spans[name] for name in ("accept", "link tag", "link scripted")]
    assert all(span.began <= span.ended for span in (*order, request))
    assert order[0].ended <= order[1].ended <= order[2].began


async def test_the_trace_goes_on_to_the_storages(
    traced: Traced, collector: Collector, scripted: Scripted, tmp_path: Path
) -> None:
    scripted("step", lambda _: Outcome())
    chain = {"channels": list(CHANNELS), "links": [{"tag": {"tags": ["seen"]}}], "storages": ["archive"]}
    storages = {"archive": {"type": "files", "path": str(tmp_path / "archive")}}
    async with traced(chains={"record": chain}, storages=storages) as door:
        run = await hand_in(door, traceparent=CALLER)
        await door.carelog.worker.drain()
        await door.carelog.copier.drain()
    spans = of_trace(collector, TRACE)
    assert set(spans) == {"hand_in", "accept", "link tag", "storage archive"}
    assert spans["storage archive"].parent == spans["hand_in"].id
    assert spans["storage archive"].attributes["carelog.run"] == str(run)
    assert spans["link tag"].ended <= spans["storage archive"].began


async def test_each_run_of_a_batch_has_its_spans_in_its_own_trace(
    traced: Traced, collector: Collector, scripted: Scripted
) -> None:
    def does(work: Work) -> Outcome:
        if "fails" in str(work.conversation.document["dialog"]):
            raise LinkError("no")
        return Outcome()

    scripted("step", does)
    async with traced() as door:
        well, ill = await hand_in(door, "All is well."), await hand_in(door, "It fails.")
        traces = {run: trace_id((await door.carelog.runs.get(operator(), run)).trace) for run in (well, ill)}
        await door.carelog.worker.step()

    assert traces[well] != traces[ill]
    for run, failed in ((well, False), (ill, True)):
        spans = of_trace(collector, str(traces[run]))
        assert spans["link scripted"].attributes["carelog.run"] == str(run)
        assert spans["link scripted"].failed == failed
        assert spans["link scripted"].attributes.get("error.type") == ("LinkError" if failed else None)
        assert spans["hand_in"].parent == ""


async def test_what_the_caller_does_not_record_is_not_sent(
    traced: Traced, collector: Collector, scripted: Scripted
) -> None:
    scripted("step", lambda _: Outcome())
    async with traced() as door:
        run = await hand_in(door, traceparent=f"{CALLER[:-2]}00")
        await door.carelog.worker.drain()
        assert trace_id((await door.carelog.runs.get(operator(), run)).trace) == TRACE
    assert of_trace(collector, TRACE) == {}


async def test_spans_tell_nothing_of_a_conversation(traced: Traced, collector: Collector, scripted: Scripted) -> None:
    scripted("step", lambda _: Outcome())
    async with traced() as door:
        await hand_in(door, "I feel dizzy.")
        await door.carelog.worker.drain()
        client = await door.client(await door.key())
        await client.get("/api/conversations", params={"tel": "+912224449000", "q": "dizzy", "name": "Asha"})
    sent = b"".join(collector.bodies)
    assert b"link scripted" in sent
    for secret in (b"dizzy", b"Asha", b"2224449000"):
        assert secret not in sent


async def test_a_collector_that_is_down_holds_nothing_up(
    traced: Traced, collector: Collector, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    scripted("step", lambda _: Outcome())
    async with traced() as door:
        run = await hand_in(door)
        await door.carelog.worker.drain()
        assert (await door.carelog.runs.get(operator(), run)).state == "finished"


async def test_a_run_knows_its_trace_when_nothing_is_traced(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]], collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "carelog")
    async with opened() as carelog, AsyncExitStack() as clients:
        door = Door(carelog, carelog.api(), clients)
        given, made = await hand_in(door, traceparent=CALLER), await hand_in(door)
        traces = [(await carelog.runs.get(operator(), run)).trace for run in (given, made)]
    assert traces[0] == CALLER
    assert trace_id(traces[1]) not in (None, TRACE)
    logged = [vars(record) for record in caplog.records if record.message == "request"]
    assert [record["trace_id"] for record in logged] == [trace_id(trace) for trace in traces]
    assert collector.bodies == []


async def test_who_only_looks_whether_all_is_well_is_not_traced(traced: Traced, collector: Collector) -> None:
    async with traced() as door:
        client = await door.client(await door.key())
        for path in ("/health/live", "/health", "/metrics", "/api/runs"):
            assert (await client.get(path)).status_code == 200
    assert [span.name for span in collector.spans] == ["list_runs"]


async def test_the_standard_switch_turns_traces_off_too(
    traced: Traced, collector: Collector, monkeypatch: pytest.MonkeyPatch, scripted: Scripted
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    scripted("step", lambda _: Outcome())
    async with traced() as door:
        given, made = await hand_in(door, traceparent=CALLER), await hand_in(door)
        await door.carelog.worker.drain()
        traces = [(await door.carelog.runs.get(operator(), run)).trace for run in (given, made)]
    assert traces[0] == CALLER
    assert trace_id(traces[1])
    assert collector.bodies == []


async def test_a_dead_letter_is_logged_with_its_trace_and_link(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]], scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    def gives_up(_: Work) -> Outcome:
        raise PermanentLinkError("no")

    scripted("step", gives_up)
    chain = {"channels": list(CHANNELS), "links": [{"scripted": {"does": "step"}}]}
    async with opened(chains={"record": chain}) as carelog, AsyncExitStack() as clients:
        run = await hand_in(Door(carelog, carelog.api(), clients), traceparent=CALLER)
        await carelog.worker.drain()
    [logged] = [vars(record) for record in caplog.records if record.message == "a run became a dead letter"]
    assert (logged["run"], logged["chain"], logged["link"]) == (str(run), "record", "scripted")
    assert (logged["code"], logged["trace_id"]) == ("link.refused", TRACE)


# A conversation is handed in and worked on to its end, then one over the API.
OFF = """
import asyncio, json, sys
from pathlib import Path
import httpx
from carelog.app import open_carelog
from carelog.identity import operator
from carelog.pipeline.submission import read_transcript
from carelog.settings import Settings

def loaded(*names):
    return [name for name in sys.modules if name.startswith(names)]

async def main():
    async with open_carelog(Settings(data_dir=Path(sys.argv[1]))) as carelog:
        await carelog.intake.accept(operator(), [read_transcript("Patient: I feel well.", carelog.clock)])
        await carelog.worker.drain()
        before = loaded("opentelemetry")

        key = await carelog.keyring.add("test")
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/plain"}
        transport = httpx.ASGITransport(carelog.api())
        async with httpx.AsyncClient(transport=transport, base_url="http://carelog.test", headers=headers) as client:
            answer = await client.post("/api/conversations", content="Patient: I feel dizzy.")
            assert answer.status_code == 201, answer.text
            answer = await client.get("/api/conversations", params={"q": "dizzy"})
            assert answer.status_code == 200, answer.text
        await carelog.worker.drain()
        # FastAPI itself loads the interface of OpenTelemetry, which does nothing without these.
        return before + loaded("opentelemetry.sdk", "opentelemetry.exporter")
"""


def test_when_off_opentelemetry_is_not_loaded_and_nothing_is_sent(collector: Collector, tmp_path: Path) -> None:
    program = OFF + "print(json.dumps(asyncio.run(main())))"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
    assert collector.bodies == []


# A program that Carelog is a part of has telemetry of its own, which FastAPI would use unasked.
SURROUNDED = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
asyncio.run(main())
Path(sys.argv[2]).write_text(json.dumps([span.to_json() for span in exporter.get_finished_spans()]))
"""


def test_when_off_no_other_telemetry_gets_hold_of_search_terms(tmp_path: Path) -> None:
    spans = tmp_path / "spans"
    assert ForkedScript(OFF + SURROUNDED, str(tmp_path / "data"), str(spans)).wait() == 0
    assert json.loads(spans.read_text()) == []
