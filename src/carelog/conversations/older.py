"""vCons of older drafts, 0.0.1 to 0.3.0, as the vCon conserver's clients still send them.

They are kept as they came. To be checked, a copy is brought to the words of draft-ietf-vcon-vcon-core-03; what only
later drafts ask for is forgiven; and what no draft ever allowed is refused as everywhere else. Sources: the drafts
draft-petrie-vcon-00 to draft-ietf-vcon-vcon-core-02, and what the conserver's API takes.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from carelog.conversations import vcon
from carelog.conversations.conversation import Conversation
from carelog.conversations.dates import read_date, write_date
from carelog.conversations.form import is_sealed
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

_VERSION = re.compile(r"0\.\d{1,3}\.\d{1,3}", re.ASCII)
_PRESENT_MINOR: Final = 4  # the present draft says 0.4.0
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+", re.ASCII)
_NAMES: Final = {"mimetype": "mediatype", "schema_version": "schema"}
_FORGIVEN: Final = re.compile(
    r"/attachments/\d+/(start|party|dialog)|/analysis/\d+/vendor|/dialog/\d+/mediatype|/(redacted|amended)/type"
)
"""Where what is required now was not in some older draft."""


def parse_older(data: bytes | str) -> Conversation:
    """Read and check a vCon in JSON, of an older draft or of the present one.

    Its `uuid` and `created_at` are brought to the form that vCons write them in now, a `created_at` without a zone
    being in UTC, and `parties` are an empty list where there are none; all else stays as it came.

    Raises as `Conversation.parse` does.

    >>> older = {"vcon": "0.0.1", "uuid": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "created_at": "2026-01-05T09:00:00",
    ...          "group": [], "redacted": {}, "parties": [{"tel": "+912224449000", "name": None}]}
    >>> parse_older(jsontext.dump(older)).document["created_at"]
    '2026-01-05T09:00:00Z'
    """
    document = jsontext.parse(data)
    if not isinstance(document, dict):
        return Conversation.parse(data)
    own = document | _identity(document)
    try:
        vcon.check(_present(own))
    except InvalidInput as error:
        _refuse_what_is_left(error)
    if own == document:
        text = data if isinstance(data, str) else data.decode()
        return Conversation(document, text.removeprefix("\ufeff"))
    return Conversation(own, jsontext.dump(own))


def says_an_older_draft(document: object) -> bool:
    """Whether a document names the version of an older draft than the present one.

    >>> [says_an_older_draft({"vcon": version}) for version in ("0.0.1", "0.3.0", "0.4.0", "0.10.0", None)]
    [True, True, False, False, False]
    """
    version = document.get("vcon") if isinstance(document, dict) else None
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        return False
    return int(version.split(".")[1]) < _PRESENT_MINOR


def _identity(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(given := document.get("uuid"), str):
        try:
            canonical = str(UUID(given))
        except ValueError:
            canonical = given
        if canonical != given.lower():
            found["uuid"] = canonical
    made = document.get("created_at")
    is_written_well = isinstance(made, str) and read_date(made) is not None
    if not is_written_well and (moment := _moment(made)):
        found["created_at"] = write_date(moment)
    if document.get("parties") is None and not is_sealed(document):
        found["parties"] = []
    return found


def _moment(given: object) -> datetime | None:
    """A date as the conserver takes it: with or without a zone, a space for the T, or seconds since 1970."""
    if isinstance(given, str):
        if (strict := read_date(given)) is not None:
            return strict
        try:
            read = datetime.fromisoformat(given)
        except ValueError:
            return None
        if len(given) <= len("2026-01-05"):
            return None
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    if isinstance(given, int | float) and not isinstance(given, bool):
        try:
            return datetime.fromtimestamp(given, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _present(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in the words of the present draft, to be checked and thrown away."""
    present = _without_nulls(document)
    version = present.get("vcon")
    if isinstance(version, str) and _VERSION.fullmatch(version):
        del present["vcon"]
    for name in ("redacted", "amended"):
        if present.get(name) == {}:
            del present[name]
    if present.get("must_support"):
        present.setdefault("critical", present["must_support"])
    for array, change in (("parties", _party), ("dialog", _dialog), ("attachments", _content), ("analysis", _content)):
        if isinstance(items := present.get(array), list):
            present[array] = [change(_without_nulls(item)) if isinstance(item, dict) else item for item in items]
    return present


def _party(party: dict[str, Any]) -> dict[str, Any]:
    if isinstance(address := party.get("civicaddress"), dict):
        party["civicaddress"] = {key.lower(): value for key, value in _without_nulls(address).items()}
    return party


def _dialog(dialog: dict[str, Any]) -> dict[str, Any]:
    start = dialog.get("start")
    if isinstance(start, str) and read_date(start) is None and (moment := _moment(start)):
        dialog["start"] = write_date(moment)
    if isinstance(duration := dialog.get("duration"), str) and duration.strip().replace(".", "", 1).isdecimal():
        dialog["duration"] = float(duration)
    return _content(dialog)


def _content(item: dict[str, Any]) -> dict[str, Any]:
    for older, name in _NAMES.items():
        if older in item:
            item.setdefault(name, item.pop(older))
    body = item.get("body")
    if "body" in item and "encoding" not in item:
        item["encoding"] = "none" if isinstance(body, str) else "json"
    if item.get("encoding") == "none" and isinstance(body, dict | list):
        item["encoding"] = "json"
    url = item.get("url")
    if isinstance(url, str) and _URL.fullmatch(url) and not (url.startswith("https:") and "content_hash" in item):
        # Older drafts allow http, and have a signature of their own, or none, for what stands outside.
        del item["url"]
        item.pop("content_hash", None)
    return item


def _without_nulls(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value is not None}


def _refuse_what_is_left(error: InvalidInput) -> None:
    """Raises InvalidInput unless every problem is forgiven."""
    problems: list[dict[str, str]] = error.details.get("problems", [])
    left = [problem for problem in problems if not _is_forgiven(problem)]
    if left:
        more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
        raise InvalidInput(
            f"not a valid vCon: {left[0]['place'] or 'it'} {left[0]['problem']}{more}", details={"problems": left}
        )
    if not problems or len(problems) >= vcon.MAX_PROBLEMS:
        raise error


def _is_forgiven(problem: Mapping[str, str]) -> bool:
    return problem["problem"].startswith("is required") and _FORGIVEN.fullmatch(problem["place"]) is not None
