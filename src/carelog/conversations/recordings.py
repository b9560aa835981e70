"""The recordings of a conversation: which of them nobody has written down yet, and who speaks."""

from collections.abc import Iterator, Mapping
from typing import Any

from carelog.conversations.content import mediatype_of


def unwritten(document: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The recordings that can be heard and have no transcript, by their index.

    >>> sound = {"type": "recording", "mediatype": "audio/wav", "encoding": "base64url", "body": "AAAA"}
    >>> [index for index, _ in unwritten({"dialog": [{"type": "text", "body": "Hello."}, sound]})]
    [1]
    """
    written = written_dialogs(document)
    for index, dialog in enumerate(document.get("dialog") or []):
        if dialog.get("type") == "recording" and index not in written and _audible(dialog):
            yield index, dialog


def speakers_of(dialog: Mapping[str, Any]) -> list[int]:
    """Every party of a dialog once, in their order, however it tells them; empty where it does not.

    >>> speakers_of({"parties": 1}), speakers_of({"parties": [0, [1, 2], 0]}), speakers_of({})
    ([1], [0, 1, 2], [])
    """
    given = dialog.get("parties")
    if not isinstance(given, list):
        return [given] if isinstance(given, int) else []
    flat = [i for slot in given for i in (slot if isinstance(slot, list) else [slot]) if isinstance(i, int)]
    return list(dict.fromkeys(flat))


def written_dialogs(document: Mapping[str, Any]) -> set[int]:
    """Dialogs that have a transcript, be there words in it or none; one that names no dialog is of all of them."""
    return set(_written(document))


def _written(document: Mapping[str, Any]) -> Iterator[int]:
    for analysis in document.get("analysis") or []:
        if "transcri" in str(analysis.get("type") or "").lower() and (analysis.get("body") or analysis.get("url")):
            dialogs = analysis.get("dialog")
            if dialogs is None and "attachment" not in analysis:
                yield from range(len(document.get("dialog") or []))
            yield from dialogs if isinstance(dialogs, list) else [] if dialogs is None else [dialogs]


def _audible(dialog: Mapping[str, Any]) -> bool:
    given = dialog.get("mediatype") or dialog.get("mimetype")
    heard = not given or mediatype_of(dialog).partition("/")[0] in ("audio", "video")
    inside = dialog.get("body") and dialog.get("encoding") == "base64url"
    return heard and bool(inside or (not dialog.get("body") and dialog.get("url")))
