"""How the conserver refuses: `{"detail": ...}`, with a sentence, or a list of places for what is not valid."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from carelog.api.errors import status_of
from carelog.kit import jsontext
from carelog.kit.errors import CarelogError, ComeAgain, Unauthenticated
from carelog.kit.problems import sentence_of

_HTTP: Final[Mapping[int, str]] = {404: "Not Found", 405: "Method Not Allowed"}


def refusal(
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A refusal of the API in the conserver's form."""
    problems = (details or {}).get("problems") if status == 422 else None
    detail = [_problem(p["place"], p["problem"], code) for p in problems] if problems else message
    return json_response({"detail": detail}, status, headers)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(jsontext.dump(value), status, headers, media_type="application/json")


def install_answers(app: FastAPI) -> None:
    """Answer every refusal in the conserver's form, without anything of what was sent."""

    @app.exception_handler(CarelogError)
    async def _ours(_request: Request, error: CarelogError) -> Response:
        # An unknown key and a key without the right are both 403 here.
        status = 403 if isinstance(error, Unauthenticated) else status_of(error)
        headers = None
        if isinstance(error, ComeAgain):
            headers = {"Retry-After": str(max(1, ceil(error.retry_after.total_seconds())))}
        return refusal(status, error.code, error.message, error.details, headers)

    @app.exception_handler(RequestValidationError)
    async def _request(_request: Request, error: RequestValidationError) -> Response:
        detail = [{"type": e["type"], "loc": list(e["loc"]), "msg": sentence_of(e)} for e in error.errors()]
        return json_response({"detail": detail}, 422)

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        return json_response({"detail": _HTTP.get(error.status_code, error.detail)}, error.status_code, error.headers)


def _problem(place: str, sentence: str, code: str) -> dict[str, Any]:
    """A problem of a vCon as FastAPI tells those of a body."""
    steps = [int(step) if step.isdecimal() else step for step in place.split("/")[1:]]
    return {"type": code, "loc": ["body", *steps], "msg": sentence}
