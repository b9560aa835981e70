"""Certificates and keys in files: PEM (RFC 7468), and JWK or JWK set (RFC 7517)."""

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, RSAKey, import_key

from carelog.kit import jsontext
from carelog.kit.errors import ConfigurationError, InvalidInput

MIN_RSA_BITS = 2048  # RFC 7518 sections 3.3 and 4.3
SUFFIXES = (".pem", ".crt", ".cer", ".key", ".pub", ".json", ".jwk", ".jwks")

_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)  # RFC 7518 section 3.4
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)

PublicKey: TypeAlias = RSAKey | ECKey


class Unusable(ValueError):
    """A key that is not used here. The message says why, and holds nothing of the key."""


def files(paths: Sequence[Path], setting: str) -> Iterator[Path]:
    """The files that are named, and those in the folders that are named: the ones that end in one of SUFFIXES."""
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
            if not inside:
                raise _fault(path, setting, f"the folder holds no file that ends in {', '.join(SUFFIXES)}")
            yield from inside
        else:
            raise _fault(path, setting, "there is no such file or folder")


def read_trusted(file: Path, setting: str) -> list[x509.Certificate | PublicKey]:
    """Every certificate and public key of a file, at least one. Raises ConfigurationError."""
    data = _content(file, setting)
    try:
        if _is_json(data):
            return [_public_jwk(jwk) for jwk in _jwks(data)]
        return [_public_pem(label, pem) for label, pem in _pems(data)]
    except Unusable as error:
        raise _fault(file, setting, str(error)) from None


def read_private(file: Path, setting: str) -> list[RSAKey]:
    """Every private key of a file, at least one; certificates beside them are passed over. Raises
    ConfigurationError."""
    data = _content(file, setting)
    try:
        if _is_json(data):
            return [_private_jwk(jwk) for jwk in _jwks(data)]
        found = [_private_pem(label, pem) for label, pem in _pems(data) if label != "CERTIFICATE"]
        if not found:
            raise Unusable("it holds certificates, but no private key")
    except Unusable as error:
        raise _fault(file, setting, str(error)) from None
    return found


def usable(key: object) -> PublicKey:
    """A public key of cryptography's as one of joserfc's. Raises Unusable for kinds and sizes not used here."""
    match key:
        case rsa.RSAPublicKey():
            _check_size(key)
            return RSAKey.import_key(key)
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, _CURVES):
            return ECKey.import_key(key)
        case ec.EllipticCurvePublicKey():
            raise Unusable("an EC key must be on P-256, P-384 or P-521")
        case _:
            raise Unusable("the key must be an RSA or EC key")


def _check_size(key: rsa.RSAPublicKey | rsa.RSAPrivateKey) -> None:
    if key.key_size < MIN_RSA_BITS:
        raise Unusable(f"an RSA key must have at least {MIN_RSA_BITS} bits")


def _public_pem(label: str, pem: bytes) -> x509.Certificate | PublicKey:
    try:
        match label:
            case "CERTIFICATE":
                return x509.load_pem_x509_certificate(pem)
            case "PUBLIC KEY" | "RSA PUBLIC KEY":
                key = load_pem_public_key(pem)
            case _:
                raise Unusable("only certificates and public keys belong here, it holds something else")
    except (ValueError, UnsupportedAlgorithm) as error:
        raise error if isinstance(error, Unusable) else Unusable("it is damaged") from None
    return usable(key)


def _private_pem(label: str, pem: bytes) -> RSAKey:
    if label not in ("PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"):
        raise Unusable("only RSA private keys belong here, it holds something else")
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        raise Unusable("its private key is locked with a password; store it without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Unusable("it is damaged") from None
    return _decrypting(key)


def _decrypting(key: object) -> RSAKey:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Unusable("only RSA private keys belong here, it holds something else")
    _check_size(key)
    return RSAKey.import_key(key)


def _jwks(data: bytes) -> list[dict[str, Any]]:
    try:
        document = jsontext.parse(data)
    except InvalidInput:
        raise Unusable("it is not valid JSON") from None
    jwks = document.get("keys", [document])
    if not isinstance(jwks, list) or not jwks or not all(isinstance(jwk, dict) for jwk in jwks):
        raise Unusable("`keys` must be a list of JWKs")
    return jwks


def _imported(jwk: dict[str, Any]) -> Key:
    if jwk.get("kty") not in ("RSA", "EC"):
        raise Unusable("a JWK must be an RSA or EC key")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of small keys, which are refused below
            return import_key(jwk)
    except (JoseError, ValueError, KeyError, TypeError):
        raise Unusable("a JWK in it is damaged") from None


def _public_jwk(jwk: dict[str, Any]) -> PublicKey:
    if "d" in jwk:
        raise Unusable("it holds a private key; only certificates and public keys belong here")
    key = _imported(jwk)
    usable(key.raw_value)
    assert isinstance(key, RSAKey | ECKey)
    return key


def _private_jwk(jwk: dict[str, Any]) -> RSAKey:
    key = _imported(jwk)
    _decrypting(key.raw_value)
    assert isinstance(key, RSAKey)
    return key


def _is_json(data: bytes) -> bool:
    return data.lstrip().startswith(b"{")


def _pems(data: bytes) -> list[tuple[str, bytes]]:
    found = [(match[1].decode(), match[0]) for match in _PEM.finditer(data)]
    if not found:
        raise Unusable("it is neither PEM nor JWK")
    return found


def _content(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _fault(file, setting, error.strerror or "it cannot be read") from None


def _fault(path: Path, setting: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{setting}: {path}: {problem}", details={"key": setting, "file": str(path)})
