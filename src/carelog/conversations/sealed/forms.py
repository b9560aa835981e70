"""The JSON forms that a sealed vCon comes in: JWS (RFC 7515) and JWE (RFC 7516), taken apart but not believed.

The general serialization is what draft-ietf-vcon-vcon-core-03 asks for; the flattened one (RFC 7515 and 7516,
both section 7.2.2) says the same with one signature or recipient, and is read too.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

MAX_SIGNATURES = 16
MAX_RECIPIENTS = 16

Header = Mapping[str, Any]


@dataclass(frozen=True)
class Signature:
    """One of a JWS: `header` joins its protected and unprotected header, `signed` is what it was made over."""

    place: str
    header: Header
    signed: bytes
    octets: bytes


@dataclass(frozen=True)
class Jws:
    payload: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Recipient:
    """One of a JWE: `header` joins its own header and the two that it shares with the others."""

    header: Header
    encrypted_key: bytes


@dataclass(frozen=True)
class Jwe:
    """`authenticated` is the additional data that the tag covers (RFC 7516 section 5.1, step 14)."""

    recipients: tuple[Recipient, ...]
    authenticated: bytes
    iv: bytes
    ciphertext: bytes
    tag: bytes


def read_jws(document: Mapping[str, Any]) -> Jws:
    """Raises InvalidInput, naming the place, for what is no JWS or has more than MAX_SIGNATURES."""
    kind = "signed"
    payload = _octets(document, "payload", "", kind)
    return Jws(
        payload,
        tuple(
            _signature(item, place, document["payload"])
            for item, place in _items(document, "signatures", MAX_SIGNATURES, kind)
        ),
    )


def _signature(item: Mapping[str, Any], place: str, payload: str) -> Signature:
    kind = "signed"
    protected = _protected(item, place, kind)
    header = _joined([protected, _object(item, "header", place, kind)], place, kind)
    return Signature(
        place=place or "/signature",
        header=header,
        signed=f"{item.get('protected', '')}.{payload}".encode("ascii"),
        octets=_octets(item, "signature", place, kind),
    )


def read_jwe(document: Mapping[str, Any]) -> Jwe:
    """Raises InvalidInput, naming the place, for what is no JWE or has more than MAX_RECIPIENTS."""
    kind = "encrypted"
    shared = [_protected(document, "", kind), _object(document, "unprotected", "", kind)]
    authenticated = document.get("protected", "")
    if "aad" in document:
        _octets(document, "aad", "", kind)
        authenticated += "." + document["aad"]
    return Jwe(
        recipients=tuple(
            Recipient(
                header=_joined([*shared, _object(item, "header", place, kind)], place, kind),
                encrypted_key=_octets(item, "encrypted_key", place, kind),
            )
            for item, place in _items(document, "recipients", MAX_RECIPIENTS, kind)
        ),
        authenticated=authenticated.encode("ascii"),
        iv=_octets(document, "iv", "", kind),
        ciphertext=_octets(document, "ciphertext", "", kind),
        tag=_octets(document, "tag", "", kind),
    )


def _items(document: Mapping[str, Any], name: str, limit: int, kind: str) -> list[tuple[Mapping[str, Any], str]]:
    """Each signature or recipient with its place; the whole document where the form is the flattened one."""
    if name not in document:
        return [(document, "")]
    items = document[name]
    if not isinstance(items, list) or not items:
        raise _refusal(kind, f"/{name}", "must be a list that is not empty")
    if len(items) > limit:
        raise _refusal(kind, f"/{name}", f"must not hold more than {limit}")
    for i, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise _refusal(kind, f"/{name}/{i}", "must be an object")
    return [(item, f"/{name}/{i}") for i, item in enumerate(items)]


def _protected(item: Mapping[str, Any], place: str, kind: str) -> Header:
    if item.get("protected", "") == "":
        return {}
    octets = _octets(item, "protected", place, kind)
    try:
        header = jsontext.parse(octets)
    except InvalidInput:
        header = None
    if not isinstance(header, Mapping):
        raise _refusal(kind, f"{place}/protected", "must be a JSON object in base64url")
    return header


def _object(item: Mapping[str, Any], name: str, place: str, kind: str) -> Header:
    value = item.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _refusal(kind, f"{place}/{name}", "must be an object")
    return value


def _joined(headers: Sequence[Header], place: str, kind: str) -> Header:
    """The union. The RFCs want the headers disjoint, the draft's own examples repeat `alg`, `enc` and `x5c`: what
    says the same twice is let pass, what contradicts itself is not."""
    joined: dict[str, Any] = {}
    for header in headers:
        for name, value in header.items():
            if joined.setdefault(name, value) != value:
                raise _refusal(kind, f"{place}/header", "contradicts another header beside it")
    return joined


def _octets(item: Mapping[str, Any], name: str, place: str, kind: str) -> bytes:
    """Base64url in its one canonical way, since each other way would be a second text under the same signature."""
    text = item.get(name)
    if isinstance(text, str):
        try:
            raw = text.encode("ascii")
            octets = base64.b64decode(raw + b"=" * (-len(raw) % 4), b"-_", validate=True)
        except ValueError:
            pass
        else:
            if base64.urlsafe_b64encode(octets).rstrip(b"=") == raw:
                return octets
    raise _refusal(kind, f"{place}/{name}", "must be base64url without padding")


def _refusal(kind: str, place: str, problem: str) -> InvalidInput:
    return InvalidInput(
        f"not a valid {kind} vCon: {place} {problem}",
        details={"problems": [{"place": place, "problem": problem}]},
    )
