"""Query parameters: the kinds that several routers take, and the refusal of all that an operation does not have."""

from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from carelog.api.access import principal
from carelog.api.errors import invalid, problem
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


class _NeverNull:
    """Takes null out of the description of what may be left out: no text in an address stands for it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described: JsonSchemaValue = handler(schema)["anyOf"][0]
        return described


T = TypeVar("T")

Given = Annotated[T | None, _NeverNull()]
"""A parameter that may be left out."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=320), AfterValidator(_without_nul)]
Moment = Annotated[datetime, BeforeValidator(_moment)]

Limit = Annotated[int, Query(ge=1, le=200, description="How many items a page has at the most")]
CursorText = Annotated[Given[Text], Query(description="`next` of the page before")]
Since = Annotated[Given[Moment], Query(description="From this moment on, with a zone")]
Until = Annotated[Given[Moment], Query(description="Up to, and not including, this moment, with a zone")]


def cursor_of(text: str | None) -> Cursor | None:
    """Raises InvalidInput for a cursor that was not given out."""
    try:
        return None if text is None else Cursor.parse(text)
    except InvalidInput:
        raise invalid([problem("/query/cursor", "is not one that was given out")]) from None


async def only_documented(request: Request, _who: Annotated[Principal, Depends(principal)]) -> None:
    """Refuse a query parameter that the operation does not have, and a second value for one that takes one.

    A filter that is misspelt and silently dropped would show, or change, more than was asked for. Raises InvalidInput.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    if not given:
        return
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    documented = {p["name"]: p["schema"] for p in operation.get("parameters", ()) if p["in"] == "query"}
    if not documented.keys() >= set(given):
        known = ", ".join(sorted(documented)) or "none"
        raise invalid([problem("/query", f"holds a parameter that is not one of this operation's: {known}")])
    problems = [
        problem(f"/query/{name}", "is given more than once")
        for name, schema in documented.items()
        if given.count(name) > 1 and schema.get("type") != "array"
    ]
    if problems:
        raise invalid(problems)
