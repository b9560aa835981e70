"""What something was before, told beside what it is now: "I used to take 10, now it's 20", "pehle 20 thi, ab 40 hai".

The former number nobody reads: beside the new one it would be taken for what is so.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from carelog.conversations.turns import Turn
from carelog.extraction.blanking import blanked
from carelog.extraction.taken_back import OFTEN, SIZE, UNIT

_THEN = (
    r"(?:i used to|used to (?:run|be)|used to|originally|at first|initially|(?:i |we )?started (?:out |off )?(?:me )?"
    r"(?:on|at|with)|(?:\w+ )?years? ago|last year|last time"
    r"|last (?:month|week) (?=i was|they had|he had|she had|i took)|in (?:19|20)\d\d|pehle|पहले)"
)
_PAST = (
    r"(?:(?:it |i |he |she |they )?(?:was|were|used to|had me|had|went to|up to|tha|thi|था|थी)"
    r"(?: (?:on|at|taking|be))?)"
)
_NOW = r"(?:now|these days|nowadays|this year|currently|lately|ab|अब)"
_BEING = (
    r"(?:it's|it is|it runs|it's at|i'm on|i'm at|i'm|i am on|i am|i take|i'm taking|he's on|she's on|he takes"
    r"|she takes|they're|at|on|is|my dose is|the dose is)"
)
_WITHIN = r"(?:[^.?!\d\n]|\.(?=\d)|(?<=[a-z])\d)"
_OVER = rf"(?=\s*(?:{UNIT}\b)?\s*(?:[.,;!?]|$|{OFTEN}|hai\b|है|ho\b|hain\b|of\b|mg\b|kar\b))"
_FORMER: Final = (
    re.compile(
        rf"\b(?P<then>{_THEN})\b(?P<lead>{_WITHIN}{{0,40}}?)\b(?P<old>{SIZE}(?: ?{UNIT})?)"
        rf"(?P<gap>(?:[^.?!\n]|[.](?=\d)){{0,60}}?(?:[.]{_WITHIN}{{0,5}}?)?)"
        rf"(?P<now>(?:(?:and|but|par|lekin) )?\b{_NOW}\b[,\s]*(?:{_BEING} )?)(?P<new>{SIZE}){_OVER}"
    ),
    re.compile(
        rf"\b(?P<old>{SIZE}(?: ?{UNIT})?)(?P<gap> (?:tha|thi|the|था|थी)[,.\s]*(?:(?:par|lekin|aur) )?)"
        rf"(?P<now>(?:ab|अब)\s+)(?P<new>{SIZE}){_OVER}"
    ),
)
_MOVED: Final = re.compile(
    r"\b(?:sugar|glucose|weight|pressure|bp|oxygen|pulse|heart rate|temperature|temp|fever)\b(?:[^.?!\d\n]){0,20}?"
    r"\b(?:dropped|fell|rose|climbed|jumped|shot up|went (?:up|down)|came (?:up|down)|is (?:up|down)|gone (?:up|down))"
    rf"(?: back)? (?P<old>from {SIZE}(?: ?{UNIT})? (?:down |up |back )?to )(?=(?P<new>{SIZE}){_OVER})"
)
_CUE: Final = re.compile(rf"\b(?:{_NOW}|from)\b")
# A glance tells of most turns that they hold none of it.
_THEN_GLANCE: Final = ("used to", "originally", "at first", "initially", "start", "ago", "last ", "in 19", "in 20")
_NOW_GLANCE: Final = ("now", "these days", "this year", "current", "lately")
_HINDI_GLANCE: Final = (" ab ", "अब")
_NUMBERS: Final = re.compile(rf"\b{SIZE}(?: ?{UNIT})?")
_IN_PAST: Final = re.compile(rf"\b{_PAST}(?!\w)")


def without_former(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns, each with spaces in the place of what something was before.

    >>> [said] = without_former([Turn(0, "I used to take 10 of lisinopril. Now it's 20.", "/t")])
    >>> said.text
    '          take    of lisinopril.          20.'
    """
    return tuple(_without(turn) for turn in turns)


def _without(turn: Turn) -> Turn:
    text = turn.text.replace("’", "'").lower()
    if not _may_hold(text) or _CUE.search(text) is None or len(text) != len(turn.text):
        return turn
    return blanked(turn, _former(text))


def _may_hold(text: str) -> bool:
    if any(word in text for word in _NOW_GLANCE) and any(word in text for word in _THEN_GLANCE):
        return True
    return any(word in text for word in _HINDI_GLANCE) or ("from " in text and _MOVED.search(text) is not None)


def _former(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span("old") for match in _MOVED.finditer(text))
    for pattern in _FORMER:
        for match in pattern.finditer(text):
            if _has_unit(match["old"]) and not _is_dose(match["old"]) and not _has_unit(text[match.start("new") :]):
                yield match.span("old")  # "I weighed 250 pounds, now I'm 180."
                continue
            bare = re.search(r"\w", match["gap"]) is None
            for group in ("then", "old", "now", *(("gap",) if bare else ())):
                if match.groupdict().get(group):
                    yield match.span(group)
            for group in ("lead", "gap"):
                if match.groupdict().get(group):
                    begin = match.start(group)
                    yield from ((begin + m.start(), begin + m.end()) for m in _IN_PAST.finditer(match[group]))
                    yield from ((begin + m.start(), begin + m.end()) for m in _NUMBERS.finditer(match[group]))


_MEASURED: Final = re.compile(rf"^\s*{SIZE} ?{UNIT}")
_DOSED: Final = re.compile(r"(?:mgs?|milligrams?|mcg|micrograms?|units?)$")


def _has_unit(text: str) -> bool:
    return _MEASURED.match(text) is not None


def _is_dose(text: str) -> bool:
    return _DOSED.search(text) is not None
