"""The parameters of a vCon and what each may be, after draft-ietf-vcon-vcon-core-03."""

import re
from functools import lru_cache
from typing import Annotated, Literal, Required
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict  # pydantic cannot read the one of typing before Python 3.12

from carelog.conversations.dates import read_date

DATE_PROBLEM = "must be an RFC 3339 date and time with a zone, such as 2026-01-05T09:30:00Z"

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_SESSION_UUID = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)  # RFC 7989 section 5 writes it without hyphens
_NOT_UNIQUE = frozenset({"0" * 32, "f" * 32})  # the nil and max UUIDs
_MEDIATYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+*-]+\s*(;.*)?", re.ASCII | re.DOTALL)
_HASH = re.compile(r"([a-z0-9]+)-([A-Za-z0-9_-]+)={0,2}", re.ASCII)
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]([/?#].*)?", re.ASCII)


def _uuid(text: str) -> str:
    if not UUID_FORM.fullmatch(text):
        raise PydanticCustomError("uuid", "must be a UUID, such as 0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")
    if text.replace("-", "").lower() in _NOT_UNIQUE:
        raise PydanticCustomError("uuid", "must be a UUID of its own, not the nil or max UUID")
    return text


def _session_uuid(text: str) -> str:
    if not (_SESSION_UUID.fullmatch(text) or UUID_FORM.fullmatch(text)):
        raise PydanticCustomError("session_uuid", "must be a UUID of 32 hexadecimal digits")
    return text


def _date(text: str) -> str:
    if read_date(text) is None:
        raise PydanticCustomError("date", DATE_PROBLEM)
    return text


def _https(text: str) -> str:
    try:
        parts = urlsplit(text)
        well_formed = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        well_formed = False
    if not well_formed or any(character.isspace() for character in text):
        raise PydanticCustomError("https", "must be an https URL")
    return text


def _content_hash(token: str) -> str:
    match = _HASH.fullmatch(token)
    if match is None:
        raise PydanticCustomError(
            "content_hash", "must be the algorithm in lower case, a hyphen and the hash in base64url"
        )
    if match[1] == "sha512" and len(match[2]) != 86:
        raise PydanticCustomError("content_hash", "must hold the 86 base64url characters of a SHA-512 hash")
    return token


@lru_cache(maxsize=256)
def _mediatype(text: str) -> str:
    if not _MEDIATYPE.fullmatch(text):
        raise PydanticCustomError("mediatype", "must be a media type, such as text/plain")
    return text


def _did(text: str) -> str:
    if not _DID.fullmatch(text):
        raise PydanticCustomError("did", "must be a DID, such as did:web:example.com")
    return text


def _one_or_list(value: object) -> str:
    if value is None:
        return "gap"
    return "list" if isinstance(value, list) else "one"


Index = Annotated[int, Field(ge=0)]
Uuid = Annotated[str, AfterValidator(_uuid)]
SessionUuid = Annotated[str, AfterValidator(_session_uuid)]
Date = Annotated[str, AfterValidator(_date)]
Https = Annotated[str, AfterValidator(_https)]
Mediatype = Annotated[str, AfterValidator(_mediatype)]
Did = Annotated[str, AfterValidator(_did)]
Hash = Annotated[str, AfterValidator(_content_hash)]
Hashes = Annotated[
    Annotated[Hash, Tag("one")] | Annotated[Annotated[list[Hash], Field(min_length=1)], Tag("list")],
    Discriminator(_one_or_list),
]
Indices = Annotated[Annotated[Index, Tag("one")] | Annotated[list[Index], Tag("list")], Discriminator(_one_or_list)]
Channel = Annotated[
    Annotated[Index, Tag("one")] | Annotated[list[Index], Tag("list")] | Annotated[None, Tag("gap")],
    Discriminator(_one_or_list),
]
DialogParties = Annotated[
    Annotated[Index, Tag("one")] | Annotated[list[Channel], Tag("list")] | Annotated[None, Tag("gap")],
    Discriminator(_one_or_list),
]


# Objects and arrays may be null, since the draft lets those "with no or null values" be left out (section 2.2);
# other optional parameters may only be absent.


class CivicAddress(TypedDict, total=False):
    country: str
    a1: str
    a2: str
    a3: str
    a4: str
    a5: str
    a6: str
    prd: str
    pod: str
    sts: str
    hno: str
    hns: str
    lmk: str
    loc: str
    flr: str
    nam: str
    pc: str


class PartyShape(TypedDict, total=False):
    """Section 4.2. A party may be empty, and its `tel` and `mailto` may be written in any common form."""

    tel: str
    sip: str
    stir: str
    mailto: str
    name: str
    did: Did
    validation: str
    gmlpos: str
    civicaddress: CivicAddress | None
    uuid: str
    type: str
    org: str
    dept: str


class Content(TypedDict, total=False):
    """Sections 2.3 and 2.4: a file inside the vCon, or outside of it. What fits together is a rule."""

    mediatype: Mediatype
    filename: str
    encoding: Literal["base64url", "json", "none"]
    url: Https
    content_hash: Hashes


class SessionId(TypedDict, total=False):
    local: SessionUuid
    remote: SessionUuid


SessionSlot = Annotated[
    Annotated[SessionId, Tag("one")] | Annotated[list[SessionId], Tag("list")] | Annotated[None, Tag("gap")],
    Discriminator(_one_or_list),
]
SessionIds = Annotated[
    Annotated[SessionId, Tag("one")] | Annotated[list[SessionSlot], Tag("list")] | Annotated[None, Tag("gap")],
    Discriminator(_one_or_list),
]


class PartyEvent(TypedDict, total=False):
    party: Required[Index]
    time: Required[Date]
    event: Required[Literal["join", "drop", "hold", "unhold", "mute", "unmute", "keydown", "keyup"]]
    button: str


class DialogShape(Content, total=False):
    """Section 4.3. `type` and `start` are required by a rule, since a dialog may also be quite empty."""

    type: Literal["recording", "recording-set", "text", "transfer", "incomplete"]
    start: Date
    duration: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    parties: DialogParties
    originator: Index
    recordings: list[Index] | None
    recording_set: Index
    disposition: Literal["no-answer", "congestion", "failed", "busy", "hung-up", "voicemail-no-message"]
    session_id: SessionIds
    party_history: list[PartyEvent] | None
    transferee: Index
    transferor: Index
    transfer_target: Indices
    original: Indices
    consultation: Indices
    target_dialog: Indices
    application: str
    message_id: str


class AttachmentShape(Content, total=False):
    """Section 4.4; what is required is a rule, since a redaction may leave an empty place."""

    purpose: str
    start: Date
    party: Index
    dialog: Index


class AnalysisShape(Content, total=False):
    """Section 4.5; what is required is a rule, since a redaction may leave an empty place."""

    type: str
    dialog: Indices
    attachment: Indices
    vendor: str
    product: str
    schema: str


class PriorVersion(TypedDict, total=False):
    """Sections 4.1.8 and 4.1.9: what `redacted` and `amended` point to."""

    uuid: Uuid
    type: str
    url: Https
    content_hash: Hashes


class VconShape(TypedDict, total=False):
    """Section 4.1."""

    vcon: Literal["0.4.0"]
    uuid: Required[Uuid]
    extensions: list[str] | None
    critical: list[str] | None
    created_at: Date
    updated_at: Date
    subject: str
    redacted: PriorVersion | None
    amended: PriorVersion | None
    parties: Required[list[PartyShape]]
    dialog: list[DialogShape] | None
    analysis: list[AnalysisShape] | None
    attachments: list[AttachmentShape] | None
