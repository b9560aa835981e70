"""From a sealed vCon to the plain one inside, checked on the way."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from carelog.conversations.form import form_of, is_sealed
from carelog.conversations.sealed.encrypted import decrypt
from carelog.conversations.sealed.forms import Header, read_jws
from carelog.conversations.sealed.keys import DECRYPTION, TRUSTED, Keys
from carelog.conversations.sealed.signed import Untrusted, verify
from carelog.conversations.vcon import SignedOrEncrypted
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

MAX_BYTES = 16 * 1024 * 1024  # of the plain vCon
MAX_LAYERS = 16  # how often a vCon may have been signed anew

_GZIP = b"\x1f\x8b"  # RFC 1952 section 2.3.1; no JSON text begins so


@dataclass(frozen=True)
class Opened:
    """`payload` is the JSON text of the plain vCon, `form` what it came in, `original` the exact text of that.

    `signer` is the subject of the certificate that signed it (RFC 4514) or the name of the key, None where nobody
    did.
    """

    payload: bytes = field(repr=False)
    form: Literal["signed", "encrypted"]
    original: str = field(repr=False)
    signer: str | None


def open_sealed(
    document: Mapping[str, Any], original: str, keys: Keys, now: datetime, *, max_bytes: int = MAX_BYTES
) -> Opened:
    """Verify a signed vCon, decrypt an encrypted one; `document` is what `original` reads as.

    The draft's encrypted form holds the signed one, which is then verified too. One that holds the plain vCon is
    read as well: nobody vouches for it, as nobody does for a plain vCon. Where a signed vCon was signed anew to
    outlast its certificate (draft, "Long Term Archiving"), the last signature is checked and stands for those
    inside it. The vCon may be gzipped. What is in it is not checked here, but for its `uuid` where a header has one.

    Raises SignedOrEncrypted where no key is configured for it, Untrusted (see `signed.verify`), Undecryptable (see
    `encrypted.decrypt`), and InvalidInput for what is no JWS or JWE, or is larger than `max_bytes` inside.
    """
    form = form_of(document) if isinstance(document, Mapping) else "unsigned"
    if form == "unsigned":
        raise InvalidInput("not a sealed vCon", details={"problems": []})
    inside = _Layer(original.encode(), document)
    headers: list[Header] = []
    signer = None
    if form == "encrypted":
        if not keys.private_keys:
            raise SignedOrEncrypted(f"the vCon is encrypted, and {DECRYPTION} names no key to decrypt it with")
        decrypted = decrypt(document, keys)
        headers.append(decrypted.header)
        inside = _layer(decrypted.plaintext, max_bytes)
    if form_of(inside.document) == "signed":
        if not keys.trusts_anyone:
            raise SignedOrEncrypted(f"the vCon is signed, and {TRUSTED} names nobody to trust")
        verified = verify(inside.document, keys, now)
        headers += verified.headers
        signer = verified.signer
        inside = _innermost(_layer(verified.payload, max_bytes), max_bytes)
    if is_sealed(inside.document):
        raise InvalidInput("an encrypted vCon inside another sealed one is not read", details={"problems": []})
    _check_uuid(headers, inside.document)
    return Opened(inside.text, form, original, signer)


def open_document(data: bytes | str, keys: Keys, now: datetime, *, max_bytes: int = MAX_BYTES) -> Opened:
    """`open_sealed` from the text alone. Raises as it does, and as `jsontext.parse` does."""
    document = jsontext.parse(data)
    text = data if isinstance(data, str) else data.decode()
    return open_sealed(document, text.removeprefix("\ufeff"), keys, now, max_bytes=max_bytes)


class _Layer(NamedTuple):
    text: bytes
    document: Mapping[str, Any]


def _layer(octets: bytes, max_bytes: int) -> _Layer:
    text = _plain(octets, max_bytes)
    try:
        document = jsontext.parse(text)
    except InvalidInput as error:
        raise InvalidInput(f"inside the sealed vCon: {error.message}", details=error.details) from None
    if not isinstance(document, Mapping):
        raise InvalidInput("inside the sealed vCon: it must be a JSON object", details={"problems": []})
    return _Layer(text, document)


def _plain(octets: bytes, max_bytes: int) -> bytes:
    """The text that may be gzipped, as the draft lets a payload be; never more than `max_bytes` in memory."""
    if not octets.startswith(_GZIP):
        plain = octets
    else:
        stream = zlib.decompressobj(wbits=31)
        try:
            plain = stream.decompress(octets, max_bytes + 1)
        except zlib.error:
            raise InvalidInput("inside the sealed vCon: not valid gzip", details={"problems": []}) from None
        if len(plain) <= max_bytes and (not stream.eof or stream.unused_data):
            raise InvalidInput("inside the sealed vCon: not one whole gzip member", details={"problems": []})
    if len(plain) > max_bytes:
        raise InvalidInput(f"the vCon inside is larger than {max_bytes} bytes", details={"problems": []})
    return plain


def _innermost(layer: _Layer, max_bytes: int) -> _Layer:
    for _ in range(MAX_LAYERS):
        if form_of(layer.document) != "signed":
            return layer
        layer = _layer(read_jws(layer.document).payload, max_bytes)
    raise InvalidInput(f"signed anew more than {MAX_LAYERS} times", details={"problems": []})


def _check_uuid(headers: Sequence[Header], document: Mapping[str, Any]) -> None:
    """Headers may name the vCon's uuid, to be compared once it can be read (draft, "Header Object")."""
    for header in headers:
        if "uuid" in header and str(header["uuid"]).lower() != str(document.get("uuid")).lower():
            raise Untrusted("the sealed vCon holds another one than its header says: their uuids differ")
