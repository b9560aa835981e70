"""How long something took or lasts, as people say it."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.numbers import Form, Number, find_numbers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# None: months and years have no one length.
_SPELLINGS: dict[str, int | None] = {
    "second seconds sec secs": 1,
    "minute minutes min mins minat मिनट": _MINUTE,
    "hour hours hr hrs h ghanta ghante ghanton घंटा घंटे घण्टे": _HOUR,
    "day days din dino dinon दिन दिनों night nights raat raatein रात": _DAY,
    "week weeks wk wks hafta hafte hafton हफ्ता हफ्ते हफ्तों हफ़्ता हफ़्ते हफ़्तों": 7 * _DAY,
    "month months mahina mahine mahino महीना महीने": None,
    "year years yr yrs saal साल decade decades": None,
}
_UNITS = {word: seconds for spellings, seconds in _SPELLINGS.items() for word in spellings.split()}
# "A day" is mostly a rate ("twice a day"), so it needs a word before it that speaks of lasting.
_LASTING = word_set(
    """
    for about around in than over almost nearly within took takes take last lasts lasted only just another after
    like under and past
    """
)
_BRIEF = frozenset({"hour", "minute", "second", "ghanta"})
_RATES = word_set("times time once twice per every each x beats breaths miles mile kilometers km mph glasses")
_VAGUE = word_set("few couple several many some kuch kai couples")
_TO = word_set("to or and se through")
_BEFORE_UNIT = frozenset({("more",), ("full",), ("whole",), ("good",), ("long",), ("of", "an")})
_HALF_OF = frozenset({("an",), ("a",), ()})


class Duration(NamedTuple):
    """Words `first` up to `end` say a length of time.

    `seconds` is None where the words leave it open ("a few days", "two to three weeks") or the unit does
    (months, years).
    """

    first: int
    end: int
    seconds: float | None


def find_durations(utterance: Utterance, numbers: Sequence[Number] | None = None) -> list[Duration]:
    """Every length of time in the utterance, left to right.

    An age ("50 years old") and a rate ("twice a day") are none. `numbers` are those of the utterance, where they
    are known already.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "An hour and a half of yoga, then half an hour walking, for a few days", "/t")])
    >>> [(said.quote(d.first, d.end), d.seconds) for d in find_durations(said)]
    [('An hour and a half', 5400.0), ('half an hour', 1800.0), ('a few days', None)]
    """
    words = utterance.words
    units = [i for i, word in enumerate(words) if word.norm in _UNITS]
    if not units:
        return []
    known = find_numbers(utterance) if numbers is None else numbers
    found: list[Duration] = []
    for unit in units:
        duration = _counted(utterance, unit, known) or _uncounted(words, unit, known)
        if duration is None or (unit + 1 < len(words) and words[unit + 1].norm in {"old", "older"}):
            continue
        if found and duration.first < found[-1].end:
            continue
        found = _joined(words, found, duration)
    return found


def _counted(utterance: Utterance, unit: int, numbers: Sequence[Number]) -> Duration | None:
    """A number stands before the unit: "thirty minutes", "half an hour", "2-3 days", "two to three weeks"."""
    words, length = utterance.words, _UNITS[utterance.words[unit].norm]
    last = next((k for k in range(len(numbers) - 1, -1, -1) if numbers[k].end <= unit), None)
    if last is None:
        return None
    number = numbers[last]
    between = tuple(word.norm for word in words[number.end : unit])
    halved = number.value == 0.5 and between in _HALF_OF
    if between and not halved and between not in _BEFORE_UNIT:
        return None
    end, value = unit + 1, number.value
    if more := _and_half(words, end):
        value, end = value + more[0], more[1]
    if last and _leads_to(words, numbers[last - 1], number):
        return Duration(numbers[last - 1].first, end, None)
    definite = length is not None and number.form is not Form.JOINED
    first = number.first - (value == 0.25 and number.first > 0 and words[number.first - 1].norm == "a")
    return Duration(first, end, value * length if definite and length is not None else None)


def _leads_to(words: Sequence[Word], before: Number, number: Number) -> bool:
    gap = words[before.end : number.first]
    return not gap or (len(gap) == 1 and gap[0].norm in _TO)


def _uncounted(words: Sequence[Word], unit: int, numbers: Sequence[Number]) -> Duration | None:
    """ "An hour", "an hour and a half", "a day or two", "a few days"."""
    norms = [word.norm for word in words[max(0, unit - 3) : unit]]
    if not norms:
        return None
    if norms[-1] in _VAGUE or (len(norms) > 1 and norms[-1] in {"of", "more"} and norms[-2] in _VAGUE):
        first = unit - (1 if norms[-1] in _VAGUE else 2)
        return Duration(first - (first > 0 and words[first - 1].norm in {"a", "the"}), unit + 1, None)
    if norms[-1] not in {"a", "an", "one"}:
        return None
    before = norms[-2] if len(norms) > 1 else ""
    norm, end = words[unit].norm, unit + 1
    follows = [word.norm for word in words[end : end + 2]]
    open_end = len(follows) == 2 and follows[0] == "or" and any(n.first == end + 1 for n in numbers)
    more = _and_half(words, end)
    if not open_end and not more and (before in _RATES or (norm not in _BRIEF and before not in _LASTING)):
        return None
    if open_end:
        return Duration(unit - 1, end + 2, None)
    length, value = _UNITS[norm], 1.0
    if more:
        value, end = value + more[0], more[1]
    return Duration(unit - 1, end, None if length is None else value * length)


def _and_half(words: Sequence[Word], i: int) -> tuple[float, int] | None:
    rest = [word.norm for word in words[i : i + 3]]
    if rest[:1] != ["and"]:
        return None
    if rest[1:2] == ["half"]:
        return 0.5, i + 2
    if rest[1:3] == ["a", "half"]:
        return 0.5, i + 3
    return (0.25, i + 3) if rest[1:3] == ["a", "quarter"] else None


def _joined(words: Sequence[Word], found: list[Duration], duration: Duration) -> list[Duration]:
    """ "Two hours and thirty minutes" is one duration."""
    if not found:
        return [duration]
    last = found[-1]
    gap = [word.norm for word in words[last.end : duration.first]]
    if last.seconds is None or duration.seconds is None or gap not in ([], ["and"]):
        return [*found, duration]
    smaller = duration.seconds < last.seconds and (_UNITS[words[last.end - 1].norm] or 0) > duration.seconds
    if not smaller:
        return [*found, duration]
    return [*found[:-1], Duration(last.first, duration.end, last.seconds + duration.seconds)]
