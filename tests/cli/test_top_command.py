"""`carelog top`: true numbers in a frame, in JSON, and rates from what workers say of themselves."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from made_up import submission
from rich.console import Console

from carelog.app import Carelog, open_carelog
from carelog.cli.overview import Rates, Sample, as_json, frame, rates
from carelog.identity import operator
from carelog.kit.breaker import BreakerState
from carelog.kit.ids import new_id
from carelog.pipeline.gauges import DeadGauge, EndpointGauge, Gauges, LaneGauge, ReceiverGauge, StorageGauge
from carelog.pipeline.run import Lane
from carelog.pipeline.tables import run as table
from carelog.pipeline.workers import WorkerRow, WorkerState, beat
from carelog.settings import load_settings

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

Command = Callable[..., "Ran"]

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def worker(**changes: Any) -> WorkerRow:
    row = WorkerRow(
        id=new_id(),
        host="north-1",
        pid=4711,
        state=WorkerState.WORKING,
        in_hand=50,
        done=12_000,
        failed=3,
        started_at=NOW - timedelta(hours=1),
        seen_at=NOW,
    )
    return replace(row, **changes)


def sample(*workers: WorkerRow, at: datetime = NOW, ingested: int = 0, **gauges: Any) -> Sample:
    whole = Gauges(at=at, lanes=tuple(map(LaneGauge, Lane)), dead=(), storages=())
    return Sample(replace(whole, **gauges), workers, ingested)


def shown(*samples: Sample, trouble: str | None = None) -> str:
    console = Console(width=140)
    with console.capture() as captured:
        console.print(frame(samples, trouble=trouble))
    return captured.get()


def test_rates_are_of_the_time_between_two_tellings_of_each_worker() -> None:
    one, two = worker(), worker(done=7, failed=0)
    later = NOW + timedelta(seconds=9)
    samples = [
        sample(one, two),
        sample(
            replace(one, done=12_600, failed=9, seen_at=NOW + timedelta(seconds=6)),
            replace(two, done=16, seen_at=later),
            worker(done=900),  # it was not there before: how fast it was is not known yet
            at=later,
            ingested=250,
        ),
    ]
    assert rates(samples) == Rates(ingested=25, finished=101, failed=1)


def test_there_is_no_rate_in_the_first_frame_and_none_of_a_worker_that_is_gone() -> None:
    one = worker()
    assert rates([sample(one, ingested=10)]) == Rates(ingested=1, finished=None, failed=None)
    silent = [
        sample(one),
        sample(replace(one, done=99_999, seen_at=NOW + timedelta(seconds=1)), at=NOW + timedelta(seconds=60)),
    ]
    assert rates(silent) == Rates(ingested=0, finished=0, failed=0)


def test_a_frame_says_what_waits_who_works_and_what_is_wrong() -> None:
    text = shown(
        sample(
            worker(),
            worker(pid=4712, state=WorkerState.IDLE, seen_at=NOW - timedelta(seconds=20)),
            lanes=(
                LaneGauge(Lane.URGENT),
                LaneGauge(Lane.ROUTINE, queued=1234, due=1200, running=50, oldest_seconds=95),
                LaneGauge(Lane.BULK),
            ),
            dead=(DeadGauge("record", "webhook", 7),),
            storages=(
                StorageGauge(
                    "archive",
                    queued=40,
                    oldest_seconds=7300,
                    troubles=3,
                    retry_in_seconds=8,
                    error_code="storage.unreachable",
                ),
                StorageGauge("search"),
            ),
            endpoints=(
                EndpointGauge("careful", BreakerState.OPEN, retry_in_seconds=40),
                EndpointGauge("default", BreakerState.CLOSED, failures=2),
            ),
            receivers=(ReceiverGauge("hooks.example.org#1f2e3d4c", BreakerState.OPEN, 7, retry_in_seconds=20),),
        ),
        trouble="the database does not answer",
    )
    rows = [re.sub(r"\s{2,}", "  ", line).strip() for line in text.splitlines()]
    for row in (
        "2026-01-05 09:00:00 UTC  ingested 0.0/s  finished -  failed -",
        "the database does not answer",
        "routine  1,234  1,200  50  1 min",
        "urgent  0  0  0  -",
        "north-1  4711  working  50  12,000  3  0 s ago",
        "north-1  4712  idle  50  12,000  3  20 s ago",
        "record  webhook  7",
        "archive  40  0  2 h  down: storage.unreachable, tried again in 8 s",
        "search  0  0  -  up",
        "careful  0  open, asked again in 40 s",
        "default  2  closed",
        "hooks.example.org#1f2e3d4c  7  open, asked again in 20 s",
    ):
        assert row in rows, text


def test_the_same_stands_in_the_json() -> None:
    one = worker()
    told = as_json([sample(one, dead=(DeadGauge("gone", None, 1),), ingested=20)])
    assert json.loads(json.dumps(told)) == told
    assert told["rates"] == {"ingested": 2.0, "finished": None, "failed": None}
    assert [lane["lane"] for lane in told["lanes"]] == ["urgent", "routine", "bulk"]
    assert told["workers"][0] | {"id": str(one.id), "pid": 4711, "done": 12_000} == told["workers"][0]
    assert told["dead"] == [{"chain": "gone", "link": None, "runs": 1}]


async def fill(carelog: Carelog) -> None:
    """Three conversations; one run is dead; a worker was there a moment ago."""
    receipts = await carelog.intake.accept(operator(), [submission(tel=f"+1202555{n:04}") for n in range(3)])
    async with carelog.health.write() as connection:
        await connection.execute(table.update().where(table.c.id == receipts[0].runs[0]).values(state="dead"))
        now = carelog.clock.now()
        await beat(connection, worker(started_at=now, seen_at=now))


def test_the_command_shows_what_is_in_the_database(carelog_command: Command) -> None:
    async def prepare() -> None:
        async with open_carelog(load_settings()) as carelog:
            await fill(carelog)

    asyncio.run(prepare())
    ran = carelog_command("top", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["rates"]["ingested"] == 0.3
    assert {lane["lane"]: lane["queued"] for lane in told["lanes"]} == {"urgent": 0, "routine": 2, "bulk": 0}
    assert told["dead"] == [{"chain": "record", "link": "transcribe", "runs": 1}]
    assert [one["pid"] for one in told["workers"]] == [4711]

    for options in (("--once",), ()):  # without a terminal there is one frame
        ran = carelog_command("top", *options)
        assert ran.code == 0, ran.err
        assert re.search(r"^routine +2 +2 +0 ", ran.out, re.M)
        assert re.search(r"^north-1 +4711 +working ", ran.out, re.M)
        assert re.search(r"^record +transcribe +1$", ran.out, re.M)
        assert "\x1b" not in ran.out


def test_on_a_terminal_it_is_drawn_again_and_again_until_it_is_interrupted() -> None:
    ours, theirs = os.openpty()
    try:
        command = [sys.executable, "-m", "carelog", "top"]
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
            os.close(theirs)
            drawn = b""
            try:
                while drawn.count(b"ingested") < 3:
                    drawn += os.read(ours, 65536)
                process.send_signal(signal.SIGINT)
                with suppress(OSError):  # what Linux says of a terminal that nobody writes to any more
                    while more := os.read(ours, 65536):
                        drawn += more
                assert process.wait(20) == 0
            finally:
                process.kill()
    finally:
        os.close(ours)
    assert b"routine" in drawn
    assert b"Traceback" not in drawn
