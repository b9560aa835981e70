"""A process that is killed while it brings copies to a storage: none is lost, and each is announced once."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from forking import ForkedScript
from stored import ME, pass_through, states, storing
from waiting import until

from carelog.kit.clock import ManualClock
from carelog.settings import Settings

Opened = Callable[..., Any]

# Brings copies to their storages, a few at a time, until it is killed.
PUMP = """
import asyncio, json, sys
from datetime import datetime
from carelog.app import open_carelog
from carelog.kit.clock import ManualClock
from carelog.settings import Settings

async def pump():
    settings, now = Settings(**json.loads(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
    async with open_carelog(settings, ManualClock(now)) as carelog:
        await carelog.copier.drain()

asyncio.run(pump())
"""


def start_pump(settings: str, now: datetime) -> ForkedScript:
    return ForkedScript(PUMP, settings, now.isoformat())


async def test_nothing_is_lost_when_the_process_is_killed(
    opened: Opened, settings: Settings, clock: ManualClock, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    changes = {
        "storages": {"disk": {"type": "files", "path": str(folder)}},
        "chains": {"record": storing("disk", egress=("done",))},
        "storage_batch": 3,
    }

    def files() -> set[str]:
        return {path.name[:36] for path in folder.rglob("*.json")}

    def at_least(count: int, pump: ForkedScript) -> Callable[[], bool]:
        return lambda: len(files()) >= count or pump.poll() is not None

    async with opened(**changes) as carelog:
        ids = await pass_through(carelog, 120)
        killed = 0
        for count in (20, 60):
            pump = start_pump(json.dumps({**settings.model_dump(mode="json"), **changes}), clock.now())
            try:
                await until(at_least(count, pump))
                killed += pump.poll() is None
            finally:
                pump.kill()
                pump.wait()
            clock.advance(seconds=60)
        assert killed
        await carelog.copier.drain()
        assert files() == {str(id_) for id_ in ids}
        assert await states(carelog) == {"disk": ["stored"] * 120}
        assert sorted(await carelog.egress.pop(ME, "done", 1000)) == sorted(ids)
