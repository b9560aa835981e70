"""Sealing: encryption of what lies where others may read it, bound to its place."""

import os
from typing import Final

_NONCE_BYTES: Final = 12


class BrokenSeal(Exception):
    """It was sealed with another key, or for another place, or was altered."""


def seal(key: bytes, place: bytes, content: bytes) -> bytes:
    """Encrypt with AES-GCM (NIST SP 800-38D) and a key of 16, 24 or 32 bytes. It opens for the same place only.

    A nonce is chosen by chance: one key may seal four thousand million contents (section 8.3).

    >>> unseal(b"k" * 32, b"here", seal(b"k" * 32, b"here", b"made up"))
    b'made up'
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to load, and few seal

    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place)


def unseal(key: bytes, place: bytes, sealed: bytes) -> bytes:
    """Raises BrokenSeal."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
    except (InvalidTag, ValueError):
        raise BrokenSeal from None
