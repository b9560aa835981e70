"""Health over HTTP for a process that serves nothing else: `carelog worker --health-port`."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from carelog import __version__
from carelog.api.health import check_database
from carelog.api.metrics import metrics_route
from carelog.api.shapes import Check, HealthOut
from carelog.app import Carelog
from carelog.cli.server import served
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


def health_told(
    carelog: Carelog, supervisor: Supervisor, listening: socket.socket
) -> AbstractAsyncContextManager[object]:
    """Serve the health of worker processes, and the metrics, while the block runs."""
    keyring = None if carelog.settings.metrics_public else carelog.keyring
    metrics = metrics_route(carelog.health, carelog.clock, keyring)
    return served(health_app(lambda: _checks(carelog, supervisor), [metrics]), listening)


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
