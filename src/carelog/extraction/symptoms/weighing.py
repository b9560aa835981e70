"""Weight that was lost or gained, told in pounds and kilos: "I've put on five kilos", "I'm down ten pounds"."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_LOSS, _GAIN = "weight loss", "weight gain"
WEIGHING: Final = {
    **dict.fromkeys(("gained", "gaining", "put", "putting", "up"), _GAIN),
    **dict.fromkeys(("lost", "losing", "dropped", "shed", "down"), _LOSS),
}
"""The words that can begin what `weight_change` reads, and what each says."""
_UNITS: Final = word_set("pounds pound lbs lb kilos kilo kg kgs kilograms stone")
_ENDS: Final = word_set(". , ? ! i and to from at in of for my weigh weighed")
_STATES: Final = word_set("i'm im am been is was weight down up he's she's are you're went gone going")
_ASIDE: Final = word_set("like uh um oh maybe gosh god jeez wow well probably about say")
_REACH: Final = 8  # words


class Weighed(NamedTuple):
    """`name` is the concept; the words end before `end`."""

    name: str
    end: int


def weight_change(words: Sequence[Word], first: int) -> Weighed | None:
    """The change of weight that is told from word `first` on.

    >>> from carelog.extraction.utterances import words_of
    >>> weight_change(words_of("I have put on about five kilos"), 2)
    Weighed(name='weight gain', end=7)
    """
    norm = words[first].norm
    at = first + 1
    if norm in ("put", "putting"):
        if at >= len(words) or words[at].norm != "on":
            return None
        at += 1
    elif norm in ("up", "down") and (first == 0 or words[first - 1].norm not in _STATES):
        return None
    for end in range(at, min(len(words), first + _REACH)):
        if words[end].norm in _UNITS:
            return Weighed(WEIGHING[norm], end + 1) if end > at or words[end].norm != "stone" else None
        if words[end].norm == "," and any(w.norm in _ASIDE for w in (words[end - 1], *words[end + 1 : end + 2])):
            continue  # "I lost, like, four kilos"
        if words[end].norm == "of" and words[end - 1].norm == "couple":
            continue
        if words[end].norm in _ENDS and not _halves(words, end):
            return None
    return None


def _halves(words: Sequence[Word], at: int) -> bool:
    """ "Four and a half pounds"."""
    return words[at].norm == "and" and any(word.norm in ("half", "quarter") for word in words[at + 1 : at + 3])
