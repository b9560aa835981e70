"""What a storage is, and how one is found by the type that `carelog.yaml` gives it.

A storage is a class under the entry point group `carelog.storages`: anyone may add one from a package of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from carelog.kit.errors import CarelogError, ConfigurationError
from carelog.kit.secret_options import SecretProblem, secret_of

GROUP = "carelog.storages"


class StorageOptions(BaseModel):
    """The base of every storage's options: unknown keys are refused when the configuration is loaded.

    An option that may hold a secret is a SecretStr and has a twin, `<option>_env`, which names the environment
    variable to read it from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Copy:
    """One vCon as a storage gets it. `document` is its JSON text, `chain` the one that finished, both times UTC;
    `recorded_at` is when Carelog took it in, and stays the same in every revision."""

    conversation_id: UUID
    document: str
    revision: int
    channel: str
    subject_id: UUID
    title: str | None
    started_at: datetime
    recorded_at: datetime
    chain: str


class StorageError(CarelogError):
    """This copy failed, which counts as a try; not to be tried again before `retry_after` where that is given.

    The message is kept and shown to operators: it holds nothing of the conversation, and no secret.
    """

    code = "storage.failed"

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StorageRefused(StorageError):
    """Trying this copy again would not help."""

    code = "storage.refused"


class StorageDown(StorageError):
    """The storage itself is not to be had. Raised for a whole batch: nothing counts as a try, all of it waits."""

    code = "storage.down"


class Extra(NamedTuple):
    """What has to be installed for a type of storage: the extra of Carelog, and the module that it brings."""

    name: str
    module: str


O = TypeVar("O", bound=StorageOptions)  # noqa: E741


class Storage(Generic[O]):
    """The base of every storage.

    One object serves the whole process. It keeps its connections between saves, and finds the storage again by
    itself after it was down. `readable` says whether `get` works. A subclass says what its options are, and what
    needs to be installed for it, and implements the rest.
    """

    options_model: ClassVar[type[StorageOptions]] = StorageOptions
    readable: ClassVar[bool] = True
    extra: ClassVar[Extra | None] = None

    def __init__(self, options: O, name: str) -> None:
        self.options = options
        self.name = name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    async def open(self) -> None:
        """Connect and prepare, so that trouble shows early; `save` does so by itself. May raise StorageDown."""

    async def close(self) -> None:
        """Let go of every connection. The storage may be used again afterwards."""

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        """Keep the copies: one result for each, in order, None where it is kept.

        An older revision never overwrites a newer one (and is no failure), and repeating is harmless: after
        StorageDown, which is raised for the whole batch, any part of it may have been kept.
        """
        raise NotImplementedError

    async def get(self, conversation_id: UUID) -> str | None:
        """The JSON text of the newest revision, None when there is none. Raises StorageDown and StorageError."""
        raise NotImplementedError

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        """Gone after this; what is not there is no failure. Raises StorageDown and StorageError."""
        raise NotImplementedError

    def secret(self, option: str) -> str | None:
        """An option that is given in the configuration, or in the environment by its twin `<option>_env`.

        Raises ConfigurationError when it is given in both, or when the environment does not have it.
        """
        try:
            return secret_of(self.options, option)
        except SecretProblem as error:
            raise self.misconfigured(error.option, error.problem) from None

    def needed(self, option: str) -> str:
        """As `secret`, for an option without which there is no storage. Raises ConfigurationError without it."""
        value = self.secret(option)
        if value is None:
            raise self.misconfigured(option, f"give {option}_env, or {option}")
        return value

    def key(self, option: str) -> str | None:
        """As `secret`, for one that goes into an HTTP header. Raises ConfigurationError for what none can hold."""
        value = self.secret(option)
        if value is not None and not (value.isascii() and value.isprintable()):
            raise self.misconfigured(option, "holds characters that no key has")
        return value

    def misconfigured(self, option: str, problem: str) -> ConfigurationError:
        return ConfigurationError(f"storage {self.name!r}, {option}: {problem}")

    def down(self, problem: str, retry_after: timedelta | None = None) -> StorageDown:
        return StorageDown(f"storage {self.name!r} {problem}", retry_after=retry_after)

    def failed(self, problem: str, retry_after: timedelta | None = None) -> StorageError:
        return StorageError(f"storage {self.name!r} {problem}", retry_after=retry_after)

    def refused(self, problem: str) -> StorageRefused:
        return StorageRefused(f"storage {self.name!r} {problem}")


@cache
def storage_class(type_name: str) -> type[Storage[Any]]:
    """The storage of that type. Raises ConfigurationError naming those that there are."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    if type_name not in found:
        raise ConfigurationError(f"there is no storage of type {type_name!r}", details={"storages": sorted(found)})
    loaded: type[Storage[Any]] = found[type_name].load()
    return loaded


def make_storage(type_name: str, options: Mapping[str, Any], name: str) -> Storage[Any]:
    """A storage with checked options, not connected yet. `name` is what the configuration calls it.

    Raises ConfigurationError naming the option at fault, or the extra that has to be installed.
    """
    cls = storage_class(type_name)
    if cls.extra is not None and find_spec(cls.extra.module) is None:
        raise ConfigurationError(
            f"storage {name!r}: type {type_name!r} needs an extra, pip install 'carelog[{cls.extra.name}]'",
            details={"extra": cls.extra.name},
        )
    try:
        return cls(cls.options_model.model_validate(dict(options)), name)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "options"
        raise ConfigurationError(f"storage {name!r}, {place}: {first['msg'].removeprefix('Value error, ')}") from None
