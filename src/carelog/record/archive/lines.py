"""Lines of members: JSON values, and what they are read as."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Column, Select

from carelog.db import Connection
from carelog.kit import jsontext
from carelog.kit.errors import CarelogError
from carelog.kit.problems import place_of
from carelog.record.archive.container import ArchiveRefused

AT_ONCE: Final = 500

M = TypeVar("M", bound=BaseModel)

PlainText = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Without the character that no database has in its text."""


async def by_id(connection: Connection, query: Select[Any], id_: Column[UUID]) -> AsyncIterator[Sequence[Any]]:
    """The rows of a query in the order of their ids, some hundreds at a time."""
    last: UUID | None = None
    while True:
        after = query if last is None else query.where(id_ > last)
        rows = (await connection.execute(after.order_by(id_).limit(AT_ONCE))).all()
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id


def written(values: Iterable[Any]) -> bytes:
    """JSON values, one a line."""
    return "".join(jsontext.dump(value) + "\n" for value in values).encode()


def parsed(content: bytes, name: str) -> Any:
    """The JSON value of a member. Raises ArchiveRefused."""
    try:
        return jsontext.parse(content)
    except CarelogError as error:
        raise ArchiveRefused(f"{name}: {error.message}") from None


def read_as(model: type[M], value: Any, name: str) -> M:
    """A line of a member. Raises ArchiveRefused, which names the place and no value."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise ArchiveRefused(f"{name}: {place_of(first['loc'])} is not as an archive has it") from None
