"""What a sender is, and how one is found by the type that `carelog.yaml` gives it.

A sender is a class under the entry point group `carelog.senders`: anyone may add one from a package of their own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from carelog.delivery.delivery import Channel, Delivery
from carelog.delivery.sender_errors import SenderCrash, SenderDown, SenderError, SenderRefused
from carelog.kit.errors import ConfigurationError
from carelog.kit.secret_options import SecretProblem, secret_of

GROUP = "carelog.senders"


class SenderOptions(BaseModel):
    """The base of every sender's options: unknown keys are refused when the configuration is loaded.

    An option that may hold a secret is a SecretStr and has a twin, `<option>_env`, which names the environment
    variable to read it from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


O = TypeVar("O", bound=SenderOptions)  # noqa: E741


class Sender(Generic[O]):
    """The base of every sender. One object serves a channel in the whole process, and finds its server again by itself
    after that was down. A subclass says what its options are, and implements `send`."""

    options_model: ClassVar[type[SenderOptions]] = SenderOptions

    def __init__(self, options: O, channel: Channel) -> None:
        self.options = options
        self.channel = channel

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channel!r})"

    async def send(self, deliveries: Sequence[Delivery], now: datetime) -> list[SenderError | None]:
        """Send the messages: one result for each, in order, None where the server has taken it.

        A message may come again that was sent before, when a process died in between: its id, which stays the same,
        goes with it, so that the server or the recipient can drop the second one.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of every connection. The sender may be used again afterwards."""

    def secret(self, option: str) -> str | None:
        """An option that is given in the configuration, or in the environment by its twin `<option>_env`. Raises
        ConfigurationError when it is given in both, or when the environment does not have it."""
        try:
            return secret_of(self.options, option)
        except SecretProblem as error:
            raise self.misconfigured(error.option, error.problem) from None

    def needed(self, option: str) -> str:
        """As `secret`, for an option without which there is no sender. Raises ConfigurationError without it."""
        value = self.secret(option)
        if value is None:
            raise self.misconfigured(option, f"give {option}_env, or {option}")
        return value

    def misconfigured(self, option: str, problem: str) -> ConfigurationError:
        return ConfigurationError(f"sender {self.channel!r}, {option}: {problem}", details={"key": "senders"})

    def down(self, problem: str, retry_after: timedelta | None = None) -> SenderDown:
        return SenderDown(f"sender {self.channel!r} {problem}", retry_after=retry_after)

    def failed(self, problem: str, retry_after: timedelta | None = None) -> SenderError:
        return SenderError(f"sender {self.channel!r} {problem}", retry_after=retry_after)

    def refused(self, problem: str) -> SenderRefused:
        return SenderRefused(f"sender {self.channel!r} {problem}")


@cache
def sender_class(type_name: str) -> type[Sender[Any]]:
    """The sender of that type. Raises ConfigurationError naming those that there are."""
    found = {point.name: point for point in entry_points(group=GROUP)}
    if type_name not in found:
        raise ConfigurationError(f"there is no sender of type {type_name!r}", details={"senders": sorted(found)})
    loaded: type[Sender[Any]] = found[type_name].load()
    return loaded


def make_sender(type_name: str, options: Mapping[str, Any], channel: Channel) -> Sender[Any]:
    """A sender with checked options, not connected yet. Raises ConfigurationError naming the option at fault."""
    cls = sender_class(type_name)
    try:
        return cls(cls.options_model.model_validate(dict(options)), channel)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "options"
        problem = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"sender {channel!r}, {place}: {problem}", details={"key": "senders"}) from None


__all__ = [
    "Sender",
    "SenderCrash",
    "SenderDown",
    "SenderError",
    "SenderOptions",
    "SenderRefused",
    "make_sender",
    "sender_class",
]
