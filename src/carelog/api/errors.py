"""The one error envelope: `{"status": "error", "error": {"code", "message", "details"}}`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Final, TypeAlias

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from carelog.api.shapes import ErrorOut
from carelog.kit import jsontext
from carelog.kit.errors import (
    CarelogError,
    ComeAgain,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from carelog.kit.problems import MOST, place_of, sentence_of

_STATUS: Final[Mapping[type[CarelogError], int]] = {
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    PreconditionRequired: 428,
    Unauthenticated: 401,
    Forbidden: 403,
    UnsupportedMediaType: 415,
    ComeAgain: 429,
    Unavailable: 503,
}
DATABASE_AWAY: Final = Unavailable("the database cannot be used now; try again", retry_after=timedelta(seconds=5))
"""What whoever asks is told when it is."""

_HTTP: Final[Mapping[int, tuple[str, str]]] = {
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not take this method"),
}
_SCHEMAS: Final = "#/components/schemas/"
_ENVELOPE: Final = {"application/json": {"schema": {"$ref": _SCHEMAS + ErrorOut.__name__}}}
_REFUSALS: Final[Mapping[int, str]] = {
    401: "No API key, or not a valid one",
    403: "The key does not allow this",
    404: "It is not there, or not for this key",
    409: "It contradicts what is stored",
    412: "It has changed since it was read",
    413: "The body is too large",
    415: "The body is of a type that is not read here",
    422: "The request is not valid; `details.problems` names each place",
    428: "Say which state you have seen, with `If-Match`",
    429: "Too much waits already; try again after `Retry-After` seconds",
    503: "It cannot be done now; try again after `Retry-After` seconds",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How an operation may refuse, for the API description; `describe_refusals` adds the envelope. If FastAPI were
    given the envelope as a model, it would make some two thousand validators that nobody uses."""
    return {status: {"description": _REFUSALS[status], "content": _ENVELOPE} for status in statuses}


def describe_refusals(description: dict[str, Any]) -> None:
    """Add the envelope to the schemas of an API description."""
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    if ErrorOut.__name__ not in schemas:
        schema = ErrorOut.model_json_schema(ref_template=_SCHEMAS + "{model}")
        schemas |= {**schema.pop("$defs"), ErrorOut.__name__: schema}


def status_of(error: CarelogError) -> int:
    """The HTTP status of an error, that of its nearest ancestor that has one."""
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


Refuse: TypeAlias = Callable[..., Response]
"""Makes a refusal, as `error_response` does: another door has a form of its own."""


def refusal_of(error: CarelogError, refuse: Refuse = error_response) -> Response:
    """The answer for an error."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}
    if isinstance(error, ComeAgain):
        headers["Retry-After"] = str(ceil(error.retry_after.total_seconds()))
    return refuse(status_of(error), error.code, error.message, error.details, headers)


def problem(place: str, sentence: str) -> dict[str, str]:
    """One thing that is wrong with a request; `place` is '/query/limit', '/path/run_id'."""
    return {"place": place, "problem": sentence}


def invalid(problems: Sequence[Mapping[str, str]]) -> InvalidInput:
    """The refusal for these problems; there is at least one."""
    first = problems[0]
    return InvalidInput(
        f"the request is not valid: {first['place']} {first['problem']}",
        details={"problems": problems[:MOST]},
    )


Explain: TypeAlias = Callable[[Request, RequestValidationError], Awaitable[list[dict[str, Any]]]]
"""Says of a request that is not valid what of it was refused before."""


def install_error_handlers(app: FastAPI, explain: Explain) -> None:
    """Answer every refusal in the envelope, without anything of what was sent."""

    @app.exception_handler(CarelogError)
    async def _ours(_request: Request, error: CarelogError) -> Response:
        return refusal_of(error)

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> Response:
        found = invalid([problem(place_of(e["loc"]), sentence_of(e)) for e in error.errors()[:MOST]])
        before = await explain(request, error)
        _let_go(error)
        details = found.details | ({"rejections": before} if before else {})
        return error_response(422, found.code, found.message, details)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:  # FastAPI's answer to a body that is not even text
            return refusal_of(invalid([problem("/body", "must be JSON in UTF-8")]))
        code, message = _HTTP.get(error.status_code, ("http_error", "the request is refused"))
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed(request) or headers.get("Allow", "")
        return error_response(error.status_code, code, message, headers=headers)


def _let_go(error: RequestValidationError) -> None:
    """FastAPI's frames hold the error, and the error holds them, each with the whole body: without this all of it stays
    until the garbage is looked for."""
    error.body = None
    error.__traceback__ = error.__cause__ = error.__context__ = None


def _allowed(request: Request) -> str:
    """The methods of an address, those of all its operations (RFC 9110 section 15.5.6)."""
    route = request.scope.get("route")
    operations = request.app.openapi()["paths"].get(getattr(route, "path", None), {})
    methods = [method.upper() for method in operations]
    return ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))
