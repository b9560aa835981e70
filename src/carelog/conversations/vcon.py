"""What a vCon must look like, after draft-ietf-vcon-vcon-core-03.

The models below say what each parameter may be; `vcon_rules` says what holds between parameters. Both only
check: the document that came in stays as it is, and parameters they do not name are kept untouched.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Annotated, Any, Literal, Required
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from typing_extensions import TypedDict  # pydantic cannot read the one of typing before Python 3.12

from carelog.conversations.dates import read_date, uuid_moment
from carelog.conversations.form import form_of
from carelog.conversations.vcon_rules import Problem, broken_rules, broken_rules_of
from carelog.kit.errors import InvalidInput

MAX_PROBLEMS = 1000

DATE_PROBLEM = "must be an RFC 3339 date and time with a zone, such as 2026-01-05T09:30:00Z"

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_SESSION_UUID = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)  # RFC 7989 section 5 writes it without hyphens
_PLAIN_KEYS = ("type", "start", "parties", "mediatype", "encoding", "body")
_plain_values = itemgetter(*_PLAIN_KEYS)
_NOT_UNIQUE = frozenset({"0" * 32, "f" * 32})  # the nil and max UUIDs
_MEDIATYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+*-]+\s*(;.*)?", re.ASCII | re.DOTALL)
_HASH = re.compile(r"([a-z0-9]+)-([A-Za-z0-9_-]+)={0,2}", re.ASCII)
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]([/?#].*)?", re.ASCII)


class SignedOrEncrypted(InvalidInput):
    """The signed (JWS) or encrypted (JWE) form of a vCon, where the plain one is read; see `receiving`."""

    code = "conversation.sealed"


def check(document: object) -> None:
    """Refuse what is not a vCon in the unsigned form.

    Raises SignedOrEncrypted for the other two forms, and InvalidInput otherwise, with every problem in
    `details["problems"]`: `place` is a JSON pointer (RFC 6901), `problem` a sentence without values.

    >>> check({"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "parties": []})
    >>> check({"uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "vcon": "0.3.0", "parties": "Meera"})
    Traceback (most recent call last):
        ...
    carelog.kit.errors.InvalidInput: not a valid vCon: /vcon must be "0.4.0" (and 1 more problem)
    """
    if not isinstance(document, Mapping):
        raise InvalidInput("not a valid vCon: it must be a JSON object", details={"problems": []})
    _refuse_sealed(document)
    others = _other_than_plain(document)
    _refuse([*_broken_shapes(document, others), *_without_created_at(document), *broken_rules(document, others)])


def check_added(document: Mapping[str, Any], array: str) -> None:
    """Refuse a vCon that is one no more with the last item of this array, the rest of which was checked before.

    Raises InvalidInput as `check` does.
    """
    place = len(document[array]) - 1
    shapes = _broken_shapes({"uuid": document["uuid"], "parties": [], array: [document[array][-1]]})
    moved = ((at.replace(f"/{array}/0", f"/{array}/{place}", 1), problem) for at, problem in shapes)
    _refuse([*moved, *broken_rules_of(document, array, place)])


def _other_than_plain(document: Mapping[str, Any]) -> list[int]:
    """The dialogs that are no messages of one party in plain words. Most are: a glance tells that they are right."""
    parties, dialogs = document.get("parties"), document.get("dialog")
    if not isinstance(dialogs, list):
        return []
    speakers = len(parties) if isinstance(parties, list) else 0
    return [i for i, dialog in enumerate(dialogs) if not _is_plain(dialog, speakers)]


def _is_plain(dialog: object, speakers: int) -> bool:
    if type(dialog) is not dict or len(dialog) != len(_PLAIN_KEYS):
        return False
    try:
        kind, start, speaker, mediatype, encoding, body = _plain_values(dialog)
    except KeyError:
        return False
    return (
        kind == "text"
        and mediatype == "text/plain"
        and encoding == "none"
        and type(body) is str
        and type(speaker) is int
        and 0 <= speaker < speakers
        and type(start) is str
        and read_date(start) is not None
    )


def _refuse(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    place, problem = problems[0]
    more = {1: "", 2: " (and 1 more problem)"}.get(len(problems), f" (and {len(problems) - 1} more problems)")
    raise InvalidInput(
        f"not a valid vCon: {place or 'it'} {problem}{more}",
        details={"problems": [{"place": p, "problem": s} for p, s in problems[:MAX_PROBLEMS]]},
    )


def _refuse_sealed(document: Mapping[str, Any]) -> None:
    form = form_of(document)
    if form != "unsigned":
        raise SignedOrEncrypted(f"the vCon is {form}, and must be opened before it is read")


def _without_created_at(document: Mapping[str, Any]) -> list[Problem]:
    """`created_at` may be absent where the uuid tells it, as in the draft's own published examples."""
    identity = document.get("uuid")
    if "created_at" in document:
        return []
    if isinstance(identity, str) and _UUID.fullmatch(identity) and uuid_moment(UUID(identity)):
        return []
    return [("/created_at", "is required")]


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise PydanticCustomError("uuid", "must be a UUID, such as 0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071")
    if text.replace("-", "").lower() in _NOT_UNIQUE:
        raise PydanticCustomError("uuid", "must be a UUID of its own, not the nil or max UUID")
    return text


def _session_uuid(text: str) -> str:
    if not (_SESSION_UUID.fullmatch(text) or _UUID.fullmatch(text)):
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


@cache
def _shape() -> TypeAdapter[VconShape]:
    """Built at the first check, so that importing stays quick."""
    return TypeAdapter(VconShape)


_SENTENCES: Mapping[str, str] = {
    "missing": "is required",
    "string_type": "must be a string",
    "string_unicode": "must hold characters, not lone surrogates",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must not be negative",
    "list_type": "must be a list",
    "too_short": "must not be empty",
    "dict_type": "must be an object",
}


def _broken_shapes(document: Mapping[str, Any], dialogs: Sequence[int] | None = None) -> list[Problem]:
    """Of these dialogs, where they are given: the others are known to have the right shape."""
    looked_at: Mapping[str, Any] = document
    given = document.get("dialog")
    if dialogs is not None and isinstance(given, list):
        looked_at = {**document, "dialog": [given[i] for i in dialogs]}
    try:
        _shape().validate_python(looked_at, strict=True)
    except ValidationError as error:
        if looked_at is not document:
            return _broken_shapes(document)  # once more, for the places
        details = error.errors(include_url=False, include_input=False)
        return [(_place(detail["loc"], document), _sentence(detail)) for detail in details]
    return []


def _sentence(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        expected = detail["ctx"]["expected"].replace("'", '"')
        return f"must be {expected}" if detail["loc"] == ("vcon",) else f"must be one of {expected}"
    if detail["type"].startswith("int_"):
        return _SENTENCES["int_type"]
    return _SENTENCES.get(detail["type"], detail["msg"])


def _place(loc: Sequence[str | int], document: object) -> str:
    """pydantic's way to an error as a JSON pointer: the tags of its unions lead nowhere in the document."""
    place, here = "", document
    for i, step in enumerate(loc):
        match here, step:
            case Mapping(), str() if step in here or i + 1 == len(loc):  # what is missing comes last
                here = here.get(step)
            case list(), int() if step < len(here):
                here = here[step]
            case _:
                continue
        place += f"/{step}"
    return place
