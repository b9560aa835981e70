"""The words in a transcript, whatever shape its vendor gave it.

Read are: plain text with or without speakers, lists of utterances, OpenAI and Whisper segments, Deepgram
(https://developers.deepgram.com/docs/pre-recorded-audio), AssemblyAI utterances, Sarvam, Google and AWS results, chat
messages, and each of them as JSON inside a string.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeGuard

from carelog.conversations.content import below
from carelog.conversations.dates import read_date
from carelog.conversations.speakers import split_speakers
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and their place, and what the transcript says of their speaker.

    `when` is a moment, without a zone on the clock of whoever wrote it, or seconds from the beginning of the recording.
    """

    text: str
    pointer: str
    offset: int = 0
    speaker: str | None = None
    role: str | None = None
    party: int | None = None
    channel: int | None = None
    when: float | datetime | None = None


_TEXT_KEYS = ("text", "body", "message", "transcript", "utterance", "sentence", "content")
_PARTY_KEYS = ("parties", "party", "party_index")
_SPEAKER_KEYS = (
    "speaker",
    "speaker_name",
    "speaker_label",
    "speaker_id",
    "name",
    "participant",
    "author",
    "from",
)
_TIME_KEYS = ("start", "start_time", "start_time_seconds", "startTime", "begin", "timestamp", "time", "offset")
_LIST_KEYS = (
    *("utterances", "segments", "turns", "dialogue", "dialog", "conversation", "messages", "entries"),
    *("monologues", "sentences", "phrases", "lines", "chunks", "items"),
)
_INNER_KEYS = (
    *("results", "result", "diarized_transcript", "transcript", "transcription", "text", "body", "content", "data"),
    "output",
)
_SENTENCE_ENDS = (".", "?", "!", "…", "।")
_MARKUP = re.compile(r"<(?:!--|script\b|style\b|/?[A-Za-z!])", re.IGNORECASE)
_TAG_END = re.compile(">")
_CLOSE = {
    "<!--": re.compile("-->"),
    "<script": re.compile("</script[^>]*>", re.IGNORECASE),
    "<style": re.compile("</style[^>]*>", re.IGNORECASE),
}
_EPOCH = 1_000_000_000  # a greater number of seconds is no time within a recording
_DEEPEST = 40  # no vendor nests its words deeper, and a hostile document shall not exhaust the stack
_NOT_SPOKEN = frozenset({"system", "developer", "tool", "function"})  # roles of chat messages nobody says


def read_words(value: object, pointer: str, names: Set[str] = frozenset()) -> list[Piece]:
    """The pieces of a transcript or message at `pointer`, in their order; empty when it holds none."""
    if pointer.count("/") > _DEEPEST:
        return []
    match value:
        case str():
            return _string(value, pointer, names)
        case list():
            return _items(value, pointer, names)
        case Mapping():
            return _object(value, pointer, names)
        case _:
            return []


def read_html(markup: str, pointer: str) -> list[Piece]:
    """Each text node as a piece of its own, its character references as they are written.

    >>> [piece.text for piece in read_html("<p>Slept <b>well</b></p>", "/dialog/0/body")]
    ['Slept', 'well']
    """
    pieces: list[Piece] = []
    start = 0
    while start < len(markup):
        opening = _MARKUP.search(markup, start)
        pieces.extend(_whole(markup, pointer, start, opening.start() if opening else len(markup)))
        if opening is None:
            break
        # HTML ends what is never closed with the document
        close = _CLOSE.get(opening.group().lower(), _TAG_END).search(markup, opening.end())
        start = close.end() if close else len(markup)
    return pieces


def _string(text: str, pointer: str, names: Set[str]) -> list[Piece]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            value = jsontext.parse(text)
        except InvalidInput:
            value = None
        if isinstance(value, dict | list):
            return read_words(value, pointer, names)
    said = split_speakers(text, names)
    if not said:
        return list(_whole(text, pointer, 0, len(text)))
    return [Piece(text[s.start : s.end], pointer, s.start, s.speaker, when=s.when) for s in said]


def _whole(text: str, pointer: str, start: int, end: int) -> Iterator[Piece]:
    words = text[start:end]
    if words.strip():
        yield Piece(words.strip(), pointer, start + len(words) - len(words.lstrip()))


def _items(items: Sequence[Any], pointer: str, names: Set[str]) -> list[Piece]:
    if items and all(isinstance(item, str) for item in items):
        return _lines(items, pointer, names)
    pieces: list[Piece] = []
    for i, item in enumerate(items):
        place = below(pointer, i)
        if not isinstance(item, Mapping):
            pieces.extend(read_words(item, place, names))
            continue
        key = next((key for key in _TEXT_KEYS if isinstance(item.get(key), str)), None)
        if key is None:
            pieces.extend(read_words(item, place, names))
        elif item.get("role") not in _NOT_SPOKEN:
            pieces.extend(
                replace(_about(item), text=piece.text, pointer=piece.pointer, offset=piece.offset)
                for piece in _whole(item[key], below(place, key), 0, len(item[key]))
            )
    return pieces


def _lines(lines: Sequence[str], pointer: str, names: Set[str]) -> list[Piece]:
    """A list of strings reads as one text of as many lines, so that its speakers show their pattern."""
    text = "\n".join(line.replace("\n", " ") for line in lines)
    said = deque(split_speakers(text, names))
    told = bool(said)
    pieces: list[Piece] = []
    speaker: str | None = None
    start = 0
    for i, line in enumerate(lines):
        place, end = below(pointer, i), start + len(line)
        if not (said and said[0].start <= end) and (speaker or not told):
            pieces.extend(replace(piece, speaker=speaker) for piece in _whole(line, place, 0, len(line)))
        while said and said[0].start <= end:
            first, last, speaker, when = said.popleft()
            words = _whole(line, place, first - start, min(last - start, len(line)))
            pieces.extend(replace(piece, speaker=speaker, when=when) for piece in words)
        start = end + 1
    return pieces


def _object(value: Mapping[str, Any], pointer: str, names: Set[str]) -> list[Piece]:
    if pieces := _channels(value, pointer, names):
        return pieces
    if pieces := read_words(value.get("transcripts"), below(pointer, "transcripts"), names):
        return pieces
    for key in _LIST_KEYS:
        items = value.get(key)
        if isinstance(items, list) and any(isinstance(item, Mapping | str) for item in items):
            pieces = _items(items, below(pointer, key), names)
            if pieces:
                return _joined(value, pointer, pieces)
    for key in _INNER_KEYS:
        if key in value and (pieces := read_words(value[key], below(pointer, key), names)):
            about = _about(value)
            if len(pieces) == 1 and pieces[0].speaker is None and pieces[0].party is None:
                return [replace(about, text=p.text, pointer=p.pointer, offset=p.offset) for p in pieces]
            return pieces
    return []


def _joined(value: Mapping[str, Any], pointer: str, pieces: list[Piece]) -> list[Piece]:
    """Segments break where the recogniser likes; beside the whole text they are joined to what was said at
    once: as long as one speaker talks, or, where no speaker is told, to the end of a sentence."""
    text = value.get("text")
    if not isinstance(text, str):
        return pieces
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1][-1] if groups else None
        told = piece.speaker is not None or piece.party is not None
        if last is not None and (
            (told and (last.speaker, last.party) == (piece.speaker, piece.party))
            or (not told and last.speaker is None and not last.text.rstrip("\"'”’)").endswith(_SENTENCE_ENDS))
        ):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return _found_in(text, below(pointer, "text"), groups) or pieces


def _found_in(text: str, pointer: str, groups: Iterable[Sequence[Piece]]) -> list[Piece]:
    """Each group as one piece of the whole text; empty when the text does not hold them in this order."""
    folded = text.lower()
    if len(folded) != len(text):  # some letters grow when they are lowered
        return []
    found: list[Piece] = []
    cursor = 0
    for group in groups:
        start = None
        for words in (piece.text.strip().lower() for piece in group):
            at = folded.find(words, cursor)
            if at < 0:
                return []
            if words:
                start = at if start is None else start
                cursor = at + len(words)
        if start is not None:
            found.append(replace(group[0], text=text[start:cursor], pointer=pointer, offset=start))
    return found


def _channels(value: Mapping[str, Any], pointer: str, names: Set[str]) -> list[Piece]:
    """Deepgram: channels of alternatives; the first alternative is the likeliest."""
    alternatives = value.get("alternatives")
    if isinstance(alternatives, list) and alternatives and isinstance(alternatives[0], Mapping):
        return _alternative(alternatives[0], below(pointer, "alternatives", 0), names)
    channels = value.get("channels")
    if not isinstance(channels, list) or value.get("utterances"):
        return []
    pieces: list[Piece] = []
    for i, channel in enumerate(channels):
        if isinstance(channel, Mapping):
            read = read_words(channel, below(pointer, "channels", i), names)
            pieces.extend(replace(piece, channel=i) if len(channels) > 1 else piece for piece in read)
    return pieces


def _alternative(value: Mapping[str, Any], pointer: str, names: Set[str]) -> list[Piece]:
    text = value.get("transcript")
    if not isinstance(text, str):
        inner = {key: member for key, member in value.items() if key != "alternatives"}
        return read_words(inner, pointer, names)
    place = below(pointer, "transcript")
    groups = [
        [
            replace(_about(paragraph | {"start": sentence.get("start")}), text=sentence["text"])
            for sentence in paragraph.get("sentences") or ()
            if isinstance(sentence.get("text"), str)
        ]
        for paragraph in _objects((value.get("paragraphs") or {}).get("paragraphs"))
    ]
    return _found_in(text, place, groups) or _found_in(text, place, _by_speaker(value)) or _string(text, place, names)


def _by_speaker(alternative: Mapping[str, Any]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    for word in _objects(alternative.get("words")):
        said = word.get("punctuated_word") or word.get("word")
        if not isinstance(said, str) or word.get("speaker") is None:
            return []
        piece = replace(_about(word), text=said)
        if groups and groups[-1][-1].speaker == piece.speaker:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _about(item: Mapping[str, Any]) -> Piece:
    """Who said an item and when; its words are still to be filled in."""
    party: int | None = None
    speaker: str | None = None
    for key in _PARTY_KEYS:
        given = item.get(key)
        if isinstance(given, list) and given:
            given = given[0]
        if _is_index(given):
            party = given
            break
        if isinstance(given, str) and given.strip():
            speaker = given.strip()
    for key in _SPEAKER_KEYS:
        given = item.get(key)
        if isinstance(given, Mapping):
            given = given.get("name") or given.get("label")
        if isinstance(given, str) and given.strip():
            speaker = speaker or given.strip()
        elif _is_index(given):
            speaker = speaker or f"Speaker {given}"
    role, channel = item.get("role"), item.get("channel")
    when = next((when for key in _TIME_KEYS if (when := _when(item.get(key))) is not None), None)
    return Piece(
        "",
        "",
        speaker=speaker or (role.strip() or None if isinstance(role, str) else None),
        role=role if isinstance(role, str) else None,
        party=party,
        channel=channel if _is_index(channel) else None,
        when=when,
    )


def _when(given: object) -> float | datetime | None:
    match given:
        case bool():
            return None
        case int() | float() if 0 <= given < _EPOCH:
            return float(given)
        case str() if re.fullmatch(r"\d{1,6}(\.\d{1,9})?s?", given, re.ASCII):
            return float(given.rstrip("s"))
        case str():
            return read_date(given)
        case _:
            return None


def _is_index(given: object) -> TypeGuard[int]:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 0


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
