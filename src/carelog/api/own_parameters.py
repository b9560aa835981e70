"""Parameters that an operation reads by itself, for operations that are called very often: what FastAPI does for a
dozen parameters takes some five times as long as checking them."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

from carelog.api.errors import invalid, problem
from carelog.kit.problems import sentence_of

M = TypeVar("M", bound=BaseModel)


class OwnParameters(Generic[M]):
    """The parameters of an operation, one for each field of a frozen model. Those that `headers` names come from the
    request's headers, all others from its query."""

    def __init__(self, model: type[M], headers: frozenset[str] = frozenset()) -> None:
        self._model = model
        self._headers = headers
        self._query = frozenset(field.alias or name for name, field in model.model_fields.items()) - headers

    def described(self) -> list[dict[str, Any]]:
        """For the API description: `openapi_extra={"parameters": ...}`."""
        properties = self._model.model_json_schema()["properties"]
        return [
            {
                "name": name,
                "in": "header" if name in self._headers else "query",
                "required": False,
                "description": schema.pop("description"),
                "schema": {key: value for key, value in schema.items() if (key, value) != ("default", None)},
            }
            for name, schema in properties.items()
        ]

    def of(self, request: Request) -> M:
        """Raises InvalidInput with every problem, among them a parameter that does not exist, or is given twice."""
        given = {name: request.headers[name] for name in self._headers if name in request.headers}
        return self.read(request.scope["query_string"], given)

    def read(self, query: bytes, headers: Mapping[str, str]) -> M:
        """The same, from a query and the headers that are parameters."""
        parameters = QueryParams(query)
        given = Counter(name for name, _ in parameters.multi_items())
        problems = [problem(f"/query/{name}", "is given more than once") for name in given if given[name] > 1]
        if not given.keys() <= self._query:
            known = ", ".join(sorted(self._query))
            problems.append(problem("/query", f"holds a parameter that is not one of this operation's: {known}"))
        values = {name: parameters[name] for name in given.keys() & self._query} | dict(headers)
        try:
            asked = self._model.model_validate(values)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                name = str(detail["loc"][0])
                place = "header" if name in self._headers else "query"
                problems.append(problem(f"/{place}/{name}", sentence_of(detail)))
        if problems:
            raise invalid(problems)
        return asked
