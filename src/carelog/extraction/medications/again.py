"""A medicine that is taken up again after all, or was taken until lately: "back on it now", "I still take that one",
"well, I did. Not any more"."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from carelog.extraction.medications.cues import Cue
from carelog.extraction.medications.references import object_of
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_RESTARTED: Final = word_set("restarted resumed restarting resuming")
_AGAIN_REACH: Final = 2
_STILL_REACH: Final = 3
_IT: Final = word_set("it that them those these this")
_AFTER_IT: Final = word_set("now again one . , ! ; though every since") | {""}
_NOT_ANY_MORE: Final = phrase_set(
    "not any more | not anymore | no longer | no more | not now | not these days | ab nahi | ab nahin | अब नहीं"
)
_LEADING: Final = word_set("but well and though , i did was used to though no . actually")
_NO_NEW_NAME: Final = 8  # Words from a name's sentence in which "not any more" is still of it.
_NO_MORE_REACH: Final = 4
_WAS: Final = word_set("was been")
_NOW: Final = word_set("now ab currently instead")
_NOW_REACH: Final = 5
_CHANGING: Final = word_set("change changes changed changing")
_PATCHES: Final = word_set("patch patches")
_CLOSING: Final = frozenset(".,!;?।")


def is_begun_again(words: Sequence[Word], cue: Cue) -> bool:
    """ "(I stopped it) and then started again", "restarted"."""
    after = {word.norm for word in words[cue.end : cue.end + _AGAIN_REACH]}
    return cue.meaning == "started" and ("again" in after or words[cue.first].norm in _RESTARTED)


def is_taken_again(words: Sequence[Word], begin: int, cue: Cue) -> bool:
    """ "(I stopped it,) but I'm back on it", "actually no, I still take that one"."""
    if cue.meaning == "started":
        return False
    said = {word.norm for word in words[max(begin, cue.first - _STILL_REACH) : cue.end]}
    if said.isdisjoint(("still", "back", "again")):
        return False
    following = _norm(words, cue.end)
    if following in _IT:
        return _norm(words, cue.end + 1) in _AFTER_IT
    return object_of(words, begin, cue) is not None


def is_over_after(words: Sequence[Word], end: int, stop: int) -> int | None:
    """The word at which the next words say that it is over: "(I take Ambien.) Well, I did. Not any more." The sentence
    of the name ends at word `end`, and the next medicine is named at word `stop`."""
    for i in range(end, min(stop, end + _NO_NEW_NAME)):
        match = _NOT_ANY_MORE.at(words, i)
        if match is not None and i + match[0] <= stop and _norm(words, i + match[0]) in _CLOSING | {""}:
            return i
        if words[i].norm not in _LEADING:
            return None
    return None


def is_put_on_anew(words: Sequence[Word], end: int, cue: Cue) -> bool:
    """ "I change my fentanyl patch every three days", where the name ends at word `end`: another one of the same."""
    return words[cue.first].norm in _CHANGING and _norm(words, end) in _PATCHES


def is_of_before(words: Sequence[Word], begin: int, cue: Cue, stop: int) -> bool:
    """ "I was taking Norvasc, but my ankles swelled, so now I'm on | losartan", which is named at word `stop`."""
    was = not _WAS.isdisjoint(word.norm for word in words[max(begin, cue.first - 1) : cue.first + 1])
    near = [word.norm for word in words[max(cue.end, stop - _NOW_REACH) : stop + _NOW_REACH]]
    return was and stop < len(words) and not _NOW.isdisjoint(near) and "." not in near[:_NOW_REACH]


def is_no_more(words: Sequence[Word], end: int) -> bool:
    """ "(Not the ibuprofen) any more", where the name ends at word `end`."""
    following = [word.norm for word in words[end : end + _NO_MORE_REACH]]
    return not {"anymore", "longer"}.isdisjoint(following) or ("any", "more") in pairwise(following)


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""
