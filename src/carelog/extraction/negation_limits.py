"""What limits a denial, or spreads it: "it doesn't hurt unless I press on it", "cough, fever: none"."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_MARKS = frozenset(".?!।…\n;")
_BEFORE_NOW = word_set("pehle pahle पहले")
_AS_IT_WAS = word_set("jaisa jaisi jaise jitna jitni itna itni जैसा जैसी जैसे जितना जितनी")
_JOINING = word_set("/ or ya या")
_NONE_LISTED = phrase_set(
    """
    none | : none | nil | : nil | all negative | all absent | all denied | nahi | nahin | nahi hai | nahin hai |
    nahi h |
    नहीं | नहीं है | nahi hua | nahi hui | kuch nahi | koi nahi
    """
)
_LIMITED_WITHIN = 8  # words
_LIMITING = phrase_set(
    """
    unless | until today | until yesterday | until now | until this | until last | until about | until i | until a |
    until the | till today | till yesterday | till this | till last | only when | only if | only after | only at night |
    only on the | i do when | i do at | i do after | i do on | it does when | it does at | it does after |
    just when | except when | except if | except after | except at night
    """
)
_LESSENED = phrase_set(
    """
    as much | as bad | that much | so much | too much | much | as often | that bad | all the time |
    less than | is less | still there | still | is still | is better | is worse | a bit better | a little better |
    much better | any better | is any better | any worse | is any worse | any different | is any different |
    getting any better | is getting any better | is improving | improving | is the same | about the same | same
    as | continues | persists
    """
)


def is_less_than_before(words: Sequence[Word], begin: int, first: int) -> bool:
    """ "Pehle jaisa dard nahi hai": not as it was."""
    before = [word.norm for word in words[begin:first]]
    return any(one in _BEFORE_NOW and other in _AS_IT_WAS for one, other in pairwise(before))


def is_denied_as_listed(words: Sequence[Word], clause: tuple[int, int], end: int, named: Collection[int]) -> bool:
    """ "Cough, cold, fever nahi", "red flags: weakness, numbness - none": what ends the list denies all of it."""
    # "Knee pain, swelling nil" denies the swelling alone; under a heading, commas join as well.
    joining = _JOINING | {","} if any(word.norm == ":" for word in words[clause[0] : end]) else _JOINING
    at = end
    while at < clause[1] and (at in named or words[at].norm in joining or _is_item(words, at)):
        at += 1
    if at <= end + 1 or at - 1 not in named or at >= clause[1]:
        return False
    listed = _NONE_LISTED.at(words, at)
    return listed is not None and (at + listed[0] >= len(words) or not words[at + listed[0]].norm.isalpha())


def _is_item(words: Sequence[Word], at: int) -> bool:
    """ "Cough/cold/fever": a word of the list that names nothing by itself."""
    return 0 < at < len(words) - 1 and words[at - 1].norm == "/" and words[at + 1].norm == "/"


def is_limited(words: Sequence[Word], end: int, named: Collection[int]) -> bool:
    """ "It doesn't hurt as much", "no trouble breathing until today", "no pain when I rest, only when I walk"."""
    if [word.norm for word in words[end : end + 3]] == ["so", "much", "as"]:
        return False  # "it isn't pain so much as tingling"
    if end < len(words) and _LESSENED.at(words, end) is not None:
        return True
    for i in range(end, min(len(words), end + _LIMITED_WITHIN)):
        if words[i].norm in _MARKS or i in named:
            return False
        if _LIMITING.at(words, i) is not None:
            return True
    return False
