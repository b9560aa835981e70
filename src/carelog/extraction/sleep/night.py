"""A night as one turn tells of it, and whether it is the subject's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from carelog.extraction import claims
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.sleep import Quality

SLEPT = word_set("slept soya soyi soyaa soye sota soti सोया सोई सोता सोती")
SLEEPING = word_set("sleeping sleep asleep")
NOUNS = word_set("sleep neend nind नींद sleep's")
HINDI = word_set("neend nind नींद")
LONGEST: Final = 40  # characters of an hour, a length or a note
ASKED = SLEPT | SLEEPING | NOUNS
TOSSING = word_set("tossed tossing awake")
CUES = ASKED | TOSSING | word_set("bed woke wake waking woken nap napped utha uthi stayed nodded drifted")
_NIGHTLY: Final = word_set("up hours")  # only of a night
NOT = word_set("not n't didn't don't haven't couldn't hasn't wasn't isn't never nahi nahin नहीं doesn't")

_HOW_OFTEN: Final = word_set("maybe about once twice two three four five six several")
_NIGHTS: Final = word_set("night nights nite hour hours")
_GOT: Final = word_set("got get getting gets managed manage only maybe")
_GOT_REACH: Final = 6
_UP: Final = word_set("all half every most the at")
_NO_SLEEP_OF_ITS_OWN = word_set("bed woke wake waking woken asleep utha uthi stayed up nodded drifted hours")


def may_speak_of_sleep(norms: frozenset[str]) -> bool:
    """Whether words can hold a cue; most turns hold none and are not looked at further."""
    if not CUES.isdisjoint(norms):
        return True
    return not _NIGHTLY.isdisjoint(norms) and not _NIGHTS.isdisjoint(norms)


def cues_in(utterance: Utterance) -> list[int]:
    """The words of a turn that may speak of sleep; "up" only of a night."""
    words = utterance.words
    after_up = _UP | _HOW_OFTEN if "night" in utterance.norms else _UP
    return [
        k
        for k, word in enumerate(words)
        if (word.norm in CUES or word.norm in _NIGHTLY)
        and (word.norm != "up" or (k + 1 < len(words) and words[k + 1].norm in after_up))
        and (word.norm != "hours" or _are_of_a_night(words, k))
    ]


def _are_of_a_night(words: Sequence[Word], hours: int) -> bool:
    """ "I only got four hours last night"."""
    after = [word.norm for word in words[hours + 1 : hours + 3]]
    before = {word.norm for word in words[max(0, hours - _GOT_REACH) : hours]}
    return after in (["last", "night"], ["a", "night"], ["per", "night"]) and not before.isdisjoint(_GOT)


@dataclass(frozen=True, slots=True)
class Night:
    """What a turn says of sleep, and the words that say it."""

    hours: float | None = None
    quality: Quality | None = None
    started: str | None = None
    ended: str | None = None
    awakenings: int | None = None
    score: int | None = None
    roughly: str | None = None
    """How long, where the words leave it open: "four or five hours"."""
    first: int = 10**9
    end: int = 0

    def seen(self, first: int, end: int) -> "Night":
        return replace(self, first=min(self.first, first), end=max(self.end, end))

    @property
    def says_something(self) -> bool:
        return self.end > 0

    @property
    def says_how(self) -> bool:
        """How long or how well, and not only that the subject woke."""
        return any(told is not None for told in (self.hours, self.roughly, self.quality, self.score))


def is_own(utterance: Utterance, cue: int) -> bool:
    """The sleep at that word is the subject's own and real: no advice, no if, no other person."""
    words, norm = utterance.words, utterance.words[cue].norm
    start = claims.clause_start(words, cue, reach=7)
    before = words[start:cue]
    if claims.of_another(utterance, cue) or claims.of_carer_self(utterance, cue):
        return False
    if claims.long_past(words, start, cue + 6):
        return False
    if norm in _NO_SLEEP_OF_ITS_OWN:
        return False
    supposed = [word.norm for word in before[-4:] if word.norm in claims.SUPPOSING - {"trying", "every"}]
    return not supposed and not any(word.norm in {"trouble", "problems", "problem", "apnea"} for word in before)


def is_told(utterance: Utterance, i: int) -> bool:
    """What is told from word `i` on happened to the subject."""
    start = claims.clause_start(utterance.words, i, reach=3)
    before = {word.norm for word in utterance.words[start:i]}
    return not (before & (NOT | {"should", "if", "before", "when", "want", "can", "can't"})) and not (
        claims.of_another(utterance, i)
        or claims.of_carer_self(utterance, i)
        or claims.long_past(utterance.words, start, i + 8)
    )
