"""What is sent to users about their account, and the door that delivers it."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from carelog.identity.refusals import NothingDelivers

By: TypeAlias = Literal["email", "phone"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A short message to one address. The text holds a code: it belongs in no log and in no list."""

    by: By
    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return f"Notice(by={self.by!r})"


class Notices(Protocol):
    """Delivers notices."""

    def delivers(self, by: By) -> bool:
        """Whether a way of sending is configured."""

    async def send(self, notice: Notice) -> None:
        """Deliver it, or see to it that it will be. Raises NothingDelivers."""

    async def feign(self, notice: Notice) -> None:
        """Do the work of `send`, so that it takes as long, and deliver nothing. Raises NothingDelivers."""


class NoNotices:
    """Nothing is configured to deliver them."""

    def delivers(self, by: By) -> bool:
        return False

    async def send(self, notice: Notice) -> None:
        raise nothing_delivers(notice.by)

    async def feign(self, notice: Notice) -> None:
        raise nothing_delivers(notice.by)


def nothing_delivers(by: By) -> NothingDelivers:
    way = {"email": "e-mail", "phone": "text messages"}[by]
    return NothingDelivers(
        f"no way of sending {way} is configured: an administrator can verify it with `carelog users verify`",
        details={"by": by},
    )
