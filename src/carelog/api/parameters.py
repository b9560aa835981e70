"""Query parameters: the kinds that several routers take, and the refusal of all that an operation does not have."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from carelog.api.access import principal
from carelog.conversations.dates import read_date
from carelog.conversations.vcon import DATE_PROBLEM
from carelog.identity import Principal
from carelog.kit.errors import InvalidInput
from carelog.kit.paging import Cursor


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("nul", "must not hold the character U+0000")
    return text


def _moment(given: object) -> datetime:
    moment = read_date(given) if isinstance(given, str) else None
    if moment is None:
        raise PydanticCustomError("date", "{problem}; in an address, + is written %2B", {"problem": DATE_PROBLEM})
    return moment


Nothing: TypeAlias = SkipJsonSchema[None]
"""A parameter that is left out; no text in an address stands for it."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=320), AfterValidator(_without_nul)]
Moment = Annotated[datetime, BeforeValidator(_moment)]

Limit = Annotated[int, Query(ge=1, le=200, description="How many items a page has at the most")]
CursorText = Annotated[str | Nothing, Query(min_length=1, max_length=200, description="`next` of the page before")]
Since = Annotated[Moment | Nothing, Query(description="From this moment on, with a zone")]
Until = Annotated[Moment | Nothing, Query(description="Up to, and not including, this moment, with a zone")]


def cursor_of(text: str | None) -> Cursor | None:
    """Raises InvalidInput for a cursor that was not given out."""
    return None if text is None else Cursor.parse(text)


async def only_documented(request: Request, _who: Annotated[Principal, Depends(principal)]) -> None:
    """Refuse a query parameter that the operation does not have, and a second value for one that takes one.

    A filter that is misspelt and silently dropped would show, or change, more than was asked for. Raises InvalidInput.
    """
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    documented = {p["name"]: p["schema"] for p in operation.get("parameters", ()) if p["in"] == "query"}
    given = [name for name, _ in request.query_params.multi_items()]
    if not documented.keys() >= set(given):
        problem = {"place": "/query", "problem": "holds a parameter that this operation does not have"}
        raise InvalidInput(
            f"the request is not valid: {problem['place']} {problem['problem']}",
            details={"problems": [problem], "parameters": sorted(documented)},
        )
    problems = [
        {"place": f"/query/{name}", "problem": "is given more than once"}
        for name, schema in documented.items()
        if given.count(name) > 1 and schema.get("type") != "array"
    ]
    if problems:
        raise InvalidInput(
            f"the request is not valid: {problems[0]['place']} {problems[0]['problem']}",
            details={"problems": problems},
        )
