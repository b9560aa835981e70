"""Lists as they are typed: "cough +, fever -", "fever ✅ cough ❌", "[x] headache [ ] nausea", "fever (no)",
"(-) fever (+) cough", "fever N, cough Y", "pain: 0"."""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final

from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading

_BOX: Final = re.compile(r"(?:\[\s?(?P<mark>[xX✓✔]?)\s?\]|(?P<sign>[☑☐]))\s{0,3}$")
_SIGN_BEFORE: Final = re.compile(r"(?P<sign>[✅✔✓❌✗✘✖])\ufe0f?\s{0,3}$")
_SIGN_AFTER: Final = re.compile(r"\s{0,3}[:=]?\s{0,3}(?P<sign>[✅✔✓❌✗✘✖])")
_PLUS_OR_MINUS: Final = re.compile(
    r"\s{0,3}(?P<colon>[:=]?)\s{0,3}(?:\((?P<inner>\+{1,3}|[\-−–])\)|(?P<sign>\+{1,3}|[\-−–])(?P<ve>\s?ve\b)?)\s{0,3}(?=[,;.\n/]|$)"
)
_SIGN_LEADING: Final = re.compile(r"(?:\((?P<inner>\+{1,3}|[\-−–])\)|(?<=[\s,;:])(?P<sign>\+{1,3}|[\-−–]))\s{0,2}$")
_SIGNS_LEADING: Final = re.compile(r"(?:^|[,;:.]\s{0,2})\+\s{0,2}(?=\w)")
_SAID: Final = r"(?P<no>no|none|nil|neg|negative|absent|denies|denied|zero|nahi|nahin)|yes|pos|positive|present|haan"
_SAID_AFTER: Final = re.compile(
    rf"\s{{0,3}}(?:\(\s?(?:{_SAID})\s?\)|[:=]\s{{0,3}}(?:{_SAID.replace('<no>', '<not>')})"
    r"(?=\s{0,3}(?:[,;.\n]|$)| (?:today|now|reported|noted)\b))",
    re.IGNORECASE,
)
_LETTER_AFTER: Final = re.compile(
    r"\s{0,2}[:=]?\s{1,3}(?P<letter>[YN])(?=\s{0,3}(?:[,;.\n]|$)|\s{1,3}[A-Z][\w ]{1,24}:\s{0,2}[YN]\b)"
)
_ZERO_AFTER: Final = re.compile(
    r"\s{0,2}(?:spells?|episodes?|attacks?|score|level)?\s{0,2}(?:"
    r"[:=]\s{0,2}0(?=\s{0,2}(?:[,;.\n]|$| (?:this|last|today|now|since|per|out of)))|[:=]?\s{0,2}0\s?/\s?10\b"
    r"|x\s?0\b|(?<=\s)0(?=\s{0,2}(?:[,;.\n]|$)))",
    re.IGNORECASE,
)
_ZERO_BEFORE: Final = re.compile(r"(?:^|[,;:\n])\s{0,2}(?:0|zero)\s{1,2}$", re.IGNORECASE)
_UNKNOWN_AFTER: Final = re.compile(
    r"\s{0,2}[:=]\s{0,2}(?:unknown|n/?a|not (?:known|asked|assessed)|unclear)\b", re.IGNORECASE
)
_BOX_AFTER: Final = re.compile(
    r"\s{0,2}:?\s{0,2}(?:[\[(]\s?(?P<mark>[xX✓✔]?)\s?[\])]|(?P<sign>[☑☐]))(?=\s|[,;.]|$)(?!\s?(?:yes|no)\b)",
    re.IGNORECASE,
)
_CHOICE_AFTER: Final = re.compile(
    r"\s{0,2}:?\s{0,2}(?:yes\s?[\[(]\s?(?P<yes>[x✓✔]?)\s?[\])]\s{0,2}no\s?[\[(]\s?(?P<no>[x✓✔]?)\s?[\])]"
    r"|(?P<box>[□☐■☑])\s?yes\s{1,2}(?P<other>[□☐■☑])\s?no\b)",
    re.IGNORECASE,
)
_FILLED: Final = frozenset("■☑")
_ITEM_ENDS: Final = re.compile(r"[,;:.\n/+\-−–✅✔✓❌✗✘✖()]|(?<=:)\s?[YN](?=\s)")
_TICKED: Final = frozenset("✅✔✓☑")
_ANSWERS: Final = {**dict.fromkeys(("yes", "haan", "हाँ", "हां"), True), **dict.fromkeys(("no", "nahi", "नहीं"), False)}
_PAIRS: Final = 2
_ONE_SIGN: Final = 1
_CLOSE: Final = 3  # characters
_BEFORE_ITEM: Final = frozenset("+-−–)0oO")
_AFTER_ITEM: Final = frozenset("([:=+-−–0xXYNsSeEaAlL")
_NEAR: Final = 60  # characters before an item, in which its mark or the item before it stands


class Mark(Enum):
    """What the mark beside an item of a typed list says of it."""

    THERE = "there"
    NOT_THERE = "not there"
    BLANK = "blank"  # an empty box: it was not ticked, which denies nothing


def mark(reading: Reading, mention: Mention) -> Mark | None:
    """The mark of a mention, where it is an item of a typed list."""
    text = reading.utterance.text
    first, end = reading.words[mention.first].start, reading.words[mention.end - 1].end
    if (chosen := _CHOICE_AFTER.match(text, end)) is not None:
        there, not_there = (
            (chosen["box"] in _FILLED, chosen["other"] in _FILLED) if chosen["box"] else (chosen["yes"], chosen["no"])
        )
        return Mark.BLANK if bool(there) == bool(not_there) else Mark.THERE if there else Mark.NOT_THERE
    if (after := _BOX_AFTER.match(text, end)) is not None and _boxes_follow(reading):
        return Mark.THERE if after["mark"] or after["sign"] == "☑" else Mark.BLANK
    if _UNKNOWN_AFTER.match(text, end) is not None:
        return Mark.BLANK
    box = _BOX.search(text, max(0, first - _NEAR), first)
    if box is not None:
        return Mark.THERE if box["mark"] or box["sign"] == "☑" else Mark.BLANK
    leading = _SIGN_BEFORE.search(text, max(0, first - _NEAR), first)
    if leading is not None and _signs_lead(reading):
        return Mark.THERE if leading["sign"] in _TICKED else Mark.NOT_THERE
    trailing = _SIGN_AFTER.match(text, end)
    if trailing is not None:
        return Mark.THERE if trailing["sign"] in _TICKED else Mark.NOT_THERE
    if text[max(0, first - _CLOSE) : first].strip()[-1:] in _BEFORE_ITEM:
        led = _SIGN_LEADING.search(text, max(0, first - _NEAR), first)
        # A dash that leads may be a bullet, where nothing stands beside a plus.
        if led is not None and (led["inner"] or _SIGNS_LEADING.search(text)):
            return Mark.THERE if "+" in (led["inner"] or led["sign"]) else Mark.NOT_THERE
        if _ZERO_BEFORE.search(text, max(0, first - _NEAR), first) is not None:
            return Mark.NOT_THERE
    if (paired := _paired(reading, mention)) is not None:
        return paired
    if text[end : end + _CLOSE].strip()[:1] not in _AFTER_ITEM or not _stands_alone(text, first):
        return None
    said = _SAID_AFTER.match(text, end)
    if said is not None:
        return Mark.NOT_THERE if said["no"] or said["not"] else Mark.THERE
    lettered = _LETTER_AFTER.match(text, end)
    if lettered is not None:
        return Mark.THERE if lettered["letter"] == "Y" else Mark.NOT_THERE
    if _ZERO_AFTER.match(text, end) is not None:
        return Mark.NOT_THERE
    signed = _PLUS_OR_MINUS.match(text, end)
    if signed is None:
        return None
    # A dash alone is where somebody broke off: "fever -".
    if (
        not (signed["colon"] or signed["inner"] or signed["ve"])
        and signed.end() == len(text)
        and _signs(reading) <= _ONE_SIGN
    ):
        return None
    return Mark.THERE if "+" in (signed["sign"] or signed["inner"]) else Mark.NOT_THERE


def _paired(reading: Reading, mention: Mention) -> Mark | None:
    """ "Headache no nausea yes fever no": nothing but items, each with its answer after it."""
    words = reading.words
    if mention.end >= len(words) or words[mention.end].norm not in _ANSWERS:
        return None
    answers = [i for i, word in enumerate(words) if word.norm in _ANSWERS]
    if len(answers) < _PAIRS or len(answers) != len(reading.mentions):
        return None
    if any(i not in reading.named and i not in answers and words[i].norm.isalpha() for i in range(len(words))):
        return None
    return Mark.THERE if _ANSWERS[words[mention.end].norm] else Mark.NOT_THERE


def _boxes_follow(reading: Reading) -> bool:
    """Whether the boxes stand after what they mark: "fever [ ] cough [x]"."""
    first = reading.words[reading.mentions[0].first].start
    return _BOX.search(reading.utterance.text, max(0, first - _NEAR), first) is None


def _signs_lead(reading: Reading) -> bool:
    """Whether the marks stand before what they mark: "✅ fever ❌ cough"."""
    first = reading.words[reading.mentions[0].first].start
    return _SIGN_BEFORE.search(reading.utterance.text, max(0, first - _NEAR), first) is not None


def _stands_alone(text: str, first: int) -> bool:
    """Whether nothing but the item itself stands before the mark: not in "I have a fever - it began today"."""
    return not _ITEM_ENDS.split(text[max(0, first - _NEAR) : first])[-1].strip()


def _signs(reading: Reading) -> int:
    text = reading.utterance.text
    ends: Sequence[int] = [reading.words[mention.end - 1].end for mention in reading.mentions]
    return sum(_PLUS_OR_MINUS.match(text, end) is not None for end in ends)
