"""The encrypted form of a vCon: a JWE, opened with the configured private keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry

from carelog.conversations.sealed.forms import Header, Jwe, Recipient, read_jwe
from carelog.conversations.sealed.keys import DECRYPTION, DecryptionKey, Keys
from carelog.kit.errors import InvalidInput

# RFC 7518 sections 4.3 and 5.1. The draft wants RSA-OAEP, which is with SHA-1, and A256CBC-HS512 for the sake of
# interoperability; whether SHA-1 collides does not matter in OAEP.
KEY_ALGORITHMS: Final = {
    "RSA-OAEP": OAEP(MGF1(hashes.SHA1()), hashes.SHA1(), None),  # noqa: S303
    "RSA-OAEP-256": OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None),
}
CONTENT_ALGORITHMS: Final = ("A256CBC-HS512", "A256GCM")

_REGISTRY = JWERegistry(algorithms=CONTENT_ALGORITHMS)


class Undecryptable(InvalidInput):
    """An encrypted vCon that none of the configured keys opens, or that is encrypted in a way that is not read."""

    code = "conversation.undecryptable"


@dataclass(frozen=True)
class Decrypted:
    """`header` is that of the recipient whose key opened it."""

    plaintext: bytes = field(repr=False)
    header: Header


def decrypt(document: Mapping[str, Any], keys: Keys) -> Decrypted:
    """The plaintext of a JWE. A wrong key and a changed text are not told apart, so that nobody learns from the
    answer how far the decryption came.

    `joserfc.jwe.decrypt_json` is not used: it writes the protected header anew before it checks the tag over it,
    and so refuses headers that were written with a space, and wants `enc` to be protected.

    Raises Undecryptable, and InvalidInput for what is no JWE.
    """
    jwe = read_jwe(document)
    readable = [recipient for recipient in jwe.recipients if _is_readable(recipient.header)]
    if not readable:
        raise Undecryptable(
            f"an encrypted vCon must be encrypted with {' or '.join(KEY_ALGORITHMS)} and"
            f" {' or '.join(CONTENT_ALGORITHMS)}, without `zip` and without `crit`"
        )
    for recipient in readable:
        for own in _likely(recipient, keys):
            plaintext = _opened(jwe, recipient, own)
            if plaintext is not None:
                return Decrypted(plaintext, recipient.header)
    raise Undecryptable(f"none of {DECRYPTION} opens the encrypted vCon, or it was changed")


def _is_readable(header: Header) -> bool:
    """`zip` is refused, since a small text could grow without bound in memory."""
    return (
        header.get("alg") in tuple(KEY_ALGORITHMS)
        and header.get("enc") in CONTENT_ALGORITHMS
        and "zip" not in header
        and "crit" not in header
    )


def _likely(recipient: Recipient, keys: Keys) -> tuple[DecryptionKey, ...]:
    """The keys that the recipient's `kid` names, or else all."""
    kid = recipient.header.get("kid")
    named = tuple(own for own in keys.private_keys if isinstance(kid, str) and kid in own.names)
    return named or keys.private_keys


def _opened(jwe: Jwe, recipient: Recipient, own: DecryptionKey) -> bytes | None:
    content = _REGISTRY.get_enc(recipient.header["enc"])
    private_key = own.key.private_key
    assert private_key is not None
    try:
        content.check_iv(jwe.iv)
        cek = private_key.decrypt(recipient.encrypted_key, KEY_ALGORITHMS[recipient.header["alg"]])
        if len(cek) * 8 != content.cek_size:
            return None
        return content.decrypt(jwe.ciphertext, jwe.tag, cek, jwe.iv, jwe.authenticated)
    except (JoseError, ValueError):
        return None
