"""Numbers and times that are said in error and put right in the same breath, or by the other speaker: "15. Wait, it was
50", "once a day, sorry, twice a day"; "you're on lisinopril 10" - "no, it's 20".

What was said in error nobody reads. Of the words that put it right only the new ones stay, so that they are read in the
place of the old.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from carelog.conversations.turns import Role, Turn
from carelog.extraction.blanking import blanked

_UP_TO_TWENTY = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen"
)
_IN_WORDS = rf"(?:{_UP_TO_TWENTY}|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|point|oh)"
_AMOUNTS = rf"(?:\d+(?:\.\d+)?|(?:a )?{_IN_WORDS}(?:[ -](?:and )?{_IN_WORDS})*)"
_NUMBER = rf"{_AMOUNTS}(?![\w/:])"
UNIT = (
    r"(?:mgs?|milligrams?|mcg|micrograms?|units?|mls?|percent|%|pounds?|lbs?|kilos?|kg|stone|degrees|puffs?"
    r"|tablets?|किलो)"
)
_PAIR = rf"{_AMOUNTS} ?(?:/|\bover\b|\bby\b) ?{_NUMBER}"
SIZE = rf"(?:{_PAIR}|{_NUMBER})"
OFTEN = (
    rf"(?:(?:once|twice|thrice|(?:{_NUMBER}) times) (?:a|per|every) (?:day|week|month)|(?:once|twice) (?:daily|weekly)"
    rf"|every (?:other )?(?:day|morning|night|evening|week)|every {_NUMBER} hours|daily|weekly|at night|at bedtime"
    r"|in the (?:morning|evening))"
)
_PAUSE = r"[\s,.;:!?…–-]*"
_TURNING = (
    r"(?:no|nope|wait|sorry|oops|actually|i mean|i meant|my mistake|my bad|scratch that|strike that|correction"
    r"|that's wrong|that's not right|i misspoke|or rather|i should say"
    r"|let me (?:look|see|check|count|try|measure)(?: (?:it|that))?(?: again)?|hang on|hold on|nahi)"
)
_ASIDE = r"(?:oh|well|uh|um|then|again)"
_LEAD = rf"(?:{_ASIDE}{_PAUSE})*{_TURNING}\b{_PAUSE}(?:(?:{_TURNING}|{_ASIDE})\b{_PAUSE})*"
_SAYING = (
    r"(?:(?:it's|it is|it was|that's|that was|make (?:that|it)|i meant|i mean|i take|i'm on|it should be|it says"
    r"|the (?:bottle|box|label|packet|list|script) says)(?: actually)? )?"
)
_OVER = rf"(?=\s*(?:[.,;!?]|$|{OFTEN}))"

_SAME_BREATH: Final = (
    re.compile(
        rf"\b(?P<old>(?P<was>{SIZE})(?: ?(?P<of>{UNIT}))?)(?=[\s,.;–-]){_PAUSE}{_LEAD}{_SAYING}"
        rf"(?P<new>{SIZE}(?: ?(?P<in>{UNIT}))?)(?P<denied>,? not (?P=was))?{_OVER}"
    ),
    re.compile(rf"\b(?P<old>{OFTEN}){_PAUSE}{_LEAD}{_SAYING}(?P<new>{OFTEN})(?P<denied>,? not (?P=old))?{_OVER}"),
)
_NAMED_BETWEEN: Final = re.compile(
    rf"\b(?P<old>{SIZE} ?(?:mgs?|milligrams?|mcg|micrograms?|units?) (?:of )?)[a-z][a-z-]+"
    rf"(?P<lead>{_PAUSE}{_LEAD}{_SAYING}){SIZE}(?: ?{UNIT})?{_OVER}"
)
_ALLERGIC: Final = re.compile(
    rf"\ballerg(?:ic|y) to (?P<old>[a-z][a-z -]{{2,30}}?)[.,;]{_PAUSE}{_LEAD}(?:to )?{_SAYING}(?:to )?"
    r"(?!(?:not|never|my|just|only|i|i'm|it|that|the same|fine|no|mild|severe|he|she|wait|sorry|actually|hang|hold)\b)"
    r"(?P<new>[a-z][a-z-]{2,}(?: [a-z-]+)?)\s*(?:[.,!;]|$)"
)
_REFUSING = r"(?:no|nope|actually|no no|nahi)\b[\s,.]*(?:no\b[\s,.]*)?"
_STILL = r"(?:(?:it's|it is|it was|i take|i'm on|it's actually|make that) )?(?:just |only |actually )?"
_REPLIED: Final = (
    re.compile(
        rf"^(?:{_REFUSING}{_STILL}|(?:it's|i take|i'm on) (?:just |only |actually )?)(?P<new>{SIZE})(?: ?{UNIT})?\s*"
        rf"(?:[.,;!]|$|since\b|now\b|these days\b|{OFTEN})"
    ),
    re.compile(rf"^(?:(?:no|nope|actually)\b[\s,.]*)?{_STILL}(?P<new>{OFTEN})\s*[.!]?$"),
)
_NAMED_INSTEAD: Final = re.compile(
    r"^(?:no|nope|nahi)\b[\s,]+(?:it's |i take |i'm on |that's |to )?"
    r"(?!(?:never|sorry|thanks|thank|doctor|sir|not|no|i|it|that|the|just|only|stopped|nothing|none|he|she|we|they|my|but"
    r"|actually|because|ma'am|anymore|once|twice|wait|and|so|still|don't|didn't)\b)"
    r"[a-z][a-z-]{3,}(?: [a-z]+)?\s*(?:[.,!]|$)"
)
_NAMED: Final = re.compile(
    r"\b(?:you take|you're on|you are on|you're taking|you are taking) (?:an? |the |some )?"
    r"(?P<name>[a-z][a-z-]{3,}(?: [a-z]+)?)\s*[.?!]*\s*$"
)
_HELD_OUT: Final = (
    re.compile(
        rf"(?<![\w.:/-])(?<!over )(?<!above )(?<!below )(?<!under )"
        rf"(?<!than ){SIZE}"
    ),
    re.compile(rf"\b{OFTEN}"),
)
_LEADING: Final = re.compile(_LEAD)
_CUE: Final = re.compile(rf"\b{_TURNING}\b")
_TELLS: Final = frozenset({Role.CLINICIAN, Role.AGENT, Role.CARER})
_CORRECTS: Final = frozenset({Role.PATIENT, Role.CARER})
_SENTENCE_ENDS: Final = re.compile(r"[.?!…]\s+(?=\S)|\n(?=\S)")
_AMOUNT: Final = re.compile(
    rf"\d|\b(?:{_IN_WORDS}|once|twice|thrice|daily|weekly|every|at (?:night|bedtime)|in the (?:morning|evening))\b"
)
_BEFORE: Final = 80  # characters before the word that takes back
_AFTER: Final = 120
_PLAN: Final = re.compile(
    r"\b(?:let's|we'll|i'll|i'd|we'd|going to|gonna|want|would|could|should|shall|may|might|prescrib\w*|order\w*"
    r"|start\w*|increas\w*|go(?:ing)? (?:up|down)|appointment|booked|available|o'clock|between|or|goal|normal)\b"
)


def without_taken_back(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns, each with spaces in the place of what is put right: the other words stand where they stood.

    >>> told = Turn(0, "You're on lisinopril 10.", "/t", role=Role.CLINICIAN)
    >>> said = Turn(1, "No, it's 20. And aspirin 75, sorry, 81.", "/t", role=Role.PATIENT)
    >>> [turn.text for turn in without_taken_back([told, said])]
    ["You're on lisinopril   .", "No, it's 20. And aspirin            81."]
    """
    texts = [turn.text.replace("’", "'").lower() for turn in turns]
    places: dict[int, list[tuple[int, int]]] = {}
    for i, start, end in _taken_back(turns, texts):
        places.setdefault(i, []).append((start, end))
    return tuple(blanked(turn, places[i]) if i in places else turn for i, turn in enumerate(turns))


def _taken_back(turns: Sequence[Turn], texts: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(turn, start, end) of the characters that are taken back."""
    for i, (turn, text) in enumerate(zip(turns, texts, strict=True)):
        if len(text) != len(turn.text):
            continue  # Small letters that are longer than their capitals move what follows them.
        if _CUE.search(text):
            yield from ((i, start, end) for start, end in _in_same_breath(text))
        if i and len(texts[i - 1]) == len(turns[i - 1].text):
            before = turns[i - 1]
            yield from ((i - 1, start, end) for start, end in _by_the_other(before, turn, texts[i - 1], text))


def _in_same_breath(text: str) -> Iterator[tuple[int, int]]:
    told = passed = 0
    for cue in _CUE.finditer(text):
        if cue.start() < max(told, passed):
            continue
        lead = _LEADING.match(text, cue.start())
        passed = lead.end() if lead else 0
        first, end = max(told, cue.start() - _BEFORE), min(len(text), cue.end() + _AFTER)
        allergic = "allerg" in text[first : cue.start()]
        if not allergic and not (_AMOUNT.search(text, first, cue.start()) and _AMOUNT.search(text, cue.end(), end)):
            continue
        for start, stop in _put_right(text, first, end):
            yield start, stop
            told = max(told, stop)


def _put_right(text: str, first: int, end: int) -> Iterator[tuple[int, int]]:
    """What is taken back in the characters `first` to `end`; what might go on past them is left."""

    def found(pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return (m for m in pattern.finditer(text, first, end) if m.end() < end or end == len(text))

    for pattern in _SAME_BREATH:
        for match in found(pattern):
            of, unit = (match.groupdict().get(group) for group in ("of", "in"))
            if of and (unit or "").rstrip("s") != of.rstrip("s"):
                continue
            yield match.start("old"), match.start("new")
            if match["denied"]:
                yield match.span("denied")
    for match in found(_NAMED_BETWEEN):
        yield match.span("old")
        yield match.span("lead")
    for match in found(_ALLERGIC):
        yield match.start("old"), match.start("new")


def _by_the_other(told: Turn, said: Turn, before: str, text: str) -> Iterator[tuple[int, int]]:
    """ "You're on lisinopril 10." "No, it's 20.": the one number, or name, of the last sentence."""
    if told.role not in _TELLS or said.role not in _CORRECTS or told.role is said.role:
        return
    answers = [replied.match(text) for replied in _REPLIED]
    instead = _NAMED_INSTEAD.match(text)
    if instead is None and not any(answers):
        return
    last = max((mark.end() for mark in _SENTENCE_ENDS.finditer(before)), default=0)
    if _PLAN.search(before, last):
        return
    for answer, held_out in zip(answers, _HELD_OUT, strict=True):
        numbers = list(held_out.finditer(before, last)) if answer else []
        if len(numbers) == 1 and answer and numbers[0][0] != answer["new"]:
            yield numbers[0].span()
            return
    named = _NAMED.search(before, last)
    if named is not None and instead is not None:
        yield named.span("name")
