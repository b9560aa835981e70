"""The secret of an installation, and the keys for single purposes that are derived from it.

It is given as a setting, or made at the first start and kept in a file beside the embedded databases. There is none
in the program: two installations never share one.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from carelog.kit.errors import ConfigurationError

LEAST_CHARACTERS: Final = 32
FILE: Final = "secret.key"


class SecretKey:
    """Whoever knows it can sign in as anyone: only keys derived from it leave this class."""

    __slots__ = ("_derived", "_secret")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._derived: dict[str, bytes] = {}

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


def load_secret_key(given: str | None, data_dir: Path, *, shared: bool) -> SecretKey:
    """The secret that is given, or else that of the file in `data_dir`, which is made where it is not yet.

    Where the sign-in data is shared by several machines none is made: each would have another. Raises
    ConfigurationError, which names what to set, and for a file that others may read.
    """
    if given is not None:
        return SecretKey(given.encode())
    path = data_dir / FILE
    try:
        if not path.exists():
            if shared:
                raise ConfigurationError(
                    "secret_key: sign-in data in PostgreSQL may be used from several machines, which need the same "
                    "secret: set CARELOG_SECRET_KEY to one of at least 32 random characters",
                    details={"key": "secret_key"},
                )
            _make(path)
        return SecretKey(_read(path))
    except OSError as error:
        raise ConfigurationError(
            f"secret_key: {path} cannot be read or made ({error.strerror})", details={"key": "secret_key"}
        ) from None


def _derive(secret: bytes, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # slow to load, and many commands sign nothing
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"carelog:{purpose}".encode()).derive(secret)


def _make(path: Path) -> None:
    """Write a new secret to disk whole or not at all; when another process was faster, its secret stays."""
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
