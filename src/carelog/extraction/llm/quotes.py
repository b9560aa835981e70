"""Where a quote stands in a turn.

The model's spelling is forgiven, its words are not: white space, upper and lower case and the marks between sentences
may differ; every word and every number must be there, whole, in the same order and with nothing in between. What is
kept is the turn's own text.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from unicodedata import normalize

from carelog.extraction.utterances import Utterance, Word, words_of

_BETWEEN: Final = frozenset(".,;:!?…।'\"`()[]{}«»„“”")


class Place(NamedTuple):
    """The words `first` up to, not including, `end` of turn number `turn`."""

    turn: int
    first: int
    end: int


def find(words: Sequence[Word], quote: str, first: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """The half-open range of words, among those from `first` up to `end`, that says the quote; the first such.

    >>> find(words_of("Uh, I take  20mg; of Lasix."), "i take 20 MG of lasix!")
    (2, 9)
    >>> find(words_of("I take 200mg"), "take 20 mg") is None
    True
    """
    wanted = [_norm(word) for word in words_of(quote) if word.norm not in _BETWEEN]
    there = [i for i in range(first, len(words) if end is None else end) if words[i].norm not in _BETWEEN]
    norms = [_norm(words[i]) for i in there]
    if not wanted:
        return None
    k = -1
    try:
        while True:
            k = norms.index(wanted[0], k + 1)
            if norms[k : k + len(wanted)] == wanted:
                return there[k], there[k + len(wanted) - 1] + 1
    except ValueError:
        return None


def find_in_turn(utterances: Sequence[Utterance], turn: int, quote: str) -> Place | None:
    if not 0 <= turn < len(utterances):
        return None
    found = find(utterances[turn].words, quote)
    return None if found is None else Place(turn, *found)


def _norm(word: Word) -> str:
    return normalize("NFC", word.norm)
