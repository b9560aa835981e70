"""A conversation's place in a sample, which is the same whenever and wherever it is asked for."""

import hashlib
from uuid import UUID


def fraction(uuid: UUID, seed: int | str | None = None) -> float:
    """A number from 0 up to, and without, 1; evenly spread over many conversations, and for each seed anew.

    >>> fraction(UUID("0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"))
    0.48957092431373894
    """
    return number(uuid, seed) / 2**32


def number(uuid: UUID, seed: int | str | None = None) -> int:
    """A whole number below 2**32; without a seed, that by which the conserver chooses every nth."""
    named = str(uuid) if seed is None else f"{seed}:{uuid}"
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:4])
