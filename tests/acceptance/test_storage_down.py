"""A storage that is down holds up nothing and loses nothing, also when a worker is killed as it catches up."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final

import pytest
from installation import EGRESS, Installation, until
from short_calls import calls
from small_http import Asked, answer, serving
from sqlalchemy import select

from carelog.db import Database
from carelog.pipeline.storage_copy import CopyState
from carelog.pipeline.tables import copy

Install = Callable[..., AbstractAsyncContextManager[Installation]]

_CALLS: Final = 300
_BATCH: Final = 25

# One post after another, so that the order can be seen.
_CONFIG: Final = """
storages:
  near: {{type: files, path: {near}}}
  far:
    type: webhook
    url: http://127.0.0.1:{port}/
    secret: whsec_bWFkZSB1cCBmb3IgdGhlc2UgdGVzdHMsIG5vIGtleQ==
    at_once: 1
chains:
  record: {{channels: [vcon], links: [extract], storages: [near, far], egress_lists: [{egress}]}}
"""


class Receiver:
    """The other end of the webhook: `arrived` are the conversations that it said 204 to, in order, and `refused`
    counts the others."""

    def __init__(self) -> None:
        self.down = True
        self.refused = 0
        self.arrived: list[str] = []

    def __call__(self, asked: Asked) -> bytes:
        if self.down:
            self.refused += 1
            return answer(503)
        self.arrived.append(asked.json["data"]["conversation"])
        return answer(204)

    async def until_arrived(self, count: int) -> None:
        await until(lambda: len(set(self.arrived)) >= count)


def kept(folder: Path) -> set[str]:
    """The conversations of which a copy is in the folder."""
    return {path.name.partition(".")[0] for path in folder.rglob("*.json")}


async def queued_for_far(url: str) -> list[str]:
    """The conversations that are to go there and have used up no try, in the order in which they were queued."""
    database = Database(url)
    async with database.read() as connection:
        rows = await connection.execute(
            select(copy.c.conversation_id)
            .where(copy.c.storage == "far", copy.c.state == CopyState.QUEUED, copy.c.tries == 0)
            .order_by(copy.c.id)
        )
        queued = [str(id_) for id_ in rows.scalars()]
    await database.close()
    return queued


async def test_the_backlog_of_a_storage_arrives_in_order(
    install: Install, health_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARELOG_STORAGE_BATCH", str(_BATCH))
    url, near = health_url("sqlite"), tmp_path / "near"
    receiver = Receiver()
    handed = calls(_CALLS)
    everyone = {one["uuid"] for one in handed}
    async with serving(receiver) as server:
        config = _CONFIG.format(near=near, port=server.port, egress=EGRESS)
        async with install(url, config=config) as installation:
            await installation.hand_in(handed)
            await installation.until_over(_CALLS)

            await until(lambda: kept(near) == everyone and receiver.refused > 0)
            backlog = await queued_for_far(url)
            assert set(backlog) == everyone
            async with installation.talk() as client:
                assert await client.popped(EGRESS) == []

                receiver.down = False
                await receiver.until_arrived(_CALLS // 3 + _BATCH // 2)
                installation.workers.kill()
                announced = await client.popped(EGRESS)
                assert announced, "the worker was killed too early for this to prove anything"
                assert set(announced) <= set(receiver.arrived)
                assert len(set(receiver.arrived)) < _CALLS, "the worker was killed too late"

                await installation.start_workers()
                await receiver.until_arrived(_CALLS)

                async def all_announced() -> bool:
                    announced.extend(await client.popped(EGRESS))
                    return len(announced) >= _CALLS

                await until(all_announced)
    assert Counter(announced) == Counter(backlog)
    assert list(dict.fromkeys(receiver.arrived)) == backlog
    assert len(receiver.arrived) <= _CALLS + _BATCH, "more was sent again than what the worker had in hand"
