"""What holds between the parameters of a vCon, after draft-ietf-vcon-vcon-core-03.

The rules read the raw document and step over whatever has the wrong shape, so that every problem is told at
once, beside those of the shapes.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

Problem: TypeAlias = tuple[str, str]
"""A JSON pointer and a sentence about what stands there."""

SUPPORTED_EXTENSIONS: frozenset[str] = frozenset()
"""The vCon extensions that Carelog understands, by their registered names."""

_Object: TypeAlias = Mapping[str, Any]

_CONTENT = ("body", "encoding", "url", "content_hash")
_TRANSFER = ("transferee", "transferor", "transfer_target", "original", "consultation", "target_dialog")
_NOT_IN_TRANSFER = ("parties", "originator", "mediatype", "filename")
_OF_SOME_TYPES = frozenset({*_TRANSFER, "session_id", "party_history", "recordings", "recording_set"})
_TALKED = frozenset({"recording", "recording-set", "text"})
_CIVIC = frozenset(
    {"country", "a1", "a2", "a3", "a4", "a5", "a6", "prd", "pod", "sts", "hno", "hns", "lmk", "loc", "flr"}
    | {"nam", "pc"}
)


def broken_rules(document: _Object, dialogs: Iterable[int]) -> Iterator[Problem]:
    """Every rule that the document breaks; of its dialogs, these are looked at."""
    yield from _versions(document)
    yield from _critical(document)
    for i, party in _objects(document, "parties"):
        yield from _civic_address(party, f"/parties/{i}/civicaddress")
    for i in dialogs:
        yield from broken_rules_of(document, "dialog", i)
    for array in ("attachments", "analysis"):
        for i, _ in _objects(document, array):
            yield from broken_rules_of(document, array, i)


def broken_rules_of(document: _Object, array: str, index: int) -> Iterator[Problem]:
    """The rules that one dialog, attachment or analysis breaks."""
    item, place = document[array][index], f"/{array}/{index}"
    if not isinstance(item, Mapping):
        return
    if array == "dialog":
        yield from _dialog(item, place, document)
    else:
        rules = _attachment if array == "attachments" else _analysis
        yield from rules(item, place, document, may_be_empty=bool(document.get("redacted")))


def _versions(document: _Object) -> Iterator[Problem]:
    redacted, amended = document.get("redacted"), document.get("amended")
    if redacted is not None and amended is not None:
        yield "/amended", "excludes redacted: a vCon is at most one of the two"
    if isinstance(redacted, Mapping) and redacted:
        if "type" not in redacted:
            yield "/redacted/type", "is required"
        yield from _url(redacted, "/redacted")
    if isinstance(amended, Mapping) and amended:
        if not {"uuid", "url", "body"} & amended.keys():
            yield "/amended", "must name the prior version by uuid or url"
        yield from _url(amended, "/amended")


def _critical(document: _Object) -> Iterator[Problem]:
    critical = document.get("critical")
    for i, name in enumerate(critical if isinstance(critical, list) else ()):
        if isinstance(name, str) and name not in SUPPORTED_EXTENSIONS:
            yield f"/critical/{i}", "names an extension that is not supported"


def _civic_address(party: _Object, place: str) -> Iterator[Problem]:
    address = party.get("civicaddress")
    for key in address if isinstance(address, Mapping) else ():
        if key not in _CIVIC and key.lower() in _CIVIC:
            yield f"{place}/{key}", "must be named in lower case"


def _dialog(dialog: _Object, place: str, document: _Object) -> Iterator[Problem]:
    if not dialog:  # "it is possible to have a Dialog Object with no parameters in it"
        return
    kind = dialog.get("type")
    yield from _required(dialog, ("type", "start"), place)
    if kind in ("incomplete", "transfer", "recording-set"):
        for key in _present(dialog, _CONTENT):
            yield f"{place}/{key}", f"must not be present in a dialog of type {kind}"
    else:
        yield from _content(dialog, place)
    if kind == "recording" and "body" in dialog and dialog["body"] != "" and "mediatype" not in dialog:
        yield f"{place}/mediatype", "is required for a recording inside the vCon"
    if kind == "incomplete":
        yield from _required(dialog, ("disposition",), place)
    yield from _dialog_parties(dialog, place, document)
    if kind == "text" and _OF_SOME_TYPES.isdisjoint(dialog):
        return  # most dialogs there are
    yield from _session_ids(dialog, place)
    yield from _party_history(dialog, place, document)
    yield from _transfer(dialog, place, document)
    yield from _recording_set(dialog, place, document)


def _dialog_parties(dialog: _Object, place: str, document: _Object) -> Iterator[Problem]:
    parties = dialog.get("parties")
    if isinstance(parties, list):
        for i, channel in enumerate(parties):
            yield from _in_range(channel, f"{place}/parties/{i}", document, "parties")
    else:
        yield from _in_range(parties, f"{place}/parties", document, "parties")
    yield from _in_range(dialog.get("originator"), f"{place}/originator", document, "parties")


def _session_ids(dialog: _Object, place: str) -> Iterator[Problem]:
    sessions, parties = dialog.get("session_id"), dialog.get("parties")
    if not isinstance(sessions, list):
        return
    problem = "must have the same structure as the dialog's parties"
    if not isinstance(parties, list) or len(parties) != len(sessions):
        yield f"{place}/session_id", problem
        return
    for i, (session, channel) in enumerate(zip(sessions, parties, strict=True)):
        if isinstance(session, list) and not (isinstance(channel, list) and len(channel) == len(session)):
            yield f"{place}/session_id/{i}", problem


def _party_history(dialog: _Object, place: str, document: _Object) -> Iterator[Problem]:
    for i, event in _objects(dialog, "party_history"):
        yield from _in_range(event.get("party"), f"{place}/party_history/{i}/party", document, "parties")
        if event.get("event") in ("keydown", "keyup"):
            yield from _required(event, ("button",), f"{place}/party_history/{i}")


def _transfer(dialog: _Object, place: str, document: _Object) -> Iterator[Problem]:
    kind = dialog.get("type")
    if kind != "transfer":
        if isinstance(kind, str):
            for key in _present(dialog, _TRANSFER):
                yield f"{place}/{key}", "must not be present in a dialog that is not a transfer"
        return
    for key in _present(dialog, _NOT_IN_TRANSFER):
        yield f"{place}/{key}", "must not be present in a dialog of type transfer"
    for key in ("transferee", "transferor", "transfer_target"):
        yield from _in_range(dialog.get(key), f"{place}/{key}", document, "parties")
    for key, kinds in (
        ("original", _TALKED),
        ("consultation", _TALKED | {"incomplete"}),
        ("target_dialog", _TALKED | {"incomplete"}),
    ):
        yield from _in_range(dialog.get(key), f"{place}/{key}", document, "dialog")
        if not _are(dialog.get(key), kinds, document):
            yield f"{place}/{key}", f"must point to dialogs of type {', '.join(sorted(kinds))}"


def _recording_set(dialog: _Object, place: str, document: _Object) -> Iterator[Problem]:
    kind = dialog.get("type")
    if kind == "recording-set":
        yield from _required(dialog, ("recordings",), place)
        yield from _in_range(dialog.get("recordings"), f"{place}/recordings", document, "dialog")
        if not _are(dialog.get("recordings"), {"recording"}, document):
            yield f"{place}/recordings", "must point to dialogs of type recording"
    elif "recordings" in dialog:
        yield f"{place}/recordings", "must not be present in a dialog that is not a recording-set"
    if kind == "recording":
        yield from _in_range(dialog.get("recording_set"), f"{place}/recording_set", document, "dialog")
        if not _are(dialog.get("recording_set"), {"recording-set"}, document):
            yield f"{place}/recording_set", "must point to a dialog of type recording-set"
    elif "recording_set" in dialog:
        yield f"{place}/recording_set", "must not be present in a dialog that is not a recording"


def _attachment(item: _Object, place: str, document: _Object, *, may_be_empty: bool) -> Iterator[Problem]:
    if not item and may_be_empty:
        return
    yield from _required(item, ("start", "party", "dialog"), place)
    yield from _in_range(item.get("party"), f"{place}/party", document, "parties")
    yield from _in_range(item.get("dialog"), f"{place}/dialog", document, "dialog")
    yield from _content(item, place)


def _analysis(item: _Object, place: str, document: _Object, *, may_be_empty: bool) -> Iterator[Problem]:
    if not item and may_be_empty:
        return
    yield from _required(item, ("type", "vendor"), place)
    yield from _in_range(item.get("dialog"), f"{place}/dialog", document, "dialog")
    yield from _in_range(item.get("attachment"), f"{place}/attachment", document, "attachments")
    yield from _content(item, place)


def _content(item: _Object, place: str) -> Iterator[Problem]:
    """Sections 2.3 and 2.4: what stands inside needs its encoding, what stands outside its hash."""
    yield from _url(item, place)
    if "body" not in item or item["body"] == "":
        return
    body, encoding = item["body"], item.get("encoding")
    if encoding is None:
        yield f"{place}/encoding", "is required beside body"
    elif encoding in ("none", "base64url") and not isinstance(body, str):
        yield f"{place}/body", f"must be a string when encoding is {encoding}"
    elif encoding == "base64url" and not is_base64url(body):
        yield f"{place}/body", "must be base64url"


def _url(item: _Object, place: str) -> Iterator[Problem]:
    if "url" in item and "content_hash" not in item:
        yield f"{place}/content_hash", "is required beside url"


def is_base64url(text: str) -> bool:
    """Whether the text is base64url (RFC 4648 section 5), with or without its padding.

    >>> is_base64url("SGVsbG8"), is_base64url("SGVsbG8="), is_base64url("a+b/"), is_base64url("SGVsb")
    (True, True, False, False)
    """
    unpadded = text.rstrip("=")
    if len(unpadded) != len(text) and len(text) % 4:
        return False
    try:
        base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return "+" not in text and "/" not in text


def _required(item: _Object, keys: Sequence[str], place: str) -> Iterator[Problem]:
    return ((f"{place}/{key}", "is required") for key in keys if key not in item)


def _present(item: _Object, keys: Sequence[str]) -> Iterator[str]:
    return (key for key in keys if key in item)


def _in_range(value: object, place: str, document: _Object, array: str) -> Iterator[Problem]:
    """The index, or each index of a list, must point into the document's array of that name."""
    if isinstance(value, list):
        for i, index in enumerate(value):
            if not isinstance(index, list):
                yield from _in_range(index, f"{place}/{i}", document, array)
    elif _is_index(value):
        items = document.get(array)
        count = len(items) if isinstance(items, list) else 0
        if isinstance(value, int) and value >= count:
            yield (
                place,
                f"points beyond {array}, which has {count or 'no'} {'item' if count == 1 else 'items'}",
            )


def _are(value: object, kinds: frozenset[str] | set[str], document: _Object) -> bool:
    """Whether every dialog that the index or indices point to is of these kinds, or empty."""
    dialogs = document.get("dialog")
    for index in value if isinstance(value, list) else [value]:
        if _is_index(index) and isinstance(dialogs, list) and index < len(dialogs):
            dialog = dialogs[index]
            if isinstance(dialog, Mapping) and dialog and dialog.get("type") not in kinds:
                return False
    return True


def _is_index(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _objects(item: _Object, key: str) -> Iterator[tuple[int, _Object]]:
    array = item.get(key)
    for i, member in enumerate(array if isinstance(array, list) else ()):
        if isinstance(member, Mapping):
            yield i, member
