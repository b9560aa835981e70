"""Signed and encrypted vCons. What is opened here is made twice: by joserfc, and by hand after the RFCs from the
primitives of cryptography, so that no library is proved against itself."""

import base64
import gzip
import hashlib
import hmac
import json
import os
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jwk, jws

from carelog.conversations import Conversation, SignedOrEncrypted
from carelog.conversations.sealed import (
    Keys,
    Opened,
    Undecryptable,
    Untrusted,
    is_sealed,
    open_document,
)
from carelog.conversations.sealed.keys import DecryptionKey, NamedKey
from carelog.kit.errors import CarelogError, InvalidInput

Json: TypeAlias = dict[str, Any]
PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
UUID = "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"
SECRET = "chest pain since Tuesday"
VCON = json.dumps({"uuid": UUID, "parties": [], "subject": SECRET}).encode()


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    name: str,
    key: PrivateKey,
    issuer: str | None = None,
    issuer_key: PrivateKey | None = None,
    *,
    ca: bool | None = None,
    begins: datetime = NOW - timedelta(days=10),
    ends: datetime = NOW + timedelta(days=10),
    extension: x509.ExtensionType | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer or name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length=None), critical=True)
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key or key, hashes.SHA256())


@cache
def root() -> x509.Certificate:
    return certificate("Root", ec_key("root"), ca=True)


@cache
def clinic() -> x509.Certificate:
    return certificate("Clinic", rsa_key("clinic"), "Root", ec_key("root"))


def of_clinic(**changed: Any) -> x509.Certificate:
    return certificate("Clinic", rsa_key("clinic"), "Root", ec_key("root"), **changed)


def b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def x5c(*chain: x509.Certificate) -> list[str]:
    return [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]


def signature_by_hand(
    payload: bytes, header: Json, *, key: rsa.RSAPrivateKey | None = None, protected: bytes = b'{"alg":"RS256"}'
) -> Json:
    """RFC 7515 section 5.1, with RS256."""
    made_over = f"{b64(protected)}.{b64(payload)}".encode()
    octets = (key or rsa_key("clinic")).sign(made_over, PKCS1v15(), hashes.SHA256())
    return {"header": header, "protected": b64(protected), "signature": b64(octets)}


def signed_by_hand(payload: bytes, *chain: x509.Certificate, **more: Any) -> Json:
    return {"payload": b64(payload), "signatures": [signature_by_hand(payload, {"x5c": x5c(*chain)}, **more)]}


def signed_by_library(payload: bytes, key: PrivateKey, header: Json, algorithm: str = "RS256") -> Json:
    class Registry(jws.JWSRegistry):
        max_header_length = 100_000

    own = jwk.RSAKey.import_key(key) if isinstance(key, rsa.RSAPrivateKey) else jwk.ECKey.import_key(key)
    member: Any = {"protected": {"alg": algorithm}, "header": header}
    made: Any = jws.serialize_json([member], payload, own, registry=Registry(algorithms=[algorithm]))
    return dict(made)


def key_by_hand(cek: bytes, to: rsa.RSAPrivateKey, algorithm: str = "RSA-OAEP") -> bytes:
    digest = hashes.SHA1() if algorithm == "RSA-OAEP" else hashes.SHA256()
    return to.public_key().encrypt(cek, OAEP(MGF1(digest), digest, None))


def encrypted_by_hand(
    plaintext: bytes,
    to: rsa.RSAPrivateKey | None = None,
    *,
    protected: bytes = b'{"alg":"RSA-OAEP","enc":"A256CBC-HS512"}',
    unprotected: Json | None = None,
    header: Json | None = None,
    aad: bytes | None = None,
) -> Json:
    """RFC 7516 section 5.1, with A256CBC-HS512 after RFC 7518 section 5.2.2.1."""
    cek, iv = os.urandom(64), os.urandom(16)
    authenticated = b64(protected) if aad is None else f"{b64(protected)}.{b64(aad)}"
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(cek[32:]), modes.CBC(iv)).encryptor()
    ciphertext = cipher.update(pad.update(plaintext) + pad.finalize()) + cipher.finalize()
    length = (len(authenticated) * 8).to_bytes(8, "big")
    tag = hmac.digest(cek[:32], authenticated.encode() + iv + ciphertext + length, hashlib.sha512)[:32]
    document: Json = {
        "protected": b64(protected),
        "iv": b64(iv),
        "ciphertext": b64(ciphertext),
        "tag": b64(tag),
        "recipients": [{"encrypted_key": b64(key_by_hand(cek, to or rsa_key("ours")))}],
    }
    if unprotected is not None:
        document["unprotected"] = unprotected
    if header is not None:
        document["recipients"][0]["header"] = header
    if aad is not None:
        document["aad"] = b64(aad)
    return document


def encrypted_by_library(
    plaintext: bytes,
    to: Sequence[rsa.RSAPrivateKey],
    algorithm: str = "RSA-OAEP",
    content: str = "A256CBC-HS512",
    **protected: str,
) -> Json:
    made = jwe.GeneralJSONEncryption({"enc": content, **protected}, plaintext)
    for one in to:
        made.add_recipient({"alg": algorithm}, jwk.RSAKey.import_key(one.public_key()))
    own: Any = jwe.encrypt_json(made, None, algorithms=[algorithm, content, "DEF"])
    return dict(own)


def trusting(*certificates: x509.Certificate, ours: Sequence[rsa.RSAPrivateKey] = ()) -> Keys:
    own = tuple(DecryptionKey(jwk.RSAKey.import_key(key), frozenset({f"key-{i}"})) for i, key in enumerate(ours))
    return Keys(certificates=certificates, private_keys=own)


def trusting_key(key: PrivateKey, *names: str) -> Keys:
    own = jwk.RSAKey if isinstance(key, rsa.RSAPrivateKey) else jwk.ECKey
    public: Any = own.import_key(key.public_key())  # type: ignore[arg-type]
    return Keys(public_keys=(NamedKey(public, frozenset(names), "the clinic's key"),))


def opened(document: Mapping[str, Any], keys: Keys, now: datetime = NOW) -> Opened:
    return open_document(json.dumps(document), keys, now)


def refused(error: type[CarelogError], document: Mapping[str, Any], keys: Keys, now: datetime = NOW) -> str:
    """The message. Nothing of what was said is in it, nor in its details."""
    with pytest.raises(error) as caught:
        opened(document, keys, now)
    told = caught.value.message + json.dumps(caught.value.details)
    assert SECRET not in told
    assert b64(VCON)[:40] not in told
    assert caught.value.__context__ is None or SECRET not in repr(caught.value.__context__)
    return caught.value.message


# Signed.


def test_a_signed_vcon_is_verified_by_the_certificate_it_carries() -> None:
    text = json.dumps(signed_by_hand(VCON, clinic()), indent=1)
    found = open_document("\ufeff" + text, trusting(root()), NOW)
    assert found.payload == VCON
    assert found.form == "signed"
    assert found.original == text
    assert found.signer == "CN=Clinic"
    assert Conversation.parse(found.payload).title == SECRET


def test_what_was_said_is_not_in_the_repr() -> None:
    assert SECRET not in repr(opened(signed_by_hand(VCON, clinic()), trusting(root())))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", rsa_key("clinic")),
        ("RS512", rsa_key("clinic")),
        ("PS256", rsa_key("clinic")),
        ("ES256", ec_key("clinic")),
        ("ES384", ec.generate_private_key(ec.SECP384R1())),
        ("ES512", ec.generate_private_key(ec.SECP521R1())),
    ],
)
def test_every_algorithm_with_a_public_key_is_read(algorithm: str, key: PrivateKey) -> None:
    held = certificate("Clinic", key, "Root", ec_key("root"))
    assert opened(signed_by_library(VCON, key, {"x5c": x5c(held)}, algorithm), trusting(root())).payload == VCON


def test_the_headers_may_say_the_same_twice_but_not_two_things() -> None:
    chain = x5c(clinic())
    protected = json.dumps({"alg": "RS256", "typ": "JWT", "x5c": chain}).encode()
    twice = signature_by_hand(VCON, {"alg": "RS256", "x5c": chain, "uuid": UUID}, protected=protected)
    assert opened({"payload": b64(VCON), "signatures": [twice]}, trusting(root())).signer == "CN=Clinic"
    twice["header"]["alg"] = "PS256"
    assert "contradicts" in refused(InvalidInput, {"payload": b64(VCON), "signatures": [twice]}, trusting(root()))


def test_the_flattened_serialization_is_read() -> None:
    general = signed_by_hand(VCON, clinic())
    flattened = {"payload": general["payload"], **general["signatures"][0]}
    assert is_sealed(flattened)
    assert opened(flattened, trusting(root())).payload == VCON
    assert "the signature at /signature was made" in refused(
        Untrusted, flattened, trusting(certificate("A", ec_key("a")))
    )


DATA = os.environ.get("CARELOG_TEST_DATA")


@pytest.mark.skipif(not DATA, reason="CARELOG_TEST_DATA does not name the folder with the draft's examples")
def test_the_signed_example_of_the_draft() -> None:
    text = (Path(DATA or "") / "vcon" / "ab_call_ext_rec_signed.vcon").read_text()
    leaf, _, ca = (
        x509.load_der_x509_certificate(base64.b64decode(one))
        for one in json.loads(text)["signatures"][0]["header"]["x5c"]
    )
    found = open_document(text, trusting(leaf), NOW)
    assert Conversation.parse(found.payload).document["parties"][0]["name"] == "Alice"
    assert found.original == text
    # Its certificates are of X.509 version 1, which cannot say who is a CA, so that its root vouches for nobody.
    assert "leads to none of trusted_keys" in refused(Untrusted, json.loads(text), trusting(ca))


# Not to be trusted.


@given(
    place=st.sampled_from(["payload", "protected", "signature"]),
    at=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 6),
)
def test_no_byte_of_it_can_be_changed(place: str, at: float, bit: int) -> None:
    document = _signed_once()
    part = document if place == "payload" else document["signatures"][0]
    octets = bytearray(part[place].encode())
    octets[int(at * len(octets))] ^= 1 << bit
    part[place] = octets.decode()
    with pytest.raises(InvalidInput):
        opened(document, trusting(root()))


@cache
def _signed_text() -> str:
    return json.dumps(signed_by_hand(VCON, clinic()))


def _signed_once() -> Json:
    document: Json = json.loads(_signed_text())
    return document


def test_a_changed_payload_is_refused() -> None:
    document = _signed_once() | {"payload": b64(VCON.replace(b"Tuesday", b"Tuesdax"))}
    assert refused(Untrusted, document, trusting(root())) == (
        "the signature at /signatures/0 is broken: it, or what it signs, was changed"
    )


def test_a_changed_protected_header_is_refused() -> None:
    document = _signed_once()
    document["signatures"][0]["protected"] = b64(b'{"alg":"RS256","typ":"other"}')
    assert "is broken" in refused(Untrusted, document, trusting(root()))


def test_anothers_key_under_the_certificate_is_refused() -> None:
    assert "is broken" in refused(Untrusted, signed_by_hand(VCON, clinic(), key=rsa_key("thief")), trusting(root()))


def test_a_certificate_holds_for_its_time_only() -> None:
    document = signed_by_hand(VCON, clinic())
    late, early = NOW + timedelta(days=11), NOW - timedelta(days=11)
    for keys in (trusting(root()), trusting(clinic())):
        assert "has expired" in refused(Untrusted, document, keys, late)
        assert "not valid yet" in refused(Untrusted, document, keys, early)


def test_one_issued_by_a_stranger_of_the_same_name_is_refused() -> None:
    impostor = certificate("Clinic", rsa_key("clinic"), "Root", ec_key("thief"))
    forged_root = certificate("Root", ec_key("thief"), ca=True)
    document = signed_by_hand(VCON, impostor, forged_root)
    assert "leads to none of trusted_keys" in refused(Untrusted, document, trusting(root()))


def test_a_chain_leads_on_over_intermediate_certificates() -> None:
    branch = certificate("Branch", ec_key("branch"), "Root", ec_key("root"), ca=True)
    leaf = certificate("Clinic", rsa_key("clinic"), "Branch", ec_key("branch"))
    assert opened(signed_by_hand(VCON, leaf, branch), trusting(root())).signer == "CN=Clinic"
    assert opened(signed_by_hand(VCON, leaf, branch, root()), trusting(root())).signer == "CN=Clinic"
    assert opened(signed_by_hand(VCON, leaf), trusting(branch)).signer == "CN=Clinic"
    assert "leads to none" in refused(Untrusted, signed_by_hand(VCON, leaf), trusting(root()))


def usage(**uses: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    return x509.KeyUsage(**(none | uses))


@pytest.mark.parametrize(
    "branch",
    [
        {},
        {"ca": False},
        {"ca": True, "ends": NOW - timedelta(days=1)},
        {"ca": True, "extension": usage(digital_signature=True)},
    ],
    ids=["nothing said", "not a CA", "expired", "for signatures only"],
)
def test_not_every_certificate_may_issue_others(branch: Json) -> None:
    issuer = certificate("Branch", ec_key("branch"), "Root", ec_key("root"), **branch)
    leaf = certificate("Clinic", rsa_key("clinic"), "Branch", ec_key("branch"))
    assert "leads to none" in refused(Untrusted, signed_by_hand(VCON, leaf, issuer), trusting(root()))
    assert "leads to none" in refused(Untrusted, signed_by_hand(VCON, leaf), trusting(issuer))


def test_a_chain_has_an_end() -> None:
    document = signed_by_hand(VCON, clinic(), *[root()] * 10)
    assert "not a list of up to 10 certificates" in refused(Untrusted, document, trusting(root()))


def test_a_certificate_that_may_not_sign_is_refused() -> None:
    signing = of_clinic(extension=usage(digital_signature=True))
    assert opened(signed_by_hand(VCON, signing), trusting(root())).signer == "CN=Clinic"
    encrypting = of_clinic(extension=usage(key_encipherment=True))
    assert "leads to none" in refused(Untrusted, signed_by_hand(VCON, encrypting), trusting(root()))


def test_a_certificate_may_be_trusted_without_its_issuer() -> None:
    assert opened(signed_by_hand(VCON, clinic()), trusting(clinic())).signer == "CN=Clinic"
    another = of_clinic()
    assert "leads to none" in refused(Untrusted, signed_by_hand(VCON, another), trusting(clinic()))


def test_no_signature_is_no_signature() -> None:
    bare = {"header": {"x5c": x5c(clinic())}, "protected": b64(b'{"alg":"none"}'), "signature": ""}
    message = refused(Untrusted, {"payload": b64(VCON), "signatures": [bare]}, trusting(root()))
    assert "has an algorithm that is none of RS256" in message


def test_a_public_key_is_no_shared_secret() -> None:
    """The algorithm confusion of RFC 8725 section 2.1: HMAC keyed with what everyone knows."""
    protected = b64(b'{"alg":"HS256"}')
    pem = rsa_key("clinic").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = hmac.digest(pem, f"{protected}.{b64(VCON)}".encode(), hashlib.sha256)
    for header in ({"x5c": x5c(clinic())}, {"kid": "clinic"}, {}):
        document = {
            "payload": b64(VCON),
            "signatures": [{"header": header, "protected": protected, "signature": b64(forged)}],
        }
        keys = replace(trusting(root()), public_keys=trusting_key(rsa_key("clinic"), "clinic").public_keys)
        assert "has an algorithm" in refused(Untrusted, document, keys)


def test_a_key_that_the_document_brings_along_is_not_believed() -> None:
    thief = rsa_key("thief")
    own = jwk.RSAKey.import_key(thief.public_key()).as_dict()
    for header in ({"jwk": own}, {"jku": "https://thief.example/keys"}, {"x5u": "https://thief.example/cert"}):
        signature = signature_by_hand(VCON, dict(header), key=thief)
        message = refused(Untrusted, {"payload": b64(VCON), "signatures": [signature]}, trusting(root(), clinic()))
        assert "fits none of trusted_keys" in message
        assert ("`x5u` is not fetched" in message) == ("x5u" in header)


def test_critical_header_parameters_are_not_passed_over() -> None:
    document = signed_by_hand(VCON, clinic(), protected=b'{"alg":"RS256","crit":["b64"],"b64":false}')
    assert "critical header parameters" in refused(Untrusted, document, trusting(root()))


# Keys without certificates.


@pytest.mark.parametrize(
    "header",
    [{"kid": "clinic"}, {"kid": "as they call it"}, {}, {"x5c": x5c(certificate("Any", rsa_key("clinic")))}],
    ids=["kid", "another kid", "no name", "x5c around it"],
)
def test_a_public_key_is_trusted_by_itself(header: Json) -> None:
    document = {"payload": b64(VCON), "signatures": [signature_by_hand(VCON, header)]}
    assert opened(document, trusting_key(rsa_key("clinic"), "clinic")).signer == "the clinic's key"
    refused(Untrusted, document, trusting_key(rsa_key("another"), "clinic"))
    refused(Untrusted, document, trusting_key(ec_key("another"), "clinic"))


@pytest.mark.parametrize("name", ["x5t", "x5t#S256", "x5u"])
def test_a_certificate_is_found_among_those_that_are_trusted(name: str) -> None:
    der = clinic().public_bytes(Encoding.DER)
    header = {
        "x5t": b64(hashlib.sha1(der).digest()),
        "x5t#S256": b64(hashlib.sha256(der).digest()),
        "x5u": "https://clinic.example/certificate.pem",
    }
    document = {"payload": b64(VCON), "signatures": [signature_by_hand(VCON, {name: header[name]})]}
    assert opened(document, trusting(root(), clinic())).signer == "CN=Clinic"
    refused(Untrusted, document, trusting(root()))
    refused(Untrusted, document, trusting(clinic()), NOW + timedelta(days=11))


# Several signatures, several layers.


def several(*signatures: Json) -> Json:
    return {"payload": b64(VCON), "signatures": list(signatures)}


def test_one_trusted_signature_is_enough_beside_those_of_strangers() -> None:
    ours = signature_by_hand(VCON, {"x5c": x5c(clinic())})
    strangers = signature_by_hand(VCON, {"x5c": x5c(certificate("Stranger", rsa_key("thief")))}, key=rsa_key("thief"))
    garbled = strangers | {"signature": b64(b"no signature")}
    for document in (several(strangers, ours), several(ours, garbled)):
        assert opened(document, trusting(root())).signer == "CN=Clinic"
    refused(Untrusted, several(strangers, strangers), trusting(root()))


def test_a_broken_signature_in_a_trusted_name_spoils_the_others() -> None:
    ours = signature_by_hand(VCON, {"x5c": x5c(clinic())})
    keys = replace(trusting(root()), public_keys=trusting_key(ec_key("branch"), "branch").public_keys)
    for header in ({"x5c": x5c(clinic())}, {"kid": "branch"}):
        broken = signature_by_hand(b"something else", dict(header))
        assert "/signatures/1 is broken" in refused(Untrusted, several(ours, broken), keys)


def test_signed_anew_for_the_archive_the_last_signature_counts() -> None:
    expired = of_clinic(begins=NOW - timedelta(days=20), ends=NOW - timedelta(days=1))
    inner = json.dumps(signed_by_hand(VCON, expired)).encode()
    archive = certificate("Archive", rsa_key("archive"), "Root", ec_key("root"))
    found = opened(signed_by_hand(inner, archive, key=rsa_key("archive")), trusting(root()))
    assert (found.payload, found.signer) == (VCON, "CN=Archive")


def test_it_cannot_be_signed_anew_without_end() -> None:
    payload = VCON
    for _ in range(18):
        payload = json.dumps(signed_by_hand(payload, clinic())).encode()
    assert "signed anew more than" in refused(InvalidInput, json.loads(payload), trusting(root()))


def test_the_uuid_beside_the_signature_must_be_that_of_the_vcon() -> None:
    for uuid, error in ((UUID.upper(), None), (UUID.replace("0192", "0193"), Untrusted)):
        document = several(signature_by_hand(VCON, {"x5c": x5c(clinic()), "uuid": uuid}))
        if error is None:
            assert opened(document, trusting(root())).payload == VCON
        else:
            assert "their uuids differ" in refused(error, document, trusting(root()))


def test_the_uuid_beside_the_ciphertext_must_be_that_of_the_vcon() -> None:
    document = encrypted_by_hand(VCON, unprotected={"uuid": UUID.replace("0192", "0193")})
    assert "their uuids differ" in refused(Untrusted, document, trusting(ours=[rsa_key("ours")]))


def test_a_gzipped_payload_is_read() -> None:
    assert opened(signed_by_hand(gzip.compress(VCON), clinic()), trusting(root())).payload == VCON


def test_a_bomb_does_not_go_off() -> None:
    bomb = json.dumps(signed_by_hand(gzip.compress(b" " * 2**25 + VCON), clinic()))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match="larger than 65536 bytes"):
            open_document(bomb, trusting(root()), NOW, max_bytes=65536)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()
    cut = signed_by_hand(gzip.compress(VCON)[:-4], clinic())
    assert "not one whole gzip member" in refused(InvalidInput, cut, trusting(root()))


@pytest.mark.parametrize("payload", [b"", b"[1]", SECRET.encode(), b"\xff", b'{"a":1,"a":2}'])
def test_what_is_signed_must_be_a_json_object(payload: bytes) -> None:
    assert "inside the sealed vCon: " in refused(InvalidInput, signed_by_hand(payload, clinic()), trusting(root()))


# Encrypted.


def test_an_encrypted_vcon_holds_the_signed_one() -> None:
    inner = json.dumps(signed_by_hand(VCON, clinic())).encode()
    document = encrypted_by_hand(inner, unprotected={"uuid": UUID, "cty": "application/vcon", "enc": "A256CBC-HS512"})
    found = opened(document, trusting(root(), ours=[rsa_key("ours")]))
    assert (found.payload, found.form, found.signer) == (VCON, "encrypted", "CN=Clinic")
    assert json.loads(found.original) == document
    refused(SignedOrEncrypted, document, trusting(ours=[rsa_key("ours")]))
    refused(Untrusted, document, trusting(clinic(), ours=[rsa_key("ours")]), NOW + timedelta(days=11))


@pytest.mark.parametrize("algorithm", ["RSA-OAEP", "RSA-OAEP-256"])
@pytest.mark.parametrize("content", ["A256CBC-HS512", "A256GCM"])
def test_a_plain_vcon_may_be_encrypted_and_nobody_signed_it(algorithm: str, content: str) -> None:
    document = encrypted_by_library(VCON, [rsa_key("ours")], algorithm, content)
    found = opened(document, trusting(ours=[rsa_key("ours")]))
    assert (found.payload, found.form, found.signer) == (VCON, "encrypted", None)


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"protected": b'{ "enc" : "A256CBC-HS512",\n "alg" : "RSA-OAEP" }'},
        {"protected": b'{"enc":"A256CBC-HS512"}', "header": {"alg": "RSA-OAEP"}},
        {"protected": b"", "unprotected": {"enc": "A256CBC-HS512"}, "header": {"alg": "RSA-OAEP"}},
        {"aad": b"beside it"},
    ],
    ids=["protected", "spaces in the header", "alg of the recipient", "as the draft writes it", "aad"],
)
def test_the_parameters_may_stand_in_any_header(shape: Json) -> None:
    keys = trusting(ours=[rsa_key("ours")])
    assert opened(encrypted_by_hand(VCON, **shape), keys).payload == VCON


def test_each_recipient_opens_it_with_their_own_key() -> None:
    document = encrypted_by_library(VCON, [rsa_key("theirs"), rsa_key("ours")])
    for mine in ("theirs", "ours"):
        assert opened(document, trusting(ours=[rsa_key("another"), rsa_key(mine)])).payload == VCON
    assert refused(Undecryptable, document, trusting(ours=[rsa_key("another")])) == (
        "none of decryption_keys opens the encrypted vCon, or it was changed"
    )


@pytest.mark.parametrize("kid", ["key-1", "key-0", "as they call it"])
def test_the_kid_of_a_recipient_may_name_the_key(kid: str) -> None:
    document = encrypted_by_hand(VCON, rsa_key("ours"), header={"kid": kid})
    keys = trusting(ours=[rsa_key("another"), rsa_key("ours")])
    if kid == "key-0":
        refused(Undecryptable, document, keys)
    else:
        assert opened(document, keys).payload == VCON


@given(
    place=st.sampled_from(["protected", "iv", "ciphertext", "tag", "encrypted_key", "aad"]),
    at=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 6),
)
def test_no_byte_of_the_encrypted_form_can_be_changed(place: str, at: float, bit: int) -> None:
    document: Json = json.loads(_encrypted_text())
    part = document["recipients"][0] if place == "encrypted_key" else document
    octets = bytearray(part[place].encode())
    octets[int(at * len(octets))] ^= 1 << bit
    part[place] = octets.decode()
    with pytest.raises(InvalidInput):
        opened(document, trusting(ours=[rsa_key("ours")]))


@cache
def _encrypted_text() -> str:
    return json.dumps(encrypted_by_hand(VCON, aad=b"beside it"))


@pytest.mark.parametrize(
    "protected",
    [
        b'{"alg":"RSA1_5","enc":"A256CBC-HS512"}',
        b'{"alg":"dir","enc":"A256CBC-HS512"}',
        b'{"alg":"RSA-OAEP","enc":"A128CBC-HS256"}',
        b'{"alg":"RSA-OAEP","enc":"A256CBC-HS512","zip":"DEF"}',
        b'{"alg":"RSA-OAEP","enc":"A256CBC-HS512","crit":["exp"]}',
        b'{"alg":["RSA-OAEP"],"enc":{}}',
        b"{}",
    ],
)
def test_other_ways_of_encrypting_are_refused(protected: bytes) -> None:
    document = encrypted_by_hand(VCON, protected=protected)
    assert "must be encrypted with" in refused(Undecryptable, document, trusting(ours=[rsa_key("ours")]))


@pytest.mark.parametrize(("key_size", "iv_size", "opens"), [(32, 12, True), (16, 12, False), (32, 16, False)])
def test_the_key_and_the_iv_must_have_the_size_of_the_algorithm(key_size: int, iv_size: int, opens: bool) -> None:
    """A256GCM by hand, after RFC 7518 section 5.3."""
    cek, iv, protected = os.urandom(key_size), os.urandom(iv_size), b64(b'{"alg":"RSA-OAEP-256","enc":"A256GCM"}')
    cipher = Cipher(algorithms.AES(cek), modes.GCM(iv)).encryptor()
    cipher.authenticate_additional_data(protected.encode())
    ciphertext = cipher.update(VCON) + cipher.finalize()
    document = {
        "protected": protected,
        "iv": b64(iv),
        "ciphertext": b64(ciphertext),
        "tag": b64(cipher.tag),
        "recipients": [{"encrypted_key": b64(key_by_hand(cek, rsa_key("ours"), "RSA-OAEP-256"))}],
    }
    if opens:
        assert opened(document, trusting(ours=[rsa_key("ours")])).payload == VCON
    else:
        refused(Undecryptable, document, trusting(ours=[rsa_key("ours")]))


def test_no_more_is_decrypted_than_may_be_kept() -> None:
    with pytest.raises(InvalidInput, match="larger than 64 bytes"):
        open_document(json.dumps(encrypted_by_hand(VCON)), trusting(ours=[rsa_key("ours")]), NOW, max_bytes=64)


def test_encrypted_twice_is_refused() -> None:
    inner = json.dumps(encrypted_by_hand(VCON)).encode()
    keys = trusting(root(), ours=[rsa_key("ours")])
    for document in (encrypted_by_hand(inner), signed_by_hand(inner, clinic())):
        assert "inside another sealed one" in refused(InvalidInput, document, keys)


# Shapes.


def test_without_keys_it_says_which_setting_would_name_them() -> None:
    assert "trusted_keys" in refused(SignedOrEncrypted, signed_by_hand(VCON, clinic()), Keys())
    assert "decryption_keys" in refused(SignedOrEncrypted, encrypted_by_hand(VCON), trusting(root()))


def test_a_plain_vcon_is_not_sealed() -> None:
    assert not is_sealed(json.loads(VCON))
    assert not is_sealed({"parties": [], "payload": "", "signatures": []})
    assert not is_sealed({})


@pytest.mark.parametrize("text", [VCON, b'["payload", "signatures"]', b"1"])
def test_what_is_not_sealed_is_not_opened(text: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a sealed vCon"):
        open_document(text, trusting(root(), ours=[rsa_key("ours")]), NOW)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"payload": 1}, "/payload must be base64url"),
        ({"payload": "e30="}, "/payload must be base64url"),
        ({"payload": "é"}, "/payload must be base64url"),
        ({"signatures": []}, "/signatures must be a list"),
        ({"signatures": {}}, "/signatures must be a list"),
        ({"signatures": ["e30"]}, "/signatures/0 must be an object"),
        ({"signatures": [{}] * 17}, "/signatures must not hold more than 16"),
        ({"signatures": [{}]}, "/signatures/0/signature must be base64url"),
        ({"signatures": [{"signature": "", "header": []}]}, "/signatures/0/header must be an object"),
        ({"signatures": [{"signature": "", "protected": b64(b"[]")}]}, "/signatures/0/protected must be a JSON object"),
        ({"signatures": [{"signature": "", "protected": 5}]}, "/signatures/0/protected must be base64url"),
        ({"signatures": [{"signature": "", "protected": b64(b'{"alg":"none","alg":"RS256"}')}]}, "/signatures/0/prot"),
    ],
)
def test_what_is_no_jws_is_refused_at_its_place(change: Json, problem: str) -> None:
    assert problem in refused(InvalidInput, _signed_once() | change, trusting(root()))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"iv": None}, "/iv must be base64url"),
        ({"aad": ["x"]}, "/aad must be base64url"),
        ({"protected": ["x"]}, "/protected must be base64url"),
        ({"recipients": [{}] * 17}, "/recipients must not hold more than 16"),
        ({"recipients": [{}]}, "/recipients/0/encrypted_key must be base64url"),
        ({"unprotected": "x"}, "/unprotected must be an object"),
    ],
)
def test_what_is_no_jwe_is_refused_at_its_place(change: Json, problem: str) -> None:
    assert problem in refused(InvalidInput, encrypted_by_hand(VCON) | change, trusting(ours=[rsa_key("ours")]))


@pytest.mark.parametrize(
    "header",
    [
        {"x5c": []},
        {"x5c": "MIIB"},
        {"x5c": [1]},
        {"x5c": ["!"]},
        {"x5c": ["AAAA"] * 11},
        {"x5c": [base64.b64encode(SECRET.encode()).decode()]},
        {"kid": ["clinic"]},
        {"x5t": {"a": 1}},
        {"alg": "RS256", "kid": None},
    ],
)
def test_whatever_a_header_holds_it_is_refused_as_untrusted(header: Json) -> None:
    refused(Untrusted, several(signature_by_hand(VCON, header, key=rsa_key("thief"))), trusting(root(), clinic()))
