"""What an installation trusts, and what it decrypts with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from joserfc.jwk import RSAKey

from carelog.conversations.sealed import key_files
from carelog.conversations.sealed.key_files import PublicKey

TRUSTED: Final = "trusted_keys"  # the settings that name the files
DECRYPTION: Final = "decryption_keys"


@dataclass(frozen=True)
class NamedKey:
    """A public key that is trusted by itself. `names` are the `kid`s that it answers to: that of its JWK, its
    thumbprint (RFC 7638), and the name of its file without the ending."""

    key: PublicKey
    names: frozenset[str]
    name: str


@dataclass(frozen=True)
class DecryptionKey:
    """An RSA private key, with names as a NamedKey has."""

    key: RSAKey = field(repr=False)
    names: frozenset[str]


@dataclass(frozen=True)
class Keys:
    """A certificate is trusted for itself and, where it is a CA's, for those that it issued."""

    certificates: tuple[x509.Certificate, ...] = ()
    public_keys: tuple[NamedKey, ...] = ()
    private_keys: tuple[DecryptionKey, ...] = ()

    @classmethod
    def load(cls, trusted: Sequence[Path], decryption: Sequence[Path]) -> "Keys":
        """Read these files, and of folders those that end in one of `key_files.SUFFIXES`.

        `trusted` holds X.509 certificates and public keys in PEM, and public keys as JWK or JWK set; `decryption`
        RSA private keys, in PEM without a password or as JWK. Raises ConfigurationError naming the file, never
        what is in it.
        """
        certificates: list[x509.Certificate] = []
        public_keys: list[NamedKey] = []
        private_keys: list[DecryptionKey] = []
        for file in key_files.files(trusted, TRUSTED):
            for found in key_files.read_trusted(file, TRUSTED):
                if isinstance(found, x509.Certificate):
                    certificates.append(found)
                else:
                    public_keys.append(NamedKey(found, _names(found, file), found.kid or file.stem))
        for file in key_files.files(decryption, DECRYPTION):
            private_keys += [DecryptionKey(key, _names(key, file)) for key in key_files.read_private(file, DECRYPTION)]
        return cls(tuple(certificates), tuple(public_keys), tuple(private_keys))

    @property
    def trusts_anyone(self) -> bool:
        return bool(self.certificates or self.public_keys)


def _names(key: PublicKey, file: Path) -> frozenset[str]:
    return frozenset({key.thumbprint(), file.stem, *([key.kid] if key.kid else [])})
