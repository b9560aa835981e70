"""What a sender is, and how one is found by the type that `carelog.yaml` gives it.

A sender is a class under the entry point group `carelog.senders`: anyone may add one from a package of their own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from carelog.delivery.delivery import Channel, Delivery
from carelog.delivery.sender_errors import SenderCrash, SenderDown, SenderError, SenderRefused
from carelog.kit.configured import Configured, ConfiguredOptions
from carelog.kit.errors import ConfigurationError
from carelog.kit.extensions import checked_options, extension

GROUP = "carelog.senders"


class SenderOptions(ConfiguredOptions):
    """The base of every sender's options."""


O = TypeVar("O", bound=SenderOptions)  # noqa: E741


class Sender(Configured[O]):
    """The base of every sender. One object serves a channel in the whole process, and finds its server again by itself
    after that was down. A subclass says what its options are, and implements `send`."""

    kind = "sender"
    options_model: ClassVar[type[SenderOptions]] = SenderOptions

    def __init__(self, options: O, channel: Channel) -> None:
        super().__init__(options, channel)
        self.channel = channel

    @property
    def at_once(self) -> int:
        """How many messages may be sent at the same time."""
        return 1

    async def send(self, delivery: Delivery, now: datetime) -> None:
        """Send a message, and return once the server has taken it. Raises SenderError of the kind that fits.

        A message may come again that was sent before, when a process died in between: its id, which stays the same,
        goes with it, so that the server or the recipient can drop the second one.
        """
        raise NotImplementedError

    async def rest(self) -> None:
        """Let go of what is not to be held while nothing is sent. Called after each batch."""

    async def close(self) -> None:
        """Let go of every connection. The sender may be used again afterwards."""

    def misconfigured(self, option: str, problem: str) -> ConfigurationError:
        return ConfigurationError(super().misconfigured(option, problem).message, details={"key": "senders"})

    def down(self, problem: str, retry_after: timedelta | None = None) -> SenderDown:
        return SenderDown(f"sender {self.channel!r} {problem}", retry_after=retry_after)

    def failed(self, problem: str, retry_after: timedelta | None = None) -> SenderError:
        return SenderError(f"sender {self.channel!r} {problem}", retry_after=retry_after)

    def refused(self, problem: str) -> SenderRefused:
        return SenderRefused(f"sender {self.channel!r} {problem}")


def sender_class(type_name: str) -> type[Sender[Any]]:
    """The sender of that type. Raises ConfigurationError naming those that there are."""
    found: type[Sender[Any]] = extension(GROUP, type_name, f"there is no sender of type {type_name!r}")
    return found


def make_sender(type_name: str, options: Mapping[str, Any], channel: Channel) -> Sender[Any]:
    """A sender with checked options, not connected yet. Raises ConfigurationError naming the option at fault."""
    cls = sender_class(type_name)
    return cls(checked_options(cls.options_model, options, f"sender {channel!r}", key="senders"), channel)


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
