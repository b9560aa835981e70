"""Health over HTTP, of a process that serves nothing else: `carelog worker --health-port`."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from carelog import __version__
from carelog.api.health import check_database
from carelog.api.metrics import metrics_route
from carelog.api.shapes import Check, HealthOut
from carelog.app import Carelog
from carelog.cli.server import server_of
from carelog.cli.supervisor import Supervisor

Checks = Callable[[], Awaitable[list[Check]]]


def health_app(checks: Checks, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """`/health/live` and `/health/ready` answer as those of the API do; `routes` are served beside them."""

    async def live(_: Request) -> Response:
        return _answer(HealthOut(status="ok", version=__version__))

    async def ready(_: Request) -> Response:
        made = await checks()
        sound = all(check.ok for check in made)
        return _answer(HealthOut(status="ok" if sound else "failing", version=__version__, checks=made))

    return Starlette(routes=[Route("/health/live", live), Route("/health/ready", ready), *routes])


@asynccontextmanager
async def health_told(carelog: Carelog, supervisor: Supervisor, listening: socket.socket) -> AsyncIterator[None]:
    """Tell the health of worker processes, and the metrics, beside the block."""
    keyring = None if carelog.settings.metrics_public else carelog.keyring
    metrics = metrics_route(carelog.health, carelog.clock, keyring)
    server = server_of(health_app(lambda: _checks(carelog, supervisor), [metrics]))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _checks(carelog: Carelog, supervisor: Supervisor) -> list[Check]:
    silent = supervisor.silent()
    detail = f"{silent} not heard of lately" if silent else None
    workers = Check(name="workers", ok=not silent, detail=detail)
    return [workers, await check_database("health", carelog.health)]


def _answer(health: HealthOut) -> Response:
    return Response(
        health.model_dump_json(),
        status_code=200 if health.status == "ok" else 503,
        media_type="application/json",
    )
