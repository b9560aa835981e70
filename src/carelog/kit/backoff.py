"""How long to wait before trying again."""

import random
from datetime import timedelta
from typing import Final

BASE_DELAY: Final = timedelta(seconds=1)
MAX_DELAY: Final = timedelta(minutes=15)
LONGEST_PAUSE: Final = timedelta(seconds=30)


def at_least(delay: timedelta, asked: timedelta | None) -> timedelta:
    """The delay, or the longer one that was asked for, as far as that is within reason."""
    return delay if asked is None else max(delay, min(asked, MAX_DELAY))


def backoff(tries: int, jitter: random.Random | None = None) -> timedelta:
    """1, 2, 4, 8 ... seconds after the first, second, third ... attempt, capped, of which the last half is random,
    so that what failed together does not come back together.

    >>> 0.5 <= backoff(1).total_seconds() <= 1.0
    True
    """
    whole = min(BASE_DELAY * 2 ** min(tries - 1, 20), MAX_DELAY) if tries > 0 else BASE_DELAY
    share = (jitter or random).random()
    return whole / 2 + whole / 2 * share


def pause_of(troubles: int) -> timedelta:
    """1, 2, 4, 8 ... seconds after the first, second, third ... trouble, capped: how long one pump leaves alone what is
    down, of which nothing waits in a crowd.

    >>> [pause_of(troubles).seconds for troubles in (1, 2, 3, 9)]
    [1, 2, 4, 30]
    """
    return min(timedelta(seconds=2 ** min(troubles - 1, 20)), LONGEST_PAUSE)
