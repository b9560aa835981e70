"""What a storage is, and how one is found by the type that `carelog.yaml` gives it.

A storage is a class under the entry point group `carelog.storages`: anyone may add one from a package of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Any, ClassVar, NamedTuple, TypeVar
from uuid import UUID

from carelog.kit.configured import Configured, ConfiguredOptions
from carelog.kit.errors import ConfigurationError, Setback
from carelog.kit.extensions import checked_options, extension

GROUP = "carelog.storages"


class StorageOptions(ConfiguredOptions):
    """The base of every storage's options."""


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


class StorageError(Setback):
    """This copy failed, which counts as a try.

    The message is kept and shown to operators: it holds nothing of the conversation, and no secret.
    """

    code = "storage.failed"


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


class Storage(Configured[O]):
    """The base of every storage.

    One object serves the whole process. It keeps its connections between saves, and finds the storage again by
    itself after it was down. `readable` says whether `get` works. A subclass says what its options are, and what
    needs to be installed for it, and implements the rest.
    """

    kind = "storage"
    options_model: ClassVar[type[StorageOptions]] = StorageOptions
    readable: ClassVar[bool] = True
    extra: ClassVar[Extra | None] = None

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

    def key(self, option: str) -> str | None:
        """As `secret`, for one that goes into an HTTP header. Raises ConfigurationError for what none can hold."""
        value = self.secret(option)
        if value is not None and not (value.isascii() and value.isprintable()):
            raise self.misconfigured(option, "holds characters that no key has")
        return value

    def down(self, problem: str, retry_after: timedelta | None = None) -> StorageDown:
        return StorageDown(f"storage {self.name!r} {problem}", retry_after=retry_after)

    def failed(self, problem: str, retry_after: timedelta | None = None) -> StorageError:
        return StorageError(f"storage {self.name!r} {problem}", retry_after=retry_after)

    def refused(self, problem: str) -> StorageRefused:
        return StorageRefused(f"storage {self.name!r} {problem}")


def storage_class(type_name: str) -> type[Storage[Any]]:
    """The storage of that type. Raises ConfigurationError naming those that there are."""
    found: type[Storage[Any]] = extension(GROUP, type_name, f"there is no storage of type {type_name!r}")
    return found


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
    return cls(checked_options(cls.options_model, options, f"storage {name!r}"), name)
