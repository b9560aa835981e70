"""Extension points: classes that any package may add under an entry point group, each with its own options."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from carelog.kit.errors import ConfigurationError
from carelog.kit.problems import sentence_of

M = TypeVar("M", bound=BaseModel)


@cache
def extension(group: str, name: str, missing: str) -> Any:
    """The class of that name in a group such as `carelog.links`. Raises ConfigurationError, which says what is
    `missing` and lists the names there are."""
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise ConfigurationError(missing, details={group.removeprefix("carelog."): sorted(found)})
    return found[name].load()


def checked_options(
    model: type[M], options: Mapping[str, Any], whose: str, *, context: Mapping[str, Any] | None = None, **details: str
) -> M:
    """Options, checked by the model. Raises ConfigurationError, which names the option at fault and `whose` it is."""
    try:
        return model.model_validate(dict(options), context=dict(context or {}))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "options"
        problem = sentence_of(first)
        raise ConfigurationError(f"{whose}, {place}: {problem}", details=details) from None
