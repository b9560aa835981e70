"""Passwords: which are taken, and their hashes.

argon2id with the parameters that RFC 9106 (section 4) recommends where memory is limited. A bcrypt hash from another
system is accepted, and replaced at the next sign-in.
"""

import asyncio
from collections.abc import Callable, Collection
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

# Of a password that nobody knows: to check one against it takes as long as against a user's.
_NOBODYS: Final = "$argon2id$v=19$m=65536,t=3,p=4$h1DmWnJqCDgnd6AWuS54GQ$n9N8dHVCMUuhFA6ql2sTt6uFvIIGvVosmqta5ivqHaA"


def require_strong(password: str, *, personal: Collection[str] = ()) -> None:
    """Raise WeakPassword for one that is too short, among the most common, or nothing but what is known of the user:
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
    """Hashes and checks passwords in threads, a few at once: each takes 64 MiB for a moment."""

    def __init__(self) -> None:
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """A new hash. Raises Unavailable when too many wait already."""
        return await self._in_thread(_hash, password)

    async def check(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Whether it is the password of this hash, and the hash to keep instead of it, if it is an outdated one.

        Without a hash, since there is no such user, it takes the same time and is wrong. Raises Unavailable.
        """
        return await self._in_thread(_check, password, known)

    async def _in_thread(self, work: Callable[..., T], *given: str | None) -> T:
        if self._waiting >= _WAITING:
            raise Unavailable("too many are signing in at this moment", retry_after=timedelta(seconds=5))
        self._waiting += 1
        try:
            async with self._at_once:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1


@cache
def _hashing() -> "PasswordHash":
    from pwdlib import PasswordHash  # slow to load, and most commands check no password
    from pwdlib.hashers.argon2 import Argon2Hasher
    from pwdlib.hashers.bcrypt import BcryptHasher

    return PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65_536, parallelism=4), BcryptHasher()))


def _hash(password: str) -> str:
    return _hashing().hash(password)


def _check(password: str, known: str | None) -> tuple[bool, str | None]:
    if known is None:
        _hashing().verify(password, _NOBODYS)
        return False, None
    if known.startswith("$2"):
        # bcrypt reads 72 bytes; those who made such hashes cut what was longer, and the library refuses it.
        right = _hashing().verify(password.encode()[:_BCRYPT_BYTES], known)
        return right, _hash(password) if right else None
    return _hashing().verify_and_update(password, known)
