"""Query parameters: the kinds that several routers take, and the refusal of all that an operation does not have."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, TypeVar, get_origin

from fastapi import Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import AfterValidator, BaseModel, BeforeValidator, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from carelog.api.errors import invalid, problem
from carelog.conversations.dates import read_date
from carelog.conversations.vcon_shape import DATE_PROBLEM
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
    """Removes null from the description of an optional parameter: no text in an address stands for it."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described: JsonSchemaValue = handler(schema)["anyOf"][0]
        return described


T = TypeVar("T")

Given = Annotated[T | None, _NeverNull()]
"""A parameter that may be left out."""


def given(kind: Any) -> Any:
    """`Given` for a kind of value that is not known before."""
    return Annotated[kind | None, _NeverNull()]


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


def require_documented(request: Request) -> None:
    """Refuse a query parameter that the operation does not have, and a second value for one that takes one.

    Ignoring a misspelt filter would show, or change, more than was asked for. Raises InvalidInput.
    """
    given = [name for name, _ in request.query_params.multi_items()]
    if not given:
        return
    route = request.scope["route"]
    documented = dict(_query_parameters(route.dependant))
    extra = (route.openapi_extra or {}).get("parameters", ())
    documented |= {p["name"]: p["schema"].get("type") == "array" for p in extra if p["in"] == "query"}
    if not documented.keys() >= set(given):
        known = ", ".join(sorted(documented)) or "none"
        raise invalid([problem("/query", f"holds a parameter that is not one of this operation's: {known}")])
    problems = [
        problem(f"/query/{name}", "is given more than once")
        for name, takes_several in documented.items()
        if given.count(name) > 1 and not takes_several
    ]
    if problems:
        raise invalid(problems)


def _query_parameters(operation: Dependant) -> Iterator[tuple[str, bool]]:
    """The query parameters of an operation, and whether each takes several values. The description of the API has them
    too, but the first request would wait until all of it is written."""
    for parameter in operation.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((f.alias or name, _is_list(f.annotation)) for name, f in kind.model_fields.items())
        else:
            yield parameter.alias, _is_list(kind)
    for dependency in operation.dependencies:
        yield from _query_parameters(dependency)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list
