"""How AI endpoints fare, as operators read it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from uuid import uuid4

from door import Door

from carelog.ai.tables import ai_breaker
from carelog.app import Carelog
from carelog.db.breakers import Breakers, SharedStates
from carelog.identity import SCOPES
from carelog.kit.breaker import FAILURES, Verdict
from carelog.kit.clock import ManualClock

URL = "http://127.0.0.1:9/v1"
NAMED = {"far": {"url": URL, "roles": ["chat"]}, "idle": {"url": URL}, "near": {"url": URL}}


async def test_operators_see_how_each_endpoint_fares(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]], clock: ManualClock
) -> None:
    async with opened(ai_endpoints=NAMED) as carelog, AsyncExitStack() as clients:
        breakers = Breakers(SharedStates(carelog.health, ai_breaker), clock)
        for endpoint, verdict in (("far", Verdict.FAILED), ("near", Verdict.ANSWERED), ("gone", Verdict.ANSWERED)):
            for _ in range(FAILURES):
                await breakers.leave(endpoint, await breakers.enter(endpoint, timedelta(seconds=9)), verdict)
        clock.advance(seconds=20)
        door = Door(carelog, carelog.api(), clients)
        operator = await door.client(await door.key(scopes=["metrics:read"]))
        assert (await operator.get("/api/ai-endpoints")).json() == [
            {"name": "far", "roles": ["chat"], "breaker": {"state": "open", "failures": 5, "retry_in_seconds": 40}},
            {"name": "idle", "roles": [], "breaker": None},
            {"name": "near", "roles": [], "breaker": {"state": "closed", "failures": 0, "retry_in_seconds": None}},
        ]


async def test_others_do_not_see_them(door: Door) -> None:
    of_one_record = await door.key(subjects=[uuid4()])
    for key in (of_one_record, await door.key(scopes=sorted(set(SCOPES) - {"metrics:read"}))):
        refused = await (await door.client(key)).get("/api/ai-endpoints")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
