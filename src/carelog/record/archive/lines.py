"""Lines of members: JSON values, and what they are read as."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from carelog.kit import jsontext
from carelog.record.archive.container import ArchiveRefused

AT_ONCE: Final = 500

M = TypeVar("M", bound=BaseModel)


def written(values: Iterable[Any]) -> bytes:
    """JSON values, one a line."""
    return "".join(jsontext.dump(value) + "\n" for value in values).encode()


def read_as(model: type[M], value: Any, name: str) -> M:
    """A line of a member. Raises ArchiveRefused, which names the place and no value."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = "/".join(map(str, first["loc"]))
        raise ArchiveRefused(f"{name}: /{place} is not as an archive has it") from None
