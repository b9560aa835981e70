"""Writing what another may be writing at the same moment."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError

T = TypeVar("T")

_ATTEMPTS: Final = 3


async def anew_if_taken(write: Callable[[], Awaitable[T]]) -> T:
    """What `write` returns, a whole transaction that looks at what is there before it writes. Where another has written
    the same in between (IntegrityError), it is carried out again, three times at the most: it then finds that."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await write()
        except IntegrityError:
            continue
    return await write()
