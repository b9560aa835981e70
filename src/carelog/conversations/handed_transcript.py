"""A transcript that somebody hands in for a recording: checked, and made the analysis that turns are read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from carelog.conversations.content import body_text
from carelog.conversations.conversation import Conversation
from carelog.conversations.recordings import unwritten
from carelog.kit import jsontext
from carelog.kit.errors import Conflict, InvalidInput

JSON: Final = "application/json"
CAPTIONS: Final = ("text/vtt", "application/x-subrip")
MEDIATYPES: Final = ("text/plain", *CAPTIONS, JSON)


@dataclass(frozen=True, slots=True)
class HandedTranscript:
    """Lines of speakers, captions (WebVTT, SubRip), or a recogniser's answer in JSON. `dialog` is the recording that it
    is of, needed where there are several without one; `vendor` is who wrote it down."""

    text: str
    mediatype: str
    dialog: int | None = None
    vendor: str | None = None


def same_transcript(conversation: Conversation, handed: HandedTranscript) -> int | None:
    """The dialog that has just this transcript already; None where none has."""
    wanted = _content(handed)
    for analysis in conversation.document.get("analysis") or []:
        dialog = analysis.get("dialog")
        if "transcri" not in str(analysis.get("type") or "").lower() or not isinstance(dialog, int):
            continue
        if handed.dialog in (None, dialog) and _same(analysis, wanted):
            return dialog
    return None


def analysis_of(conversation: Conversation, handed: HandedTranscript) -> dict[str, Any]:
    """The transcript as an analysis of the vCon.

    Raises InvalidInput where it holds no words, cannot be read, or does not say which recording it is of; Conflict
    where that has been written down.
    """
    analysis = {
        "type": "transcript",
        "dialog": _dialog(conversation, handed),
        "vendor": handed.vendor or "unknown",
        "mediatype": handed.mediatype,
        **_content(handed),
    }
    if handed.mediatype in CAPTIONS and "-->" not in handed.text:
        raise InvalidInput("the transcript holds no captions")
    after = conversation.with_analysis(analysis)
    place = f"/analysis/{len(after.document['analysis']) - 1}/"
    if not any(turn.pointer.startswith(place) for turn in after.turns):
        raise InvalidInput("the transcript holds no words")
    return analysis


def _content(handed: HandedTranscript) -> dict[str, Any]:
    if handed.mediatype == JSON:
        return {"encoding": "json", "body": jsontext.parse(handed.text)}
    return {"encoding": "none", "body": handed.text}


def _same(analysis: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if wanted["encoding"] == "json":
        return bool(analysis.get("body") == wanted["body"])
    return bool(body_text(analysis) == wanted["body"])


def _dialog(conversation: Conversation, handed: HandedTranscript) -> int:
    dialogs = conversation.document.get("dialog") or []
    waiting = [index for index, _ in unwritten(conversation.document)]
    if handed.dialog is None:
        if not waiting:
            raise Conflict("the conversation has no recording that needs a transcript")
        if len(waiting) > 1:
            raise InvalidInput("several recordings need a transcript: say which", details={"dialogs": waiting})
        return waiting[0]
    if handed.dialog >= len(dialogs) or dialogs[handed.dialog].get("type") != "recording":
        raise InvalidInput("there is no such recording", details={"dialogs": waiting})
    if any(turn.dialog == handed.dialog for turn in conversation.turns):
        raise Conflict("this recording has a transcript already")
    return handed.dialog
