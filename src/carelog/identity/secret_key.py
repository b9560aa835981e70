"""The secret of an installation, and the keys for single purposes that are derived from it.

It is a setting, or is made at the first start and kept in a file beside the embedded databases. There is no default:
two installations never share one.

When it is changed, the earlier ones are given beside it until nothing depends on them: they open what was sealed with
them, and seal nothing new.
"""

import hmac
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from carelog.kit.errors import ConfigurationError

LEAST_CHARACTERS: Final = 32
FILE: Final = "secret.key"
FILE_OLDER: Final = "secret.key.older"


class SecretKey:
    """Whoever knows it can sign in as anyone, so only keys derived from it leave this class."""

    __slots__ = ("_derived", "_secret", "older")

    def __init__(self, secret: bytes, older: Sequence["SecretKey"] = ()) -> None:
        self._secret = secret
        self._derived: dict[str, bytes] = {}
        self.older = tuple(older)
        """Those that were in use before, the last one first."""

    def __repr__(self) -> str:
        return "SecretKey(***)"

    def subkey(self, purpose: str) -> bytes:
        """The 32 bytes for one purpose, by HKDF with SHA-256 (RFC 5869). They tell nothing about those for another.

        >>> key = SecretKey(b"made up for this example, and long enough")
        >>> key.subkey("audit") == key.subkey("audit"), key.subkey("audit") == key.subkey("tokens")
        (True, False)
        """
        if purpose not in self._derived:
            self._derived[purpose] = _derive(self._secret, purpose)
        return self._derived[purpose]

    def subkeys(self, purpose: str) -> tuple[bytes, ...]:
        """The keys of this secret and of the earlier ones, to read what was made with any of them."""
        return tuple(key.subkey(purpose) for key in (self, *self.older))

    @property
    def name(self) -> str:
        """Identifies the secret that something was sealed with, without revealing it."""
        return hmac.digest(self._secret, b"carelog:name of the key", "sha256")[:8].hex()

    def named(self, name: str | None) -> "SecretKey | None":
        """The secret of this name, of this one and the earlier ones."""
        return next((key for key in (self, *self.older) if key.name == name), None)


def load_secret_key(
    given: str | None, data_dir: Path, *, shared: bool, sealed: bool, older: Sequence[str] = ()
) -> SecretKey:
    """The secret that is given, or else the one of the file in `data_dir`, which is made if there is none; with the
    earlier ones, which are given or in a file of their own, one a line.

    If the sign-in data is shared by several machines, none is made, since each would have another; nor where there is
    data that was `sealed` with the one that is missing. Raises ConfigurationError, which names what to do, also for a
    file that others may read.
    """
    others = [SecretKey(secret) for secret in (*(one.encode() for one in older), *_older(data_dir / FILE_OLDER))]
    if given is not None:
        return SecretKey(given.encode(), others)
    path = data_dir / FILE
    try:
        if not path.exists():
            if shared:
                raise ConfigurationError(
                    "secret_key: sign-in data in PostgreSQL may be used from several machines, which need the same "
                    "secret: set CARELOG_SECRET_KEY to one of at least 32 random characters",
                    details={"key": "secret_key"},
                )
            if sealed and not others:  # one that was moved aside to be changed is among the older ones
                raise ConfigurationError(
                    f"secret_key: {path} is missing, and the databases were sealed with it: put it back, as it is in "
                    "the backup of this folder; if it is lost for good, `carelog reseal --lost` begins without it",
                    details={"key": "secret_key"},
                )
            _make(path)
        return SecretKey(_read(path), others)
    except OSError as error:
        raise ConfigurationError(
            f"secret_key: {path} cannot be read or made ({error.strerror})", details={"key": "secret_key"}
        ) from None


def _derive(secret: bytes, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # slow to load, and many commands sign nothing
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"carelog:{purpose}".encode()).derive(secret)


def _make(path: Path) -> None:
    """Write a new secret to disk, whole or not at all. If another process was faster, its secret stays."""
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _older(path: Path) -> list[bytes]:
    try:
        found = [line.strip() for line in _read(path).splitlines()] if path.exists() else []
    except OSError as error:
        raise ConfigurationError(
            f"secret_key: {path} cannot be read ({error.strerror})", details={"key": "secret_key"}
        ) from None
    if any(len(secret) < LEAST_CHARACTERS for secret in found):
        raise ConfigurationError(
            f"secret_key: {path} holds one secret in a line, each of at least {LEAST_CHARACTERS} characters",
            details={"key": "secret_key"},
        )
    return found


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(
            f"secret_key: others may read {path}: `chmod 600 {path}` ends that", details={"key": "secret_key"}
        )
    secret = path.read_bytes().strip()
    if len(secret) < LEAST_CHARACTERS:
        raise ConfigurationError(
            f"secret_key: {path} holds less than {LEAST_CHARACTERS} characters: it is damaged, and must come back "
            "from a backup",
            details={"key": "secret_key"},
        )
    return secret
