"""Keys in files, as an operator would have made them."""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from joserfc import jwk, jws

from carelog.conversations.receiving import receive
from carelog.conversations.sealed import Keys
from carelog.conversations.vcon import SignedOrEncrypted
from carelog.kit.errors import ConfigurationError

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
VCON = '{"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "parties": []}'


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, lock: KeySerializationEncryption | None = None
) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption())


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate(name: str) -> bytes:
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(own, own, ec_key().public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    return builder.sign(ec_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def file(folder: Path, name: str, content: bytes | object) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def rsa_jwk(*, private: bool, kid: str) -> dict[str, object]:
    return dict(jwk.RSAKey.import_key(rsa_key(), {"kid": kid}).as_dict(private=private))


def test_a_folder_of_certificates_and_keys_is_read(tmp_path: Path) -> None:
    trusted, own = tmp_path / "trusted", tmp_path / "own"
    file(trusted, "bundle.pem", b"Subject: CN=One\n" + certificate("One") + b"\n" + certificate("Two"))
    file(trusted, "clinic.pub", public_pem(ec_key()))
    file(trusted, "partners.json", {"keys": [rsa_jwk(private=False, kid="2026-01")]})
    file(trusted, "README", b"which key is whose")
    file(own, "ours.key", private_pem(rsa_key()) + certificate("Ours"))
    jwk_file = file(tmp_path, "older.jwk", rsa_jwk(private=True, kid="2025"))

    keys = Keys.load([trusted], [own, jwk_file])
    assert [one.subject.rfc4514_string() for one in keys.certificates] == ["CN=One", "CN=Two"]
    assert [one.name for one in keys.public_keys] == ["clinic", "2026-01"]
    thumbprint = jwk.RSAKey.import_key(rsa_key()).thumbprint()
    assert keys.public_keys[1].names == {"2026-01", "partners", thumbprint}
    assert [one.names for one in keys.private_keys] == [{"ours", thumbprint}, {"2025", "older", thumbprint}]


def test_private_keys_are_not_in_the_repr(tmp_path: Path) -> None:
    keys = Keys.load([], [file(tmp_path, "own.jwk", rsa_jwk(private=True, kid="own"))])
    secret = str(rsa_jwk(private=True, kid="own")["d"])
    assert "own" in repr(keys)
    assert secret not in repr(keys)
    assert "RSAKey" not in repr(keys)


def broken_jwk(**changed: object) -> dict[str, object]:
    return rsa_jwk(private=False, kid="x") | changed


def small_jwk() -> dict[str, object]:
    small = rsa.generate_private_key(65537, 1024).public_key()
    return dict(jwk.RSAKey(small, small).as_dict())


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "neither PEM nor JWK"),
        (b"\x30\x82\x01\x0a", "neither PEM nor JWK"),
        (private_pem(ec_key()), "only certificates and public keys belong here"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "it is damaged"),
        (b"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "it is damaged"),
        (public_pem(ed25519.Ed25519PrivateKey.generate()), "must be an RSA or EC key"),
        (public_pem(ec.generate_private_key(ec.SECP256K1())), "on P-256, P-384 or P-521"),
        (public_pem(rsa.generate_private_key(65537, 1024)), "at least 2048 bits"),
        (b"{", "not valid JSON"),
        ({"keys": []}, "`keys` must be a list of JWKs"),
        ({"keys": [1]}, "`keys` must be a list of JWKs"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "must be an RSA or EC key"),
        (rsa_jwk(private=True, kid="x"), "it holds a private key"),
        (small_jwk(), "at least 2048 bits"),
        (broken_jwk(n="!"), "a JWK in it is damaged"),
        (broken_jwk(n=5), "a JWK in it is damaged"),
        ({"kty": "RSA"}, "a JWK in it is damaged"),
        ({"kty": "EC", "crv": "P-0", "x": "AA", "y": "AA"}, "a JWK in it is damaged"),
    ],
)
def test_a_file_that_holds_nothing_to_trust_is_named(tmp_path: Path, content: bytes | object, problem: str) -> None:
    path = file(tmp_path, "trusted.pem", content)
    with pytest.raises(ConfigurationError, match=problem) as refused:
        Keys.load([path], [])
    assert refused.value.message.startswith(f"trusted_keys: {path}: ")
    assert refused.value.details == {"key": "trusted_keys", "file": str(path)}
    assert "MIIB" not in refused.value.message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"password", "neither PEM nor JWK"),
        (certificate("Ours"), "no private key"),
        (public_pem(rsa_key()), "only RSA private keys"),
        (private_pem(ec_key()), "only RSA private keys"),
        (private_pem(rsa_key(), BestAvailableEncryption(b"password")), "locked with a password"),
        (private_pem(rsa.generate_private_key(65537, 1024)), "at least 2048 bits"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "it is damaged"),
        (rsa_jwk(private=False, kid="x"), "only RSA private keys"),
    ],
)
def test_a_file_that_holds_nothing_to_decrypt_with_is_named(
    tmp_path: Path, content: bytes | object, problem: str
) -> None:
    path = file(tmp_path, "own.pem", content)
    with pytest.raises(ConfigurationError, match=problem) as refused:
        Keys.load([], [path])
    assert refused.value.details == {"key": "decryption_keys", "file": str(path)}


def test_a_path_without_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no such file or folder"):
        Keys.load([tmp_path / "absent.pem"], [])
    with pytest.raises(ConfigurationError, match="the folder holds no file that ends in"):
        Keys.load([], [tmp_path])


def test_a_conversation_is_received_in_either_form(tmp_path: Path) -> None:
    plain, nothing = receive(VCON.encode(), None, NOW, max_bytes=1000)
    assert nothing is None
    key = jwk.ECKey.import_key(ec_key())
    sealed = json.dumps(jws.serialize_json([{"protected": {"alg": "ES256"}}], VCON, key))
    keys = Keys.load([file(tmp_path, "clinic.pem", public_pem(ec_key()))], [])
    conversation, opened = receive(sealed, keys, NOW, max_bytes=1000)
    assert conversation == plain
    assert conversation.json == VCON
    assert opened is not None
    assert (opened.signer, opened.original) == ("clinic", sealed)
    with pytest.raises(SignedOrEncrypted, match="trusted_keys names nobody"):
        receive(sealed, None, NOW, max_bytes=1000)
