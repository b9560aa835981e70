"""Whose signature it would be: from what a JWS header says of its signer to the keys that are trusted."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from carelog.conversations.sealed.forms import Header
from carelog.conversations.sealed.key_files import PublicKey, Unusable, usable
from carelog.conversations.sealed.keys import TRUSTED, Keys

MAX_CHAIN = 10

# SHA-1 only finds a certificate here, among those that are trusted already.
_THUMBPRINTS: Final = {"x5t#S256": hashes.SHA256(), "x5t": hashes.SHA1()}  # noqa: S303


class Stranger(Exception):
    """The header names nobody who is trusted now. The message, which goes on from "the signature", says why."""


@dataclass(frozen=True)
class Signer:
    """`name` is the subject of the certificate (RFC 4514), or the name of the key."""

    key: PublicKey
    name: str


@dataclass(frozen=True)
class Candidates:
    """Who may have signed. Where the header `named` them, a signature that does not fit is a broken one; otherwise
    it may just as well be a stranger's."""

    signers: tuple[Signer, ...]
    named: bool


def candidates(header: Header, keys: Keys, now: datetime) -> Candidates:
    """Whose signature to expect after the `x5c`, `x5t#S256`, `x5t` or `kid` of a header; everyone's who is trusted
    where those name none of them.

    The URL in `x5u` or `jku` is never fetched, and a `jwk` never believed. Raises Stranger.
    """
    if "x5c" in header:
        return Candidates((_holder(_chain(header["x5c"]), keys, now),), named=True)
    certificate = _by_thumbprint(header, keys)
    if certificate is not None:
        _check_time(certificate, now)
        return Candidates((_signer(certificate),), named=True)
    kid = header.get("kid")
    named = tuple(Signer(own.key, own.name) for own in keys.public_keys if isinstance(kid, str) and kid in own.names)
    if named:
        return Candidates(named, named=True)
    return Candidates(tuple(_everyone(keys, now)), named=False)


def _everyone(keys: Keys, now: datetime) -> list[Signer]:
    found = [Signer(own.key, own.name) for own in keys.public_keys]
    for certificate in keys.certificates:
        try:
            _check_time(certificate, now)
            found.append(_signer(certificate))
        except Stranger:
            continue
    return found


def _by_thumbprint(header: Header, keys: Keys) -> x509.Certificate | None:
    for name, algorithm in _THUMBPRINTS.items():
        for certificate in keys.certificates if name in header else ():
            thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(algorithm)).rstrip(b"=").decode()
            if header[name] == thumbprint:
                return certificate
    return None


def _chain(x5c: object) -> list[x509.Certificate]:
    """The signer's certificate and those that lead on from it (RFC 7515 section 4.1.6)."""
    if not isinstance(x5c, list) or not 0 < len(x5c) <= MAX_CHAIN:
        raise Stranger(f"has an `x5c` that is not a list of up to {MAX_CHAIN} certificates")
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in x5c]
    except (ValueError, TypeError):
        raise Stranger("has an `x5c` with something in it that is no certificate in base64") from None


def _holder(chain: list[x509.Certificate], keys: Keys, now: datetime) -> Signer:
    leaf, *others = chain
    signer = _signer(leaf)
    for own in keys.public_keys:
        if own.key.raw_value == signer.key.raw_value:  # then no certificate need vouch for it
            return Signer(own.key, own.name)
    _check_time(leaf, now)
    if leaf not in keys.certificates:
        _check_chain(leaf, others, keys, now)
    return signer


def _signer(certificate: x509.Certificate) -> Signer:
    try:
        return Signer(usable(certificate.public_key()), certificate.subject.rfc4514_string())
    except Unusable as error:
        raise Stranger(f"was made with a certificate that is not used here: {error}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Stranger("was made with a certificate that cannot be read") from None


def _check_time(certificate: x509.Certificate, now: datetime) -> None:
    if now < certificate.not_valid_before_utc:
        raise Stranger("was made with a certificate that is not valid yet")
    if now > certificate.not_valid_after_utc:
        raise Stranger("was made with a certificate that has expired")


def _check_chain(leaf: x509.Certificate, others: list[x509.Certificate], keys: Keys, now: datetime) -> None:
    """After RFC 5280 section 6, without revocation, of which a vCon tells nothing. The certificates need not be such
    as web servers have: the signer's needs neither a name of a host nor a purpose."""
    if keys.certificates:
        issuers = ExtensionPolicy.permit_all()
        issuers = issuers.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        issuers = issuers.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_issue)
        signers = ExtensionPolicy.permit_all()
        signers = signers.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
        verifier = (
            PolicyBuilder()
            .store(Store(list(keys.certificates)))
            .time(now.astimezone(UTC))
            .max_chain_depth(MAX_CHAIN)
            .extension_policies(ca_policy=issuers, ee_policy=signers)
            .build_client_verifier()
        )
        try:
            verifier.verify(leaf, others)
            return
        except (VerificationError, ValueError):
            pass
    raise Stranger(f"was made with a certificate that leads to none of {TRUSTED} that is valid now")


def _may_issue(_: Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("may not issue certificates")


def _may_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("may not sign")
