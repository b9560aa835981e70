"""How much of a turn is quoted for what it mentions: enough to understand it, and no more."""

from collections.abc import Sequence

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_LONGEST = 110  # Characters of a quote, unless the mention alone is longer.
_BEFORE = 60  # Of which at the most so many stand before the mention's end.
_JOINTS = word_set(", ; : and but or so because since lekin aur और लेकिन ।")


def quoted(words: Sequence[Word], sentence: tuple[int, int], first: int, end: int) -> tuple[int, int]:
    """The half-open range of words to quote for the mention at words `first` to `end`: its sentence, or, where that
    is long, what stands around it, cut at a joint of the sentence where there is one.

    >>> from carelog.extraction.utterances import words_of
    >>> words = words_of("No, I have no fever.")
    >>> quoted(words, (0, len(words)), 5, 6)
    (0, 7)
    """
    if words[sentence[1] - 1].end - words[sentence[0]].start <= _LONGEST:
        return sentence
    start = first
    while start > sentence[0] and words[end - 1].end - words[start - 1].start <= _BEFORE:
        start -= 1
    if start > sentence[0]:
        start = next((i + 1 for i in range(start, first) if words[i].norm in _JOINTS), start)
    stop = end
    while stop < sentence[1] and words[stop].end - words[start].start <= _LONGEST:
        stop += 1
    if stop < sentence[1]:
        stop = next((i for i in range(stop - 1, end, -1) if words[i].norm in _JOINTS), stop)
    return start, stop
