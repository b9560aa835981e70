"""Puts the conserver's paths together, beside the API: with and without the prefix `/api`."""

from dataclasses import dataclass, field
from typing import Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carelog import __version__
from carelog.api.auditing import Auditing
from carelog.api.conserver import configuration, dead_letters, lists, vcons, watching
from carelog.api.conserver.access import ConserverOptions
from carelog.api.conserver.answers import install_answers, refusal
from carelog.api.failures import Failures
from carelog.api.limits import BodyLimit
from carelog.api.services import Services

_PREFIX = "/api"
# Its order counts: /vcon/egress and its like are no ids.
_ROUTERS = tuple(module.router for module in (lists, vcons, dead_letters, configuration, watching))

ROUTES: Final = tuple(route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute))
"""Every operation of the conserver's."""

_FIRST_WORDS: Final = frozenset(route.path.split("/")[1] for route in ROUTES)


@dataclass(frozen=True, slots=True)
class Contract:
    """Sends requests for the conserver's paths to it, and all others on to the API."""

    app: ASGIApp
    contract: FastAPI = field(repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(_PREFIX)
        theirs = {**scope, "path": path} if path[1:].partition("/")[0] in _FIRST_WORDS else None
        if theirs is None or not _is_one(theirs):
            await self.app(scope, receive, send)
            return
        try:
            await self.contract(theirs, receive, send)
        finally:
            scope["route"] = theirs.get("route")  # by which the request is named in the log


def create_contract(services: Services, options: ConserverOptions, *, max_body_bytes: int) -> FastAPI:
    """The conserver's paths over these services."""
    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.services = services
    app.state.options = options
    install_answers(app)
    for router in _ROUTERS:
        app.include_router(router)
    # The last one added is the outermost.
    app.add_middleware(Auditing, services=services)
    app.add_middleware(BodyLimit, most=max_body_bytes, refuse=refusal)
    app.add_middleware(Failures, refuse=refusal)
    app.add_middleware(_VersionHeader)
    return app


class _VersionHeader:
    """Tells which server answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Vcon-Server-Version"] = __version__
            await send(message)

        await self._app(scope, receive, send_with_version)


def _is_one(scope: Scope) -> bool:
    """Whether the path is one of the conserver's, with this method or another."""
    return any(route.matches(scope)[0] is not Match.NONE for route in ROUTES)
