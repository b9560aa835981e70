"""Texts that hold several speakers: "Doctor: ...", "[patient] ...", "00:12 Asha: ...", exports, captions.

A text is only cut when its lines follow a pattern of speakers. "BP: 120/80" and "Note: take with food" are
things a speaker wrote, and a form that says "Patient: ... Doctor: ... Date: ..." is no talk.
"""

import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from carelog.conversations.exports import Written, moments, written_at
from carelog.conversations.parties import normal
from carelog.conversations.roles import role_of_name
from carelog.conversations.turns import Role


class Said(NamedTuple):
    """The characters `start` to `end` of a text and who said them; `when` in seconds from its beginning, or as a moment
    on the clock of whoever wrote it down."""

    start: int
    end: int
    speaker: str | None
    when: float | datetime | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """The beginning of a line that may name a speaker: the label, and where the words after it begin."""

    line: int
    words: int
    label: str | None  # None: a notice of the messenger, said by nobody
    when: float | datetime | None
    written: Written | None = None
    numbered: bool = False


_CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,6})?"
_STAMP = r"\d{4}-\d\d-\d\d[Tt ]\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,6})?)?(?:[Zz]|[+-]\d\d:?\d\d)?"
_LEAD = r"[ \t>*_\u200e\u200f\u202a-\u202e\ufeff]{0,12}(?:[-•–][ \t]{1,4})?[*_]{0,3}"
_LINE_HEAD = re.compile(
    rf"{_LEAD}(?:[\[(]?(?P<before>{_STAMP}|{_CLOCK})[\])]?[ \t]*(?:[-–][ \t]*)?)?"
    r"(?:\[(?P<bracket>[^\W\d_][^\n\[\]:]{0,39})\][ \t]*:?"
    r"|(?P<label>[^\W\d_][^\n:：\[\]{}<>\"?!;=@]{0,39}?)[ \t]*"
    rf"(?:[\[(](?P<after>{_CLOCK})[\])][ \t]*)?[*_]*(?!(?<=\d):\d\d\b)[:：](?!//)[*_]*)"  # a clock has one too
    r"[ \t]*"
)
_MARKS = re.compile(r"[:：\]]")  # a text without any names no speaker
_INLINE_HEAD = re.compile(r"(?<!\S)(?P<label>(?:Dr\.? )?[^\W\d_][\w.]{0,20}(?: \d{1,2})?):(?=\s)")
_NUMBERED = re.compile(
    r"(speaker|spk|person|participant|voice|channel)[ _#-]?(\d{1,2}|[a-h])", re.IGNORECASE | re.ASCII
)
_CUE = re.compile(
    rf"^(?P<from>{_CLOCK})[ \t]+-->[ \t]+{_CLOCK}[^\n]*\n(?P<words>(?:[^\n]*\S[^\n]*(?:\n|\Z))+)",
    re.MULTILINE,
)
_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ ]+(?P<label>[^>\n]+)>")

# Labels that lines have in notes, forms and diaries, and sounds in brackets: never a speaker
_FIELDS = """
    note notes date time day name age sex gender dob address phone mobile email id mrn reason subject summary
    diagnosis impression plan assessment subjective objective history complaint complaints symptoms symptom
    findings exam examination investigations tests results result report advice instructions recommendation
    medication medications medicine medicines rx tablet dose dosage frequency duration quantity allergies
    allergy bp hr rr spo2 o2 bmi pulse temp temperature weight height sugar glucose fasting pp hba1c steps
    sleep water mood energy pain breakfast lunch dinner snack snacks tea morning afternoon evening night noon
    bedtime today yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday hospital ward
    bed lab department reference ref ps edit update warning important tip total calories protein carbs fat
    before after re fwd from to cc http https question answer
"""
_SOUNDS = """
    inaudible unintelligible laughs laughter laughing music pause crosstalk silence noise unclear applause
    coughs coughing sighs crying background redacted beep ringing audio video
"""
_FORM_FIELDS = frozenset(
    {"date", "name", "age", "sex", "gender", "dob", "id", "mrn", "address", "reason", "diagnosis", "hospital"}
)
_NO_SPEAKERS = frozenset(f"{_FIELDS} {_SOUNDS}".split())
_LATEST_START = 300  # a first clock beyond five minutes is a time of day, not a time in the recording


def split_speakers(text: str, names: Set[str] = frozenset()) -> list[Said]:
    """The utterances of a text that holds several speakers, in their order; empty when it does not.

    `names` are the names of the conversation's parties, in their normal form; they count as labels.

    >>> [(text[s.start:s.end], s.speaker) for text in ["Doctor: Any pain?\\nPatient: No. BP: 120/80"]
    ...     for s in split_speakers(text)]
    [('Any pain?', 'Doctor'), ('No. BP: 120/80', 'Patient')]
    >>> split_speakers("Note: take with food\\nBP: 120/80")
    []
    """
    if not _MARKS.search(text):
        return []
    if cues := _cues(text, names):
        return cues
    lines = list(_line_heads(text))
    heads = _accepted(lines, names, text)
    if len(lines) < 2:
        heads = _inline(text) or heads
    return list(_cut(text, _with_plausible_times(heads))) if heads else []


def _line_heads(text: str) -> Iterator[_Head]:
    start = 0
    while start < len(text):
        if written := written_at(text, start):
            yield _Head(start, written.end, written.label and _clean(written.label), None, written)
        elif match := _LINE_HEAD.match(text, start):
            label = _clean(match["bracket"] or match["label"])
            clock = match["before"] or match["after"]
            yield _Head(start, match.end(), label, _when(clock) if clock else None, numbered=_is_numbered(label))
        line_end = text.find("\n", start)
        start = len(text) if line_end < 0 else line_end + 1


def _accepted(heads: list[_Head], names: Set[str], text: str) -> list[_Head]:
    """The heads that are speakers, or none when there is no pattern."""
    exported = [head for head in heads if head.written]
    if exported and any(head.label for head in exported) and not text[: exported[0].line].strip():
        told = moments([head.written for head in exported if head.written])
        return [replace(head, when=moment) for head, moment in zip(exported, told, strict=True)]
    labelled = [head for head in heads if head.label and not head.written]
    if not labelled or (len(labelled) == 1 and not _is_sure(labelled[0], names)):
        return []
    fields = [head for head in labelled if _is_field(head.label)]
    speakers = [head for head in labelled if not _is_field(head.label)]
    sure = Counter(_fold(head.label) for head in speakers if _is_sure(head, names))
    others = Counter(
        _fold(head.label) for head in speakers if _fold(head.label) not in sure and _is_name_like(head.label)
    )
    if not sure:
        return _accepted_names(others, speakers, fields, text)
    below = [head for head in fields if head.line > speakers[0].line]
    if fields and max(sure.values()) == 1 and _is_form(below if _talk(speakers, text) else fields, sure):
        return []
    single_other = len(sure) == 1 and len(others) == 1
    any_name = single_other or (not fields and _begin_each_line(speakers, text))
    known = sure.keys() | {label for label, times in others.items() if times > 1 or any_name}
    chosen = [head for head in speakers if _fold(head.label) in known]
    if len(chosen) == 1:
        opens = not text[: chosen[0].line].strip()
        one_sided = role_of_name(chosen[0].label or "") in (Role.PATIENT, Role.AGENT)
        return chosen if opens and one_sided else []
    return chosen


def _begin_each_line(speakers: list[_Head], text: str) -> bool:
    """As where many speak, some of them once."""
    lines = sum(1 for line in text.splitlines() if line.strip())
    return len(speakers) == lines and all(text[head.words : head.words + 1].isalpha() for head in speakers)


def _talk(speakers: list[_Head], text: str) -> bool:
    """Whether somebody asks something: what stands above it is then the head of a talk."""
    return any("?" in text[head.words :].partition("\n")[0] for head in speakers)


def _is_form(fields: list[_Head], sure: Counter[str]) -> bool:
    """ "Patient: ... Doctor: ... Date: ..." names each once among fields, as no talk does."""
    if not fields:
        return False
    return len(fields) >= len(sure) or any(_fold(head.label) in _FORM_FIELDS for head in fields)


def _accepted_names(others: Counter[str], speakers: list[_Head], fields: list[_Head], text: str) -> list[_Head]:
    """Unknown names alone are speakers when they alternate through most of the text from its first line."""
    chosen = [head for head in speakers if _fold(head.label) in others]
    if fields or len(others) < 2 or len(chosen) < 3 or len(chosen) < len(others) * 1.5:
        return []
    lines = [line for line in text.splitlines() if line.strip()]
    figures = sum(not text[head.words : head.words + 1].isalpha() for head in chosen)
    if text[: chosen[0].line].strip() or 2 * len(chosen) < len(lines) or 2 * figures > len(chosen):
        return []
    return chosen


def _inline(text: str) -> list[_Head]:
    """Speakers within one line, "AI: Hello. Caller: Hi.": only labels that say a role, from the beginning."""
    heads = [
        _Head(match.start(), match.end(), match["label"], None, numbered=_is_numbered(match["label"]))
        for match in _INLINE_HEAD.finditer(text)
        if not match["label"][0].islower() and (_is_numbered(match["label"]) or _says_role(match["label"]))
    ]
    if len({_fold(head.label) for head in heads}) < 2 or text[: heads[0].line].strip():
        return []
    return heads


def _cut(text: str, heads: list[_Head]) -> Iterator[Said]:
    if heads[0].line:
        yield from _trimmed(text, 0, heads[0].line, None, None)
    ends = [head.line for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        if head.label is not None:
            yield from _trimmed(text, head.words, end, head.label, head.when)


def _trimmed(text: str, start: int, end: int, speaker: str | None, when: float | datetime | None) -> Iterator[Said]:
    words = text[start:end]
    if words.strip():
        begin = start + len(words) - len(words.lstrip())
        yield Said(begin, start + len(words.rstrip()), speaker, when)


def _with_plausible_times(heads: list[_Head]) -> list[_Head]:
    """Clock times count from the beginning of the talk when they begin near zero and never go back."""
    times = [head.when for head in heads if isinstance(head.when, float)]
    if not times or (times[0] < _LATEST_START and times == sorted(times)):
        return heads
    return [replace(head, when=None) for head in heads]


def _cues(text: str, names: Set[str]) -> list[Said]:
    """The cues of WebVTT or SubRip captions."""
    said: list[Said] = []
    cues = list(_CUE.finditer(text)) if "-->" in text else []
    heads = {cue.start(): _caption_head(text, *cue.span("words")) for cue in cues}
    labels = Counter(_fold(head.label) for head in heads.values() if head and _is_name_like(head.label))
    for cue in cues:
        start, end = cue.span("words")
        if voice := _VOICE.match(text, start):
            closing = text.rfind("</v>", start, end)
            end = closing if closing >= 0 else end
            said.extend(_trimmed(text, voice.end(), end, _clean(voice["label"]), _seconds(cue["from"])))
            continue
        head, label = heads[cue.start()], None
        if head and (_is_sure(head, names) or (labels[_fold(head.label)] > 1 and not _is_field(head.label))):
            start, label = head.words, head.label
        said.extend(_trimmed(text, start, end, label, _seconds(cue["from"])))
    return said


def _caption_head(text: str, start: int, end: int) -> _Head | None:
    match = _LINE_HEAD.match(text, start, end)
    if match is None:
        return None
    label = _clean(match["bracket"] or match["label"])
    return _Head(start, match.end(), label, None, numbered=_is_numbered(label))


def _is_sure(head: _Head, names: Set[str]) -> bool:
    return head.label is not None and (head.numbered or _says_role(head.label) or _fold(head.label) in names)


def _says_role(label: str) -> bool:
    return role_of_name(label.replace("_", " ")) is not Role.UNKNOWN


def _is_numbered(label: str) -> bool:
    return _NUMBERED.fullmatch(label) is not None


def _is_field(label: str | None) -> bool:
    words = _fold(label).replace("_", " ").split()
    return not words or words[0] in _NO_SPEAKERS or words[-1] in _NO_SPEAKERS


def _is_name_like(label: str | None) -> bool:
    words = (label or "").replace(".", " ").split()
    return 0 < len(words) <= 4 and all(not word[0].islower() for word in words)


def _clean(label: str) -> str:
    return label.strip(" \t*_~\u200e\u200f\u202a\u202c\u202f\u00a0")


def _fold(label: str | None) -> str:
    return normal("name", label or "")


def _when(clock: str) -> float | datetime | None:
    """
    >>> _when("2:05"), str(_when("2024-03-06T10:02:00Z"))
    (125.0, '2024-03-06 10:02:00+00:00')
    """
    if "-" not in clock:
        return _seconds(clock)
    try:
        return datetime.fromisoformat(clock.replace(",", ".").upper())
    except ValueError:
        return None


def _seconds(clock: str) -> float:
    """
    >>> _seconds("01:02:03.5"), _seconds("2:05")
    (3723.5, 125.0)
    """
    total = 0.0
    for part in clock.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total
