"""Words that fill a turn without saying anything: "well, you know, um"."""

from collections.abc import Sequence

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

# "You know", "i mean", "let's see", "all right" stand here in their single words.
FILLERS = word_set(
    """
    hi hello gosh goodness god uh um uhm er ah oh eh hmm hm well so and but or like okay ok alright now then
    actually honestly yknow you know i mean thankfully fortunately luckily let's see all right just
    good great sure perfect fine gotcha also , - matlab toh to aur acha achha accha अच्छा तो और
    """
)
AUXILIARIES = word_set(
    """
    do does did have has had are is was were am can could will would should ai don't doesn't didn't
    haven't hasn't hadn't aren't isn't wasn't weren't can't couldn't won't wouldn't
    """
)
MARKS = frozenset(".?!।…\n;:")
_PAIRS = {"you": "know", "i": "mean", "let's": "see", "all": "right", "my": "gosh"}
_NOT_ALONE = word_set("just sure like see")


def skip_fillers(words: Sequence[Word], at: int, end: int | None = None) -> int:
    stop = len(words) if end is None else end
    while at < stop and (words[at].norm in MARKS or words[at].norm == "," or _is_filler(words, at)):
        if words[at].norm in _PAIRS:
            at += 1
        at += 1
    return min(at, stop)


def _is_filler(words: Sequence[Word], at: int) -> bool:
    """Whether word `at` only fills; the words of "you know", "i mean" and their like only together."""
    norm = words[at].norm
    following = words[at + 1].norm if at + 1 < len(words) else ""
    pair = _PAIRS.get(norm)
    if pair is not None:
        return following == pair
    return norm in FILLERS and norm not in _PAIRS.values() and norm not in _NOT_ALONE


def only_fillers(words: Sequence[Word]) -> bool:
    return skip_fillers(words, 0) == len(words)
