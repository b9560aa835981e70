"""Moods and energy that are told as a number of a scale."""

from collections.abc import Sequence

from carelog.extraction.mood.words import COPULAS
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.mood import Level

_OF_TEN = ["/", "10"]
_FIFTHS: tuple[Level, ...] = ("very_low", "low", "neutral", "good", "very_good")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNTED = {word: value for value, word in enumerate(_WORDS)}
_AROUND = word_set("maybe about around like probably level levels : , at uh um")


def level_of(value: int) -> Level:
    """The level of a value from 0 to 10: one for each fifth of the scale."""
    return _FIFTHS[max(0, value - 1) // 2]


def rated_after(words: Sequence[Word], at: int, stop: int) -> tuple[int, int] | None:
    """(value, end) of "[energy is] maybe 3 out of 10", "[mood] 7/10"."""
    for i in range(at, min(stop, at + 5)):
        scale = [word.norm for word in words[i + 1 : i + 4]]
        length = (
            4 if scale[:2] == ["out", "of"] and scale[2:] in (["10"], ["ten"]) else 3 if scale[:2] == _OF_TEN else 0
        )
        if length:
            value = int(words[i].norm) if words[i].norm.isdecimal() else _COUNTED.get(words[i].norm, -1)
            return (value, i + length) if 0 <= value <= 10 else None
        if words[i].norm not in COPULAS and words[i].norm not in _AROUND:
            return None
    return None
