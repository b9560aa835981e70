"""Puts the API together."""

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from carelog import __version__
from carelog.api import conversations, entry_types, health, runs, subjects
from carelog.api.docs_page import install_docs
from carelog.api.errors import install_error_handlers, refusals
from carelog.api.failures import Failures
from carelog.api.limits import BodyLimit
from carelog.api.middleware import HeadAsGet, RequestIds, SafeHeaders
from carelog.api.parameters import only_documented
from carelog.api.services import Services


def create_app(services: Services, *, max_body_bytes: int) -> FastAPI:
    """The API over these services."""
    app = FastAPI(
        title="Carelog",
        version=__version__,
        description="Health conversations in, a personal health record out, every entry with its quote.",
        docs_url=None,
        redoc_url=None,
        # A redirect would send the caller, with their key, to whatever host the request named.
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = services
    install_error_handlers(app)
    for module in (conversations, subjects, entry_types, runs):
        app.include_router(
            module.router,
            dependencies=[Depends(only_documented)],
            responses=refusals(401, 403, 413, 422, 503),
        )
    app.include_router(health.router, responses=refusals(413))
    install_docs(app)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit, most=max_body_bytes)
    app.add_middleware(Failures)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestIds)
    app.add_middleware(HeadAsGet)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
