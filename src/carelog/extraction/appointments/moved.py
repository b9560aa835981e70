"""The days and hours that no longer stand: "moved from Tuesday at 9 to Thursday at 2", "Thursday instead of Wednesday",
"I'll put you down for Tuesday at nine. Scratch that, Wednesday at nine"."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from carelog.extraction.blanking import read_blanked
from carelog.extraction.exchange import same_speaker
from carelog.extraction.utterances import Utterance

_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today|the \d{1,2}(?:st|nd|rd|th)"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r" \d{1,2}(?:st|nd|rd|th)?)"
)
_HOUR = (
    r"(?:(?:half past |quarter past |quarter to )?(?:\d{1,2}(?::\d\d)?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve)(?: thirty| fifteen| forty-five)?(?: ?(?:am|pm|a\.m\.|p\.m\.|o'clock))?)"
)
_WHEN = rf"(?:(?:on |for )?{_DAY}(?:'s)?(?:,? (?:at )?{_HOUR}\b)?)"
_MOVED = (
    r"(?:move|moved|bring|brought|push|pushed|change|changed|switch|switched|shift|shifted|reschedule|rescheduled|bump"
    r"|bumped|put)"
)
_WITHIN = r"[^.?!\n]"
_TURNING = r"(?:scratch that|strike that|no|wait|sorry|actually|my mistake|hang on|i mean|correction)"
# Each behind what a turn must hold for it to be looked for.
_MOVES: Final = re.compile(rf"\b{_MOVED}\b")
_PATTERNS: Final = (
    (
        _MOVES,
        # "I had an appointment on Tuesday at nine but I moved it to Thursday at nine."
        re.compile(
            rf"\b(?P<had>had )?(?:an? |my |your )?\w+ (?P<old>{_WHEN},? (?:but|and|so)? ?(?:i|we|they|you) "
            rf"(?:had to |have )?{_MOVED} (?:it|that|me|you)(?: (?:forward|back|up|over))? to )(?={_WHEN})"
        ),
        # "We brought your Friday appointment forward to Wednesday at 9:30."
        re.compile(
            rf"\b{_MOVED} (?:your |my |the |his |her )?(?P<old>{_WHEN})(?:'s)? (?:\w+ ){{1,2}}?"
            rf"(?P<to>(?:forward |back |up |over )?to )(?={_WHEN})"
        ),
        # "Your appointment tomorrow has been moved from 2 pm to 4 pm."
        re.compile(rf"\b{_DAY} (?P<old>(?:has been |was |is |got |been )?{_MOVED} from {_HOUR} to )(?={_HOUR}\b)"),
    ),
    (
        re.compile(r" (?:instead of|rather than|not) |^not "),
        re.compile(rf"(?P<old> (?:instead of|rather than|not) {_WHEN})(?=\s*[.,;!?]|$)"),
        re.compile(rf"\b(?P<old>not {_WHEN},?(?: (?:any ?more|any longer))?,?) (?={_WITHIN}{{0,30}}?{_WHEN})"),
    ),
    (
        re.compile(rf"[.,;!?… –-](?:oh,? |well,? )?{_TURNING}\b"),
        re.compile(
            rf"(?P<old>{_WHEN}[.,;!?… –-]+(?:oh,? |well,? )?{_TURNING}\b[,.]?{_WITHIN}{{0,40}}?[.,]? ?)"
            rf"(?={_DAY},? (?:at )?{_HOUR}\b)"
        ),
    ),
)
_DATED: Final = re.compile(
    r"the \d|(?:january|february|march|april|may|june|july|august|september|october|november|december) \d"
)
_NUMBERED: Final = re.compile(r"\d")
_REPLIED: Final = re.compile(
    rf"^(?:no|nope|actually)\b[,.]? (?:it's |it is |your appointment is |that's |you're )?(?P<new>{_WHEN})"
    rf"|^(?P<other>{_DAY}),? actually\b"
)
_WANTED: Final = re.compile(rf"\b(?:i said|i asked for|i wanted|i meant)(?: it)?(?: on| for)? (?P<day>{_DAY})")
_HELD_OUT: Final = re.compile(_WHEN)


def standing(dialogue: Sequence[Utterance]) -> list[Utterance]:
    """The turns, each with spaces in the place of the days and hours that others have taken the place of.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = standing(read([Turn(0, "You're in on Thursday at 11 instead of Friday.", "/t")]))
    >>> said.text
    "You're in on Thursday at 11                  ."
    """
    texts = [utterance.text.replace("’", "'").lower() for utterance in dialogue]
    texts = [text if _may_name_a_day(text) else "" for text in texts]
    places = [[*_moved(text), *_put_right(dialogue, texts, i)] for i, text in enumerate(texts)]
    return [read_blanked(utterance, gone) for utterance, gone in zip(dialogue, places, strict=True)]


def _may_name_a_day(text: str) -> bool:
    """What each of the patterns needs, and few turns do."""
    return "day" in text or "tomorrow" in text or bool(_NUMBERED.search(text) and _DATED.search(text))


def _moved(text: str) -> Iterator[tuple[int, int]]:
    if not text:
        return
    for cue, *patterns in _PATTERNS:
        if cue.search(text):
            for match in (match for pattern in patterns for match in pattern.finditer(text)):
                yield from (match.span(group) for group in match.groupdict() if match[group])


def _put_right(dialogue: Sequence[Utterance], texts: Sequence[str], i: int) -> Iterator[tuple[int, int]]:
    """ "Is it on Tuesday at 9?" "No, it's on Wednesday at 9.", "I booked you for Tuesday." "I said Wednesday." "Sorry,
    Wednesday at 2." """
    if i + 1 >= len(dialogue) or not texts[i] or not texts[i + 1] or same_speaker(dialogue[i], dialogue[i + 1]):
        return
    wanted = _WANTED.search(texts[i + 1])
    again = wanted is not None and i + 2 < len(texts) and wanted["day"] in texts[i + 2]
    if _REPLIED.match(texts[i + 1]) or (again and wanted and wanted["day"] not in texts[i]):
        told = list(_HELD_OUT.finditer(texts[i]))
        if len(told) == 1:
            yield told[0].span()
