"""A receiver of webhooks that hangs holds up nothing and loses nothing, also when workers are killed meanwhile."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

import pytest
from installation import Installation, until
from short_calls import calls
from small_http import Asked, answer, serving

from carelog.pipeline.run import RunState

Install = Callable[..., AbstractAsyncContextManager[Installation]]

_CALLS: Final = 120

_CONFIG: Final = """
chains:
  record: {{channels: [vcon], links: [extract]}}
  told:
    channels: [vcon]
    max_tries: 5
    links:
      - webhook: {{urls: ["http://127.0.0.1:{port}/"], secret_env: HOOK_SECRET, timeout_seconds: 1}}
"""


class Receiver:
    """The other end: it hangs, then takes what comes. `arrived` are the ids of messages by conversation."""

    def __init__(self) -> None:
        self.hangs = True
        self.tries = 0
        self.arrived: defaultdict[str, set[str]] = defaultdict(set)

    def __call__(self, asked: Asked) -> bytes | None:
        self.tries += 1
        if self.hangs:
            return None
        self.arrived[asked.json["data"]["conversation"]].add(asked.headers["webhook-id"])
        return answer(204)


async def test_what_a_receiver_missed_arrives_also_after_its_workers_were_killed(
    install: Install, health_url: Callable[[str], str], dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "whsec_bWFkZSB1cCBmb3IgdGhlc2UgdGVzdHMsIG5vIGtleQ==")
    monkeypatch.setenv("CARELOG_LEASE_SECONDS", "2")
    receiver = Receiver()
    handed = calls(_CALLS)
    async with serving(receiver) as server:
        config = _CONFIG.format(port=server.port)
        async with install(health_url(dialect), config=config) as installation:
            await installation.hand_in(handed)
            await until(lambda: receiver.tries > 0)
            await installation.until_over(_CALLS)  # the other chain does not wait for it
            tries = receiver.tries
            await installation.kill_workers()
            await until(lambda: receiver.tries > tries)

            receiver.hangs = False
            await installation.until_over(2 * _CALLS)
            assert await installation.runs() == {RunState.FINISHED: 2 * _CALLS}
    assert receiver.arrived.keys() == {one["uuid"] for one in handed}
    assert all(len(ids) == 1 for ids in receiver.arrived.values()), "a receiver can tell what it had before"
