"""What anyone may add from a package of their own: classes under an entry point group, each with options of its own."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from carelog.kit.errors import ConfigurationError

M = TypeVar("M", bound=BaseModel)


@cache
def extension(group: str, name: str, missing: str) -> Any:
    """The class of that name in a group such as `carelog.links`. Raises ConfigurationError, which says what is
    `missing`, and names those that there are."""
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise ConfigurationError(missing, details={group.removeprefix("carelog."): sorted(found)})
    return found[name].load()


def checked_options(
    model: type[M], options: Mapping[str, Any], whose: str, *, context: Mapping[str, Any] | None = None, **details: str
) -> M:
    """Options as the model has them. Raises ConfigurationError naming `whose` they are and the one at fault."""
    try:
        return model.model_validate(dict(options), context=dict(context or {}))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "options"
        problem = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{whose}, {place}: {problem}", details=details) from None
