"""Puts the API together."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, Final

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from carelog import __version__
from carelog.api import (
    ai_endpoints,
    archives,
    audit,
    auth,
    conversations,
    copies,
    dead_letters,
    deliveries,
    egress,
    entries,
    entry_types,
    erasure,
    fhir,
    grants,
    handing_in,
    health,
    insights,
    links,
    memory,
    metrics,
    rejections,
    reminders,
    reprocess,
    review,
    runs,
    subjects,
    transcripts,
    users,
)
from carelog.api.access import Door, known
from carelog.api.auditing import Auditing
from carelog.api.conserver import ConserverOptions, Contract, create_contract
from carelog.api.docs_page import install_docs
from carelog.api.entry_lists import entry_routes
from carelog.api.errors import describe_refusals, install_error_handlers, refusals
from carelog.api.failures import Failures
from carelog.api.limits import OF_STRANGERS, BodyLimit
from carelog.api.middleware import HeadAsGet, Requests
from carelog.api.public_address import PublicAddress
from carelog.api.services import Services
from carelog.api.signposts import Signposts
from carelog.telemetry.tracing import Tracer

_DOCUMENTS: Final = ("/api/conversations", archives.BRINGING, "/fhir")
# The headers that web pages of other origins may send, and read, beside those that every page may.
_ASKED: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
)
_TOLD: Final = ("Carelog-Note", "ETag", "Idempotency-Replayed", "Link", "Location", "Retry-After", "X-Request-ID")


def create_app(
    services: Services,
    *,
    max_body_bytes: int,
    max_archive_bytes: int = 1 << 30,
    tracer: Tracer | None = None,
    conserver: ConserverOptions = ConserverOptions(),
    cors_origins: Sequence[str] = (),
    trusted_proxies: Sequence[str] = (),
    public_url: str | None = None,
) -> FastAPI:
    """The API over these services, with the conserver's paths beside it. Requests are traced if there is a `tracer`.
    Web pages of `cors_origins` may call it, and `trusted_proxies` are believed about who is calling."""
    app = FastAPI(
        title="Carelog",
        version=__version__,
        description="Health conversations in, a personal health record out, every entry with its quote.",
        docs_url=None,
        redoc_url=None,
        # A redirect would send the caller, and their key, to whatever host the request named.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        # FastAPI's own spans and logs hold whole addresses, and with them search terms, and messages of errors.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.services = services
    install_error_handlers(app, rejections.refused_before)
    app.router.routes.extend(routes())
    app.openapi = partial(_description, app.openapi)  # type: ignore[method-assign]
    install_docs(app)
    app.router.middleware_stack = Signposts(app.router)
    # The last one added is the outermost.
    app.add_middleware(handing_in.Straight)
    app.add_middleware(Auditing, services=services)
    open_to_all = {route.path: OF_STRANGERS for route in auth.open_router.routes if isinstance(route, APIRoute)}
    app.add_middleware(
        BodyLimit,
        most=max_body_bytes,
        others=open_to_all | {archives.BRINGING: max_archive_bytes},
        documents=_DOCUMENTS,
        known=partial(known, services),
    )
    app.add_middleware(Failures)
    app.add_middleware(fhir.Outcomes)
    app.add_middleware(HeadAsGet)
    # Outside of HeadAsGet: a GET of the conserver's may take what it gives.
    app.add_middleware(Contract, contract=create_contract(services, conserver, max_body_bytes=max_body_bytes))
    app.add_middleware(Requests, tracer=tracer)
    if cors_origins:
        # Never with credentials: keys come in headers, which no browser adds by itself.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[*_ASKED, conserver.header],
            expose_headers=_TOLD,
        )
    if trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(trusted_proxies))
    if public_url:
        app.add_middleware(PublicAddress, origin=public_url)
    return app


def _description(generate: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    description = generate()
    describe_refusals(description)
    return description


@cache
def routes() -> Sequence[BaseRoute]:
    """The routes of the whole API. They are the same for every application and take a second to compile, so they are
    made once."""
    made = APIRouter(generate_unique_id_function=_operation_id)
    made.include_router(handing_in.router)
    made.include_router(auth.open_router)
    door = Door()
    records = (conversations, transcripts, subjects, entry_types, runs, reprocess, copies, dead_letters, egress)
    of_records = (entries, review, links, memory, rejections, archives, insights, reminders, deliveries)
    for module in (*records, *of_records, auth, users, grants, audit, erasure, ai_endpoints):
        made.include_router(
            module.router,
            dependencies=[Depends(door)],
            responses=refusals(401, 403, 413, 422, 503),
        )
    made.routes.extend(entry_routes())
    made.include_router(health.router, responses=refusals(413))
    made.include_router(metrics.router, responses=refusals(413, 503))
    for router in fhir.ROUTERS:
        made.include_router(router)
    return made.routes


def _operation_id(route: APIRoute) -> str:
    return route.name
