"""Messages to users about their account, and the interface that delivers them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, Protocol, TypeAlias
from uuid import UUID

from carelog.identity.codes import LIFETIME
from carelog.identity.refusals import NothingDelivers

By: TypeAlias = Literal["email", "phone"]
_VERIFY: Final = "an administrator can verify it with `carelog users verify`"


@dataclass(frozen=True, slots=True)
class Notice:
    """A short message to one address, of use for a while. The text may hold a code: keep it out of logs and lists. One
    with a `key` is delivered once, however often it is sent."""

    by: By
    to: str
    subject: str
    text: str
    key: UUID | None = None
    good_for: timedelta = LIFETIME

    def __repr__(self) -> str:
        return f"Notice(by={self.by!r})"


class Notices(Protocol):
    """Delivers notices."""

    def delivers(self, by: By) -> bool:
        """Whether a way of sending is configured."""

    async def send(self, notice: Notice) -> None:
        """Deliver it, or make sure that it will be. Raises NothingDelivers."""

    async def feign(self, notice: Notice) -> None:
        """Do the work of `send`, so that it takes as long, but deliver nothing. Raises NothingDelivers."""


class NoNotices:
    """For installations that cannot send any."""

    def delivers(self, by: By) -> bool:
        return False

    async def send(self, notice: Notice) -> None:
        raise nothing_delivers(notice.by)

    async def feign(self, notice: Notice) -> None:
        raise nothing_delivers(notice.by)


def nothing_delivers(by: By, *, instead: str = _VERIFY) -> NothingDelivers:
    """`instead` says what can be done all the same."""
    way = {"email": "e-mail", "phone": "text messages"}[by]
    return NothingDelivers(f"no way of sending {way} is configured: {instead}", details={"by": by})
