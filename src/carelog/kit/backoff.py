"""How long to wait before trying again."""

import random
from datetime import timedelta
from typing import Final

BASE_DELAY: Final = timedelta(seconds=1)
MAX_DELAY: Final = timedelta(minutes=15)


def backoff(tries: int, jitter: random.Random | None = None) -> timedelta:
    """1, 2, 4, 8 ... seconds after the first, second, third ... attempt, capped, of which the last half is random,
    so that what failed together does not come back together.

    >>> 0.5 <= backoff(1).total_seconds() <= 1.0
    True
    """
    whole = min(BASE_DELAY * 2 ** min(tries - 1, 20), MAX_DELAY) if tries > 0 else BASE_DELAY
    share = (jitter or random).random()
    return whole / 2 + whole / 2 * share
