"""Writing what another process may be writing at the same moment."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError

T = TypeVar("T")

_ATTEMPTS: Final = 3


async def anew_if_taken(write: Callable[[], Awaitable[T]]) -> T:
    """Run `write`, a whole transaction that looks at what is there before it writes, and return its result. If another
    process has written the same in between (IntegrityError), it is run again, and finds that; three times at most."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await write()
        except IntegrityError:
            continue
    return await write()
