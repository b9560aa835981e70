"""Passwords: which are accepted, and their hashes.

They are hashed by argon2id. A bcrypt hash from another system is accepted, and replaced at the next sign-in.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, TypeVar

from carelog.identity.refusals import WeakPassword
from carelog.kit.errors import Unavailable

if TYPE_CHECKING:
    from pwdlib import PasswordHash

T = TypeVar("T")

SHORTEST: Final = 8
LONGEST: Final = 128

_AT_ONCE: Final = 4
_WAITING: Final = 200
_BCRYPT_BYTES: Final = 72
_KINDS: Final = ("$argon2", "$2")

# Of a password that nobody knows.
_NOBODYS: Final = "h1DmWnJqCDgnd6AWuS54GQ$n9N8dHVCMUuhFA6ql2sTt6uFvIIGvVosmqta5ivqHaA"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one argon2id hash takes: passes over so much memory, in so many threads."""

    passes: int
    kib: int
    lanes: int

    @property
    def nobodys(self) -> str:
        """A hash that belongs to no user: checking a password against it takes as long as against a user's."""
        return f"$argon2id$v=19$m={self.kib},t={self.passes},p={self.lanes}${_NOBODYS}"


# By RFC 9106, section 4, where memory is limited.
RECOMMENDED: Final = Cost(passes=3, kib=65_536, lanes=4)


def require_strong(password: str, *, personal: Collection[str] = ()) -> None:
    """Raise WeakPassword for one that is too short, among the most common, or made only of what is known of the user:
    `personal`, an e-mail address or a name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"a password has {SHORTEST} to {LONGEST} characters")
    folded = password.casefold()
    known = {part for text in personal for part in (text.casefold(), text.casefold().partition("@")[0])}
    if folded in _common() or folded in known or len(set(folded)) < 3:
        raise WeakPassword("this password is one of the first that would be tried: choose another")


@cache
def _common() -> frozenset[str]:
    return frozenset((files(__package__) / "common_passwords.txt").read_text("utf-8").split())


class Passwords:
    """Hashes and checks passwords in threads, a few at once: each takes 64 MiB for a moment at the recommended cost."""

    def __init__(self, cost: Cost = RECOMMENDED) -> None:
        self.cost = cost
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """A new hash. Raises Unavailable when too many wait already."""
        return await self._in_thread(self._hash, password)

    async def check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Whether the password is that of this hash, and, if the hash is outdated, the one to store instead.

        Without a hash, because there is no such user, or with one of an unknown kind, the answer is no and takes the
        same time. Raises Unavailable.
        """
        return await self._in_thread(self._check, password, known)

    async def _in_thread(self, work: Callable[..., T], *given: str | None) -> T:
        if self._waiting >= _WAITING:
            raise Unavailable("too many are signing in at this moment", retry_after=timedelta(seconds=5))
        self._waiting += 1
        try:
            async with self._at_once:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1

    def _hash(self, password: str) -> str:
        return _hashing(self.cost).hash(password)

    def _check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        hashing = _hashing(self.cost)
        if known is None or not known.startswith(_KINDS):
            hashing.verify(password, self.cost.nobodys)
            return False, None
        if known.startswith("$2"):
            # bcrypt reads 72 bytes. Those who made such hashes cut longer passwords; the library refuses them.
            right = hashing.verify(password.encode()[:_BCRYPT_BYTES], known)
            return right, self._hash(password) if right else None
        return hashing.verify_and_update(password, known)


@cache
def _hashing(cost: Cost) -> "PasswordHash":
    from pwdlib import PasswordHash  # slow to load, and most commands check no password
    from pwdlib.hashers.argon2 import Argon2Hasher
    from pwdlib.hashers.bcrypt import BcryptHasher

    argon2 = Argon2Hasher(time_cost=cost.passes, memory_cost=cost.kib, parallelism=cost.lanes)
    return PasswordHash((argon2, BcryptHasher()))
