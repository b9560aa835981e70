"""Puts the API together."""

from typing import Any

from fastapi import FastAPI

from carelog import __version__
from carelog.api import conversations, entry_types, health, runs, subjects
from carelog.api.errors import install_error_handlers
from carelog.api.middleware import BodyLimit, RequestIds
from carelog.api.services import Services
from carelog.api.shapes import ErrorOut

_ERRORS = {
    401: "No API key, or not a valid one",
    403: "The key does not allow this",
    404: "It is not there, or not for this key",
    409: "It contradicts what is stored",
    413: "The body is too large",
    415: "The body is of a type that is not read here",
    422: "The request is not valid; `details.problems` names each place",
}


def create_app(services: Services, *, max_body_bytes: int) -> FastAPI:
    """The API over these services."""
    app = FastAPI(
        title="Carelog",
        version=__version__,
        description="Health conversations in, a personal health record out, every entry with its quote.",
        redoc_url=None,
    )
    app.state.services = services
    install_error_handlers(app)
    app.add_middleware(BodyLimit, most=max_body_bytes)
    app.add_middleware(RequestIds)
    documented: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorOut, "description": text} for status, text in _ERRORS.items()
    }
    for module in (conversations, subjects, entry_types, runs):
        app.include_router(module.router, responses=documented)
    app.include_router(health.router)
    return app
