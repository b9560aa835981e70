"""How a medicine is to be taken beside its strength and its frequency: how many at a time, with food, for how long.

Counts are kept as they were said ("two puffs", "half a tablet"): a dose in milligrams would need what one holds.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

COUNTS: Final = word_set(
    """
    one two three four five six eight ten half single couple 1 2 3 4 5 6 8 10 ek do teen char aadhi aadha
    एक दो तीन चार आधी आधा
    """
)
_COUNTED: Final = word_set(
    """
    puff puffs drop drops tablet tablets tab tabs pill pills capsule capsules cap caps spray sprays teaspoon teaspoons
    tsp tablespoon tablespoons spoon spoons spoonful spoonfuls patch patches scoop scoops sachet sachets packet packets
    goli goliyan chammach boond gummies lozenge lozenges squirt squirts squirts gulp inhalation inhalations vial vials
    गोली गोलियां चम्मच बूंद बूँद
    """
)
_LASTS: Final = word_set("day days week weeks month months")
_NUMBERS: Final = word_set(
    """
    a one two three four five six seven eight nine ten twelve fourteen twenty one thirty couple few several another next
    the of more total 1 2 3 4 5 6 7 8 9 10 12 14 15 20 21 28 30 60 90
    """
)
_DAYS_HINDI: Final = word_set("din hafte mahine दिन हफ्ते हफ़्ते महीने")
_LASTS_HINDI: Final = word_set("tak ke तक के")
_NUMBERS_HINDI: Final = word_set(
    "ek do teen char chaar paanch panch saat das 3 5 7 10 14 15 एक दो तीन चार पाँच पांच सात दस"
)
_UNTIL_DONE: Final = word_set("gone finished done empty complete")
_BEEN: Final = word_set("been was were had 've")
_BEFORE: Final = 7
_AFTER: Final = 22
_LONGEST_LAST: Final = 5


class Direction(NamedTuple):
    """The words `first` up to, not including, `end` say how to take it."""

    first: int
    end: int


def counted(words: Sequence[Word], begin: int, end: int) -> Direction | None:
    """ "Two puffs", "half a tablet": the first such between the words `begin` and `end`.

    >>> from carelog.extraction.utterances import words_of
    >>> counted(words_of("take half a tablet of it"), 0, 6)
    Direction(first=1, end=4)
    """
    for i in range(begin, end):
        if words[i].norm not in _COUNTED:
            continue
        first = i - 1
        while first > begin and words[first].norm in ("a", "of", "whole", "extra"):
            first -= 1
        if first >= begin and words[first].norm in COUNTS:
            return Direction(first, i + 1)
    return None


def lasting(words: Sequence[Word], begin: int, end: int) -> Direction | None:
    """ "For seven days", "until it's gone": how long it is to be taken."""
    for i in range(begin, end):
        if words[i].norm == "until" and any(word.norm in _UNTIL_DONE for word in words[i + 1 : min(i + 5, end)]):
            stop = next(k for k in range(i + 1, min(i + 5, end)) if words[k].norm in _UNTIL_DONE)
            return Direction(i, stop + 1)
        told_hindi = words[i].norm in _DAYS_HINDI and i > begin and words[i - 1].norm in _NUMBERS_HINDI
        if told_hindi and i + 1 < end and words[i + 1].norm in _LASTS_HINDI:
            return Direction(i - 1, i + 2 + (i + 2 < end and words[i + 2].norm in ("liye", "लिए")))
        if words[i].norm != "for":
            continue
        for k in range(i + 1, min(end, i + 1 + _LONGEST_LAST)):
            if words[k].norm in _LASTS:
                return Direction(i, k + 1) if k > i + 1 else None
            if words[k].norm not in _NUMBERS:
                break
    return None


def directions(
    utterance: Utterance, sentence: tuple[int, int], first: int, end: int, stop: int, *, to_come: bool
) -> list[Direction]:
    """What the words around a medicine (`first` to `end`) say of taking it, up to word `stop`.

    `to_come`: it is ordered or begun, so that "for seven days" says how long, and not for how long already.
    """
    words = utterance.words
    before = max(sentence[0], first - _BEFORE)
    after = min(stop, len(words), end + _AFTER)
    found = [counted(words, before, end) or counted(words, end, min(after, sentence[1]))]
    if to_come and not any(word.norm in _BEEN for word in words[before:first]):
        found.append(lasting(words, end, after))
    return [direction for direction in found if direction is not None]


def said(utterance: Utterance, found: Sequence[Direction]) -> list[str]:
    """The words of directions, as they were said, in lower case."""
    return [" ".join(word.norm for word in utterance.words[d.first : d.end]) for d in found]
