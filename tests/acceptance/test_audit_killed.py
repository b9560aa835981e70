"""Who looked is in the audit trail, also when the process is killed right after it has answered."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from short_calls import calls

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up

Start = Callable[..., "Up"]
Talk = Callable[["Up", str], AbstractAsyncContextManager["Client"]]
Command = Callable[..., str]


def left_in_spool(folder: Path) -> list[Path]:
    return list((folder / "data" / "audit").iterdir())


@pytest.mark.parametrize("options", [(), ("--servers", "2")], ids=["one process", "two processes"])
async def test_a_look_outlives_the_process_that_allowed_it(
    start: Start, talk: Talk, command: Command, key: str, tmp_path: Path, options: Sequence[str]
) -> None:
    up = start("--no-worker", *options)
    answered: set[str] = set()
    [call] = calls(1)
    async with talk(up, key) as client:
        receipt = await client.http.post("/api/conversations", json=call)
        assert receipt.status_code == 201, receipt.text
        answered.add(receipt.headers["X-Request-ID"])
    for _ in range(8):
        # A connection each, so that each of the processes takes some.
        async with talk(up, key) as client:
            answer = await client.http.get(receipt.headers["Location"])
            assert answer.status_code == 200, answer.text
            answered.add(answer.headers["X-Request-ID"])
    up.kill()

    listed = json.loads(command("audit", "list", "--limit", "200", "--json"))
    kept = [(event["request_id"], event["action"]) for event in listed if event["request_id"]]
    assert answered <= {request for request, _ in kept}
    assert len(kept) == len(set(kept)), "a look is in the trail twice"
    command("audit", "verify")
    assert left_in_spool(tmp_path) == []


async def test_nothing_is_left_in_the_spool_at_an_end_in_good_order(
    start: Start, talk: Talk, key: str, tmp_path: Path
) -> None:
    up = start("--no-worker")
    async with talk(up, key) as client:
        assert (await client.http.post("/api/conversations", json=calls(1)[0])).status_code == 201
    assert up.terminate() == 0
    assert left_in_spool(tmp_path) == []
