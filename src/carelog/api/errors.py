"""The one error envelope: `{"status": "error", "error": {"code", "message", "details"}}`."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from carelog.db import is_outage
from carelog.kit import jsontext
from carelog.kit.errors import (
    CarelogError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from carelog.pipeline.link import place_of

log = logging.getLogger(__name__)

_STATUS: dict[type[CarelogError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    Unauthenticated: 401,
    Forbidden: 403,
    UnsupportedMediaType: 415,
}
_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
}


def status_of(error: CarelogError) -> int:
    """The HTTP status of an error: that of its nearest ancestor which has one."""
    for ancestor in type(error).__mro__:
        if ancestor in _STATUS:
            return _STATUS[ancestor]
    return 500


def envelope(code: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"status": "error", "error": {"code": code, "message": message, "details": dict(details or {})}}


def error_response(
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(
        jsontext.dump(envelope(code, message, details)),
        status_code=status,
        headers=headers,
        media_type="application/json",
    )


def install_error_handlers(app: FastAPI) -> None:
    """Answer every failure in the envelope, with nothing in it of what was sent."""

    @app.exception_handler(CarelogError)
    async def _ours(_request: Request, error: CarelogError) -> Response:
        headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else None
        return error_response(status_of(error), error.code, error.message, error.details, headers)

    @app.exception_handler(RequestValidationError)
    async def _request(_request: Request, error: RequestValidationError) -> Response:
        problems = [
            {"place": "/" + "/".join(map(str, problem["loc"])), "problem": problem["msg"]} for problem in error.errors()
        ]
        return error_response(422, "invalid_input", "the request is not valid", {"problems": problems})

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        code = _CODES.get(error.status_code, "http_error")
        return error_response(error.status_code, code, str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        request_id = getattr(request.state, "request_id", None)
        log.error("request failed", extra={"error": type(error).__name__, "place": place_of(error)})
        if is_outage(error):
            return error_response(
                503, "unavailable", "the database cannot be used now; try again", headers={"Retry-After": "5"}
            )
        return error_response(500, "internal", "something went wrong here", {"request_id": request_id})
