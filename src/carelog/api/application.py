"""Puts the API together."""

from collections.abc import Sequence

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from carelog import __version__
from carelog.api import (
    conversations,
    copies,
    dead_letters,
    egress,
    entry_types,
    handing_in,
    health,
    metrics,
    runs,
    subjects,
)
from carelog.api.conserver import ConserverOptions, Contract, create_contract
from carelog.api.docs_page import install_docs
from carelog.api.errors import install_error_handlers, refusals
from carelog.api.failures import Failures
from carelog.api.limits import BodyLimit
from carelog.api.middleware import HeadAsGet, Requests, SafeHeaders
from carelog.api.parameters import only_documented
from carelog.api.services import Services
from carelog.telemetry.tracing import Tracer


def create_app(
    services: Services,
    *,
    max_body_bytes: int,
    tracer: Tracer | None = None,
    conserver: ConserverOptions = ConserverOptions(),
    cors_origins: Sequence[str] = (),
) -> FastAPI:
    """The API over these services, and the conserver's paths beside it. Requests are traced where there is a tracer;
    web pages of other origins are let in where those are named."""
    app = FastAPI(
        title="Carelog",
        version=__version__,
        description="Health conversations in, a personal health record out, every entry with its quote.",
        docs_url=None,
        redoc_url=None,
        # A redirect would send the caller, with their key, to whatever host the request named.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        # FastAPI's own spans and logs hold whole addresses, and with them search terms, and messages of errors.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.services = services
    install_error_handlers(app)
    app.include_router(handing_in.router)
    for module in (conversations, subjects, entry_types, runs, copies, dead_letters, egress):
        app.include_router(
            module.router,
            dependencies=[Depends(only_documented)],
            responses=refusals(401, 403, 413, 422, 503),
        )
    app.include_router(health.router, responses=refusals(413))
    app.include_router(metrics.router, responses=refusals(413, 503))
    install_docs(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, most=max_body_bytes)
    app.add_middleware(Failures)
    app.add_middleware(HeadAsGet)
    # Outside of HeadAsGet: a GET of the conserver's may take what it gives.
    app.add_middleware(Contract, contract=create_contract(services, conserver, max_body_bytes=max_body_bytes))
    app.add_middleware(SafeHeaders)
    app.add_middleware(Requests, tracer=tracer)
    if cors_origins:
        # Never with credentials: keys come in headers, which no browser adds by itself.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID", conserver.header],
        )
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
