"""When the subject went to sleep and woke up, and how often in between."""

import re
from collections.abc import Sequence
from dataclasses import replace

from carelog.extraction.numbers import Number
from carelog.extraction.sleep.night import SLEPT, Night, is_told
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set

_TO_BED_PHRASES = (
    "went to bed|go to bed|went to sleep|go to sleep|fell asleep|fall asleep|in bed|got to bed|get to bed|"
    "got to sleep|slept|stayed up|lights out|nodded off|drifted off|dropped off|drop off|turned in"
)
_WAKING_PHRASES = "woke up|wake up|woke|woken up|got up|get up|waking up|up at|up by"
_TO_BED, _WAKING = (
    PhraseTable((phrase, True) for phrase in phrases.split("|")) for phrases in (_TO_BED_PHRASES, _WAKING_PHRASES)
)
_OFF = frozenset({"nodded", "drifted", "dropped", "drop", "turned"})
_CLOCK = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
_BAJE = word_set("baje बजे")
_AT = word_set("at around about by like until till")
_HALVES = word_set("am pm a.m p.m o'clock baje")
_WAKING_VERBS = word_set("woke wake waking woken awoke uthi utha")
_WOKEN_HINDI = word_set("utha uthi uthe jaga jagi neend khuli उठा उठी नींद")
_WENT_HINDI = word_set("soya soyi soye so सोया सोई")
_BAAR = word_set("baar bar बार")
_HOW_OFTEN = word_set("once twice times time")


def with_times(utterance: Utterance, night: Night, numbers: Sequence[Number]) -> Night:
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm in {"went", "go", "fell", "fall", "got", "get", "slept", "in", "stayed", "lights", *_OFF}:
            to_bed = _TO_BED.at(words, i)
            span = to_bed is not None and _is_a_span(words, i + to_bed[0], numbers)
            clock = to_bed and clock_at(utterance, i + to_bed[0], numbers, bare=span)
            if to_bed and clock and night.started is None and is_told(utterance, i):
                night = replace(night.seen(i, clock[1]), started=utterance.quote(*clock))
        elif word.norm in {"woke", "woken", "wake", "got", "up"} and night.started and night.ended is None:
            waking = _WAKING.at(words, i)
            at = waking is not None and words[i + waking[0] - 1].norm in _AT
            clock = waking and clock_at(utterance, i + waking[0], numbers, bare=at)
            if clock and is_told(utterance, i):
                night = replace(night.seen(i, clock[1]), ended=utterance.quote(*clock))
    night = _with_lying_awake(utterance, night, numbers)
    night = _with_hindi_times(utterance, night, numbers)
    if night.started and night.ended is None:
        return _until(utterance, night, numbers)
    return night


def _is_a_span(words: Sequence[Word], i: int, numbers: Sequence[Number]) -> bool:
    """ "(Slept) ten to six", and not "nine to ten hours"."""
    first = next((n for n in numbers if n.first == i), None)
    if first is None or first.end >= len(words) or words[first.end].norm not in {"to", "till", "until"}:
        return False
    second = next((n for n in numbers if n.first == first.end + 1), None)
    after = words[second.end].norm if second is not None and second.end < len(words) else ""
    return second is not None and not after.startswith(("hour", "hr", "min"))


def _with_lying_awake(utterance: Utterance, night: Night, numbers: Sequence[Number]) -> Night:
    """ "I'm awake at four" is the end of the night; "awake at two, awake at four" are two awakenings."""
    words = utterance.words
    hours = [
        (i, clock)
        for i, word in enumerate(words[:-1])
        if word.norm == "awake" and words[i + 1].norm in _AT and is_told(utterance, i)
        if (clock := clock_at(utterance, i + 1, numbers)) is not None
    ]
    if not hours:
        return night
    (first, clock), last = hours[0], hours[-1][1]
    if len(hours) > 1:
        return replace(night.seen(first, last[1]), awakenings=len(hours))
    return replace(night.seen(first, clock[1]), ended=utterance.quote(*clock)) if night.ended is None else night


def _with_hindi_times(utterance: Utterance, night: Night, numbers: Sequence[Number]) -> Night:
    """ "Raat ko 11 baje soya aur 6 baje utha": the hour stands before its verb."""
    words = utterance.words
    for number in numbers:
        if number.end >= len(words) or words[number.end].norm not in _BAJE:
            continue
        after = [word.norm for word in words[number.end + 1 : number.end + 3]]
        said = utterance.quote(number.first, number.end + 1)
        verb = number.end + 1
        if not after or not is_told(utterance, number.first) or "nahi" in after:
            continue
        if after[0] in _WENT_HINDI and night.started is None:
            night = replace(night.seen(number.first, verb + 1), started=said)
        elif after[0] in _WOKEN_HINDI and night.says_something and night.ended is None:
            night = replace(night.seen(number.first, verb + 1), ended=said)
    return night


def _until(utterance: Utterance, night: Night, numbers: Sequence[Number]) -> Night:
    """ "Slept from eleven to six"."""
    words = utterance.words
    if night.end < len(words) and words[night.end].norm in {"to", "till", "until"}:
        clock = clock_at(utterance, night.end + 1, numbers, bare=True)
        if clock:
            return replace(night.seen(night.end, clock[1]), ended=utterance.quote(*clock))
    return night


def clock_at(utterance: Utterance, i: int, numbers: Sequence[Number], *, bare: bool = False) -> tuple[int, int] | None:
    """The words of the time of day after "at" or "around" at word `i`: "eleven", "10:30 pm", "half past ten"."""
    words, first = utterance.words, i
    while i < len(words) and i - first < 3 and words[i].norm in _AT | {"from", "last", "night", "today"}:
        bare = bare or words[i].norm in _AT or words[i].norm == "from"
        i += 1
    if i >= len(words):
        return None
    if words[i].norm in {"midnight", "noon"}:
        return i, i + 1
    end = _clock_end(words, i, numbers)
    if end is None:
        return None
    marked = end < len(words) and words[end].norm in _HALVES
    while end < len(words) and words[end].norm in _HALVES:
        end += 1
    if not (bare or marked or ":" in words[i].norm):
        return None
    follows = words[end].norm if end < len(words) else ""
    return None if follows in {"hours", "hour", "minutes", "times", "days", "years", "pillows", "percent"} else (i, end)


def _clock_end(words: Sequence[Word], i: int, numbers: Sequence[Number]) -> int | None:
    if words[i].norm in {"half", "quarter"} and i + 2 < len(words) and words[i + 1].norm in {"past", "to"}:
        return next((n.end for n in numbers if n.first == i + 2 and 1 <= n.value <= 12), None)
    if ":" in words[i].norm:
        return i + 1 if _CLOCK.fullmatch(words[i].norm) else None
    for number in numbers:
        if number.first == i:
            hour, minute = divmod(number.value, 100) if number.value > 12 else (number.value, 0)
            return number.end if number.value.is_integer() and 1 <= hour <= 12 and minute < 60 else None
    return None


def with_awakenings(utterance: Utterance, night: Night, numbers: Sequence[Number]) -> Night:
    """ "Woke up three times", "slept through the night"."""
    words = utterance.words
    for i, word in enumerate(words):
        if word.norm in _WOKEN_HINDI and is_told(utterance, i) and i > 1 and words[i - 1].norm in _BAAR:
            number = next((number for number in numbers if number.end == i - 1), None)
            if number is not None and number.value in range(1, 31):
                return replace(night.seen(number.first, i + 1), awakenings=int(number.value))
        elif (word.norm in _WAKING_VERBS or _is_up(words, i)) and is_told(utterance, i):
            k = next((j for j in range(i + 1, min(len(words), i + 7)) if words[j].norm in _HOW_OFTEN), None)
            counted = _times(words, k, i, numbers) if k is not None else None
            if counted is not None:
                return replace(night.seen(i, counted[0]), awakenings=counted[1])
        elif word.norm in SLEPT and _through(words, i) and is_told(utterance, i):
            return replace(night.seen(i, i + 4), awakenings=0)
    return night


def _is_up(words: Sequence[Word], i: int) -> bool:
    """ "I was up three times"."""
    return words[i].norm == "up" and i > 0 and words[i - 1].norm in {"was", "got", "been"}


def _through(words: Sequence[Word], i: int) -> bool:
    return [word.norm for word in words[i + 1 : i + 4]] == ["through", "the", "night"]


def _times(words: Sequence[Word], k: int, verb: int, numbers: Sequence[Number]) -> tuple[int, int] | None:
    """(end, how often) of "twice", "three times" at word `k`; "two or three times" is open."""
    if words[k].norm in {"once", "twice"}:
        open_end = k + 1 < len(words) and words[k + 1].norm in {"or", "a", "every", "in"}
        return None if open_end else (k + 1, 1 if words[k].norm == "once" else 2)
    number = next((number for number in numbers if number.end == k and number.first > verb), None)
    before = words[number.first - 1].norm if number else ""
    if number is None or before in {"or", "to", "-"} or number.value not in range(1, 31):
        return None
    follows = [word.norm for word in words[k + 1 : k + 3]]
    return (
        None if follows[:1] in (["a"], ["per"]) and follows[1:] in (["week"], ["month"]) else (k + 1, int(number.value))
    )
