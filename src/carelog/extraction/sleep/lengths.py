"""How long the subject slept."""

import re
from collections.abc import Sequence

from carelog.extraction import claims
from carelog.extraction.durations import Duration
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.sleep.night import NOT
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_WISHED = word_set("would should is")
_NOT_A_LENGTH = word_set("need needs than after ago before every should want till until")


_GETTING = word_set("get got getting gets")
_PIECES = phrase_set("at a time | at a stretch | in a row | in one go | at once | at most at a time | on and off")
_UP = re.compile(
    r"(?:, )?(?:and )?(?:then )?(?:i'm|i am|i was|he's|he was|she's|she was) (?:wide |just )?(?:up|awake)(?! at| by)"
)
_UP_REACH = 8  # words
_FARTHEST, _FARTHEST_NIGHTLY = 6, 9  # words, of "six hours" and of "six hours a night"


def is_of_the_night(words: Sequence[Word], duration: Duration) -> bool:
    """The length is that of the night: not "every two hours", "two hours at a time", "two hours and I'm awake"."""
    if duration.first and words[duration.first - 1].norm in {"every", "each"}:
        return False
    end = duration.end
    if end >= len(words):
        return True
    if _PIECES.at(words, end):
        return False
    return not _UP.match(" ".join(word.norm for word in words[end : end + _UP_REACH]))


def length_at(utterance: Utterance, cue: int, durations: Sequence[Duration]) -> tuple[int, int, float] | None:
    """The hours beside the word: "slept about six hours", "six hours of sleep"."""
    words = utterance.words
    for duration in durations:
        if duration.seconds is None or not 0 < duration.seconds <= 86400 or not is_of_the_night(words, duration):
            continue
        hourly = words[duration.end - 1].norm in {"minutes", "minute", "min", "mins"} or duration.seconds % 60 == 0
        if words[duration.end - 1].norm in {"day", "days", "night", "nights", "din", "raat"} or not hourly:
            continue
        after = [word.norm for word in words[cue + 1 : duration.first]]
        before = [word.norm for word in words[duration.end : cue]]
        nightly = [word.norm for word in words[duration.end : duration.end + 2]] in (["a", "night"], ["per", "night"])
        close = duration.first > cue and len(after) <= (_FARTHEST_NIGHTLY if nightly else _FARTHEST)
        near = close and not any(w in ".?!" or w in NOT or w in "but" for w in after)
        if duration.end <= cue and words[min(cue + 1, len(words) - 1)].norm in _WISHED:
            continue  # "Eight hours of sleep would be nice."
        leads = duration.end <= cue and before in ([], ["of"], ["of", "good"], ["of", "solid"], ["ki"], ["worth", "of"])
        if not (near or leads):
            continue
        place = duration.first if leads else cue
        start = claims.clause_start(words, place, reach=4)
        denied = any(word.norm in NOT or word.norm in {"need", "needs", "than", "after"} for word in words[start:place])
        denied = denied and _GETTING.isdisjoint(after)  # "I'm not sleeping, I get maybe four hours"
        late = any(w in {"after", "than", "need", "ago", "every", "before"} for w in after)
        if not denied and not late and (duration.end >= len(words) or words[duration.end].norm not in {"ago", "later"}):
            return duration.first, duration.end, round(duration.seconds / 3600, 2)
    return None


def open_length_at(utterance: Utterance, cue: int, durations: Sequence[Duration]) -> tuple[int, int] | None:
    """ "Slept four or five hours": nobody knows how many."""
    words = utterance.words
    for duration in durations:
        near = cue < duration.first <= cue + 5 or duration.end in (cue, cue - 1)
        hourly = words[duration.end - 1].norm.startswith(("hour", "hr", "ghant"))
        if duration.seconds is not None or not (near and hourly) or not is_of_the_night(words, duration):
            continue
        around = words[min(cue, duration.first) : max(cue, duration.end)]
        start = claims.clause_start(words, min(cue, duration.first), reach=4)
        before = words[start : min(cue, duration.first)]
        if not any(w.norm in NOT or w.norm in _NOT_A_LENGTH or w.norm in ".?!" for w in (*before, *around)):
            return duration.first, duration.end
    return None
