"""Hours of the day as people say them: "at eight", "7:30 am", "half past nine in the evening", "saat baje".

Which half of the day is meant is told apart from the hour, since it is often said elsewhere ("this morning at eight"),
and often not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set


class Part(StrEnum):
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


PARTS: Final[Mapping[str, Part]] = MappingProxyType(
    {
        word: part
        for part, words in {
            Part.MORNING: "morning subah subha savere सुबह सवेरे",
            Part.AFTERNOON: "afternoon dopahar dopaher दोपहर",
            Part.EVENING: "evening shaam sham शाम",
            Part.NIGHT: "night tonight raat रात",
        }.items()
        for word in words.split()
    }
)
"""The words for the parts of the day."""

_HOURS: Final = {
    word: number
    for number, words in enumerate(
        (
            "one ek एक", "two do दो", "three teen तीन", "four char chaar चार", "five paanch panch पांच पाँच",
            "six chhe chhah che छह छः", "seven saat सात", "eight aath आठ", "nine nau नौ", "ten das दस",
            "eleven gyarah ग्यारह", "twelve barah baarah बारह",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_ENGLISH: Final = word_set("one two three four five six seven eight nine ten eleven twelve")
_MINUTES: Final = {"ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_FIVES: Final = frozenset({"twenty", "thirty", "forty", "fifty"})
_PAST: Final = {"half": 30, "quarter": 15, "ten": 10, "twenty": 20, "five": 5}
_BAJE: Final = word_set("baje bajay बजे")
_HINDI_QUARTERS: Final = {
    word: minutes
    for minutes, words in {30: "sadhe saadhe sade साढ़े साढे", 15: "sava sawa सवा", -15: "paune पौने"}.items()
    for word in words.split()
}
APPROXIMATELY: Final = word_set("about around like approximately roughly almost nearly maybe probably karib lagbhag")
_AT: Final = word_set("at @ by till until before after from") | APPROXIMATELY


def part_named(words: Sequence[Word]) -> Part | None:
    """The part of the day that the words name, where it is one."""
    named = {PARTS[word.norm] for word in words if word.norm in PARTS}
    return named.pop() if len(named) == 1 else None


class ClockTime(NamedTuple):
    """Words `first` up to `end` say an hour of the day. `half` is "am" or "pm" where the words themselves say so; an
    hour beyond 12, and noon and midnight, need none."""

    first: int
    end: int
    hour: int
    minute: int
    half: str | None = None
    whole: bool = False

    def at(self, part: Part | None = None) -> tuple[time, int] | None:
        """The hour on a clock of 24, in that part of the day, and how many days later it falls: two o'clock of last
        night is on the morning after. None where either half of the day could be meant.

        >>> ClockTime(0, 1, 2, 30).at(Part.NIGHT), ClockTime(0, 1, 2, 30).at(None)
        ((datetime.time(2, 30), 1), None)
        """
        if self.whole or self.hour == 0 or self.hour > 12:
            return time(self.hour % 24, self.minute), 0
        half = self.half
        if half is None and part is not None:
            half = _half_of(self.hour, part)
        if half is None:
            return None
        later = int(part is Part.NIGHT and half == "am" and (self.hour % 12) < 6)
        return time(self.hour % 12 + (12 if half == "pm" else 0), self.minute), later


def _half_of(hour: int, part: Part) -> str | None:
    match part:
        case Part.MORNING:
            return None if hour == 12 else "am"
        case Part.AFTERNOON:
            return "pm" if hour == 12 or hour < 7 else None
        case Part.EVENING:
            return "pm" if 4 <= hour < 12 else None
        case Part.NIGHT:
            return "pm" if 6 <= hour < 12 else "am"


def clock_times(words: Sequence[Word], first: int, end: int, *, loose: bool = False) -> list[ClockTime]:
    """The hours that the words `first` up to `end` say, left to right.

    A number alone is one only after a word such as "at"; with `loose`, where an hour is to be expected, "eleven
    fifteen" is one too.

    >>> from carelog.extraction.utterances import words_of
    >>> words = words_of("at half past nine, then 7:30 am and at eight")
    >>> [(c.hour, c.minute, c.half) for c in clock_times(words, 0, len(words))]
    [(9, 30, None), (7, 30, 'am'), (8, 0, None)]
    """
    found: list[ClockTime] = []
    i = first
    while i < end:
        one = _at(words, i, end, loose=loose)
        if one is None:
            i += 1
        else:
            found.append(one)
            i = one.end
    return found


def _at(words: Sequence[Word], i: int, end: int, *, loose: bool) -> ClockTime | None:
    norm = words[i].norm
    if norm == "noon" and not (i and words[i - 1].norm == "after"):
        return ClockTime(i, i + 1, 12, 0, whole=True)
    if norm == "midnight":
        return ClockTime(i, i + 1, 24, 0, whole=True)
    if norm in _PAST and i + 2 < end and words[i + 1].norm in ("past", "to"):
        return _past(words, i, end)
    if norm in _HINDI_QUARTERS and i + 2 < end and words[i + 2].norm in _BAJE:
        return _quartered(words, i)
    read = _digits(norm) or _spoken(words, i, end)
    if read is None:
        return None
    hour, minute, stop, exact = read
    stop = i + stop
    half, after = _half(words, stop, end)
    bare = not (exact or half or after > stop)
    asked_for = loose and minute > 0 and norm in _ENGLISH
    if bare and not asked_for and not (i and words[i - 1].norm in _AT and _ends_there(words, stop, end)):
        return None
    return ClockTime(i, after, hour, minute, half)


def _digits(norm: str) -> tuple[int, int, int, bool] | None:
    """Hour, minute, the number of words, and whether it can be nothing but an hour."""
    hours, colon, minutes = norm.partition(":")
    if not hours.isdecimal() or len(hours) > 2 or int(hours) > 23:
        return None
    if not colon:
        return (int(hours), 0, 1, False) if int(hours) else None
    return (int(hours), int(minutes), 1, True) if len(minutes) == 2 and minutes < "60" else None


def _spoken(words: Sequence[Word], i: int, end: int) -> tuple[int, int, int, bool] | None:
    hour = _HOURS.get(words[i].norm)
    if hour is None:
        return None
    if words[i].norm not in _ENGLISH:  # "do" and "saat" are hours before "baje" only
        return (hour, 0, 1, True) if i + 1 < end and words[i + 1].norm in _BAJE else None
    tens = words[i + 1].norm if i + 1 < end else ""
    units = words[i + 2].norm if i + 2 < end else ""
    if tens in ("oh", "o") and _HOURS.get(units, 10) < 10:
        return hour, _HOURS[units], 3, False
    if tens in _MINUTES and hour <= 12:
        if tens in _FIVES and units in _ENGLISH and _HOURS[units] < 10:
            return hour, _MINUTES[tens] + _HOURS[units], 3, False
        return hour, _MINUTES[tens], 2, False
    return hour, 0, 1, False


def _half(words: Sequence[Word], i: int, end: int) -> tuple[str | None, int]:
    """The half of the day that is said at word `i`, and where its words end: "am", "p.m.", "o'clock", "baje"."""
    if i >= end:
        return None, i
    norm = words[i].norm
    if norm in ("am", "pm"):
        return norm, i + 1
    if norm in ("a", "p") and i + 2 < end and words[i + 1].norm == "." and words[i + 2].norm == "m":
        return f"{norm}m", min(end, i + 3 + (i + 3 < end and words[i + 3].norm == "."))
    if norm in ("o'clock", "oclock") or norm in _BAJE:
        half, after = _half(words, i + 1, end)
        return half, after
    return None, i


def _ends_there(words: Sequence[Word], i: int, end: int) -> bool:
    """What follows a bare number is no noun or unit of its: "at eight this morning", not "at 80 percent"."""
    if i < end and words[i].norm == "to":  # "At ten to do the dressing", and not "ten to four"
        following = words[i + 1].norm if i + 1 < end else ""
        return following.isalpha() and following not in _ENGLISH
    return i >= end or not words[i].norm[0].isalpha() or words[i].norm in _FOLLOWING


_FOLLOWING: Final = word_set(
    """
    this in on at and i it my the yesterday today tonight tomorrow last with for when but so then or before after we
    was is every each ko को subah shaam sham raat sharp monday tuesday wednesday thursday friday saturday sunday
    because work works suit suits okay ok good free please are i'm i'll we'll
    """
)


def _past(words: Sequence[Word], i: int, end: int) -> ClockTime | None:
    """ "Half past nine", "quarter to ten"."""
    norm = words[i + 2].norm
    hour = int(norm) if norm.isdecimal() and len(norm) < 3 else (_HOURS.get(norm, 0) if norm in _ENGLISH else 0)
    if not 1 <= hour <= 12 or (words[i].norm == "half" and words[i + 1].norm == "to"):
        return None
    minutes = _PAST[words[i].norm]
    half, after = _half(words, i + 3, end)
    if words[i + 1].norm == "to":
        return ClockTime(i, after, 12 if hour == 1 else hour - 1, 60 - minutes, half)
    return ClockTime(i, after, hour, minutes, half)


def _quartered(words: Sequence[Word], i: int) -> ClockTime | None:
    """ "Saadhe saat baje" is half past seven."""
    norm, minutes = words[i + 1].norm, _HINDI_QUARTERS[words[i].norm]
    hour = int(norm) if norm.isdecimal() and len(norm) < 3 else _HOURS.get(norm, 0)
    if not 1 <= hour <= 12:
        return None
    if minutes < 0:
        return ClockTime(i, i + 3, 12 if hour == 1 else hour - 1, 60 + minutes)
    return ClockTime(i, i + 3, hour, minutes)
