"""Lists as they are typed: "cough +, fever -", "fever ✅ cough ❌", "[x] headache [ ] nausea"."""

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
    r"\s{0,3}(?P<colon>[:=]?)\s{0,3}(?:\((?P<inner>\+{1,3}|[\-−–])\)|(?P<sign>\+{1,3}|[\-−–]))\s{0,3}(?=[,;.\n/]|$)"
)
_ITEM_ENDS: Final = re.compile(r"[,;.\n/+\-−–✅✔✓❌✗✘✖]")
_TICKED: Final = frozenset("✅✔✓☑")
_ONE_SIGN: Final = 1
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
    box = _BOX.search(text, max(0, first - _NEAR), first)
    if box is not None:
        return Mark.THERE if box["mark"] or box["sign"] == "☑" else Mark.BLANK
    leading = _SIGN_BEFORE.search(text, max(0, first - _NEAR), first)
    if leading is not None and _signs_lead(reading):
        return Mark.THERE if leading["sign"] in _TICKED else Mark.NOT_THERE
    trailing = _SIGN_AFTER.match(text, end)
    if trailing is not None:
        return Mark.THERE if trailing["sign"] in _TICKED else Mark.NOT_THERE
    signed = _PLUS_OR_MINUS.match(text, end)
    if signed is None or not _stands_alone(text, first):
        return None
    # A dash alone is where somebody broke off: "fever -".
    if not (signed["colon"] or signed["inner"]) and signed.end() == len(text) and _signs(reading) <= _ONE_SIGN:
        return None
    return Mark.THERE if "+" in (signed["sign"] or signed["inner"]) else Mark.NOT_THERE


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
