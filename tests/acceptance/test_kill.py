"""Nothing that was accepted is lost, and nothing is done twice, whenever a process is killed."""

import asyncio
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up

Start = Callable[..., "Up"]
Talk = Callable[["Up", str], AbstractAsyncContextManager["Client"]]
Command = Callable[..., CompletedProcess[str]]

_SENDERS: Final = 16
_DEADLINE_SECONDS: Final = 60
_SAID: Final = (
    ("Any fever?", "No, but I have had a bad headache since Monday."),
    ("What was your blood pressure?", "It was 128 over 82 this morning."),
    ("Are you taking anything?", "Metformin 500 mg twice a day, and I slept six hours."),
    ("Would Tuesday suit you?", "Tuesday is fine, thank you."),
)


def call(number: int) -> dict[str, Any]:
    """A short call with one of twenty patients."""
    start = "2026-01-05T09:00:00+00:00"
    return {
        "vcon": "0.4.0",
        "uuid": f"019b8d4a-8000-8000-8000-{number:012x}",
        "created_at": start,
        "parties": [
            {"name": "Larch Clinic", "role": "agent"},
            {"name": f"Patient {number % 20}", "tel": f"+1202555{100 + number % 20:04d}", "role": "patient"},
        ],
        "dialog": [
            {
                "type": "text",
                "start": start,
                "parties": party,
                "mediatype": "text/plain",
                "encoding": "none",
                "body": said,
            }
            for party, said in enumerate(_SAID[number % len(_SAID)])
        ],
    }


async def hand_in(client: "Client", calls: Iterable[dict[str, Any]], answered: dict[str, int]) -> None:
    """Hand calls in, several at once, and note each answer, until all are handed in or nobody answers any more."""
    waiting = iter(calls)

    async def sender() -> None:
        for one in waiting:
            try:
                answer = await client.http.post("/api/conversations", json=one)
            except httpx.TransportError:
                return
            assert answer.status_code in (200, 201), answer.text
            answered[one["uuid"]] = answer.status_code

    await asyncio.gather(*(sender() for _ in range(_SENDERS)))


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        await asyncio.sleep(0.01)


def ledger(data: Path) -> Counter[str]:
    """How many runs are in each state, read from the file itself."""
    with closing(sqlite3.connect(data / "carelog.db")) as connection:
        return Counter(dict(connection.execute("SELECT state, count(*) FROM run GROUP BY state")))


def written(folder: Path, calls: Iterable[dict[str, Any]]) -> Path:
    """The calls as files."""
    folder.mkdir()
    for one in calls:
        (folder / f"{one['uuid']}.json").write_text(json.dumps(one))
    return folder


def extracted(command: Command, folder: Path) -> Counter[str]:
    """How many entries there are in each call, from the command that has no database."""
    lines = command("extract", str(folder)).stdout.splitlines()
    return Counter(json.loads(line)["conversation"] for line in lines)


async def check_all_done(client: "Client", calls: list[dict[str, Any]], entries: Counter[str]) -> None:
    """Every call is there, its one run is finished, and its entries are in the record exactly once."""
    wanted = Counter(one["uuid"] for one in calls)
    assert Counter(one["id"] for one in await client.pages("/api/conversations")) == wanted
    runs = await client.pages("/api/runs")
    assert Counter(run["conversation_id"] for run in runs) == wanted
    assert {run["state"] for run in runs} == {"finished"}
    found: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    for subject in await client.pages("/api/subjects"):
        for entry in await client.pages(f"/api/subjects/{subject['id']}/entries"):
            found[entry["evidence"][0]["conversation"]] += 1
            facts[json.dumps([entry["type"], entry["payload"], entry["evidence"]])] += 1
    assert found
    assert found == entries
    assert set(facts.values()) == {1}


async def test_a_kill_at_any_moment_loses_nothing_and_repeats_nothing(
    start: Start, talk: Talk, command: Command, key: str, tmp_path: Path
) -> None:
    calls = [call(number) for number in range(2000)]
    folder = written(tmp_path / "calls", calls)
    first: dict[str, int] = {}

    # Killed while it takes in, and works.
    up = start()
    async with talk(up, key) as client:
        sending = asyncio.create_task(hand_in(client, calls, first))
        await until(lambda: len(first) >= 300 or sending.done())
        up.kill()
        await sending
    assert len(first) < len(calls)
    assert set(first.values()) == {201}

    # What was not answered is handed in again, and more; nobody works meanwhile.
    up = start("--no-worker")
    again: dict[str, int] = {}
    async with talk(up, key) as client:
        await hand_in(client, (one for one in calls[:600] if one["uuid"] not in first), again)
    assert up.terminate() == 0
    assert len(first) + len(again) == 600
    # Then all of them, as files: whatever was answered with a 2xx is there.
    told = map(json.loads, command("ingest", "--no-wait", "--json", str(folder)).stdout.splitlines())
    statuses = {one["conversation"]: one["status"] for one in told}
    assert {uuid for uuid, status in statuses.items() if status == "duplicate"} == {*first, *again}
    assert len(statuses) == len(calls)

    # Killed with runs in hand.
    up = start()
    await until(lambda: ledger(tmp_path / "data")["running"] > 0)
    up.kill()
    left = ledger(tmp_path / "data")
    assert left["queued"] + left["running"] > 0, "it was killed too late for this to prove anything"

    # Two processes share what is left.
    up, _ = start(), start()
    async with talk(up, key) as client:
        await client.until_idle()
        await check_all_done(client, calls, extracted(command, folder))


async def test_sigterm_ends_it_in_good_order(
    start: Start, talk: Talk, command: Command, key: str, tmp_path: Path
) -> None:
    calls = [call(number) for number in range(300)]
    answered: dict[str, int] = {}
    up = start()
    async with talk(up, key) as client:
        await hand_in(client, calls, answered)
    assert up.terminate() == 0
    assert up.printed.endswith("Carelog has stopped.\n")
    assert '"level":"ERROR"' not in up.errors.read_text()
    left = ledger(tmp_path / "data")
    assert left["running"] == 0, "runs were left in the hands of nobody"
    assert left["queued"] + left["finished"] == len(calls)

    async with talk(start(), key) as client:
        await client.until_idle()
        await check_all_done(client, calls, extracted(command, written(tmp_path / "calls", calls)))
