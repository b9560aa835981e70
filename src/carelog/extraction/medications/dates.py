"""Since when a medicine is taken, or when it was stopped, where that is said beside it."""

from typing import Final

from carelog.extraction.medications.directions import Direction
from carelog.extraction.utterances import Utterance
from carelog.extraction.when import Direction as Towards
from carelog.extraction.when import resolve
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

_SINCE: Final = word_set("since se")
_ON_A_DAY: Final = word_set(
    """
    ago yesterday since last in on this today monday tuesday wednesday thursday friday saturday sunday kal parso se
    january february march april may june july august september october november december
    """
)
_JOINING: Final = word_set(", and but so then yes yeah ; :")
_BEFORE: Final = 6
_AFTER: Final = 12


def day_of(
    utterance: Utterance, sentence: tuple[int, int], first: int, end: int, stop: int, status: Status | None
) -> tuple[str, Direction] | None:
    """(the day, the words that say it) of a change that the words around a medicine (`first` to `end`) speak of.

    Of what is taken only "since": "I took it yesterday" is no beginning. The day is as exact as it was said.
    """
    wanted = _SINCE if status == "taking" else _ON_A_DAY if status in ("started", "stopped") else None
    if wanted is None or utterance.said_at is None:
        return None
    words = utterance.words
    after = end, min(end + _AFTER, stop, sentence[1])
    before = max(sentence[0], first - _BEFORE), first
    for begin, until in (after, before):
        at = next((i for i in range(begin, until) if words[i].norm in wanted), None)
        if at is None or (begin < first and at > sentence[0] and words[at - 1].norm not in _JOINING):
            continue  # "Fever since last night, took Dolo"
        begin = max(begin, at - 3)
        day = resolve(utterance, begin, until, utterance.said_at, Towards.PAST).day
        if day is not None:
            return day, Direction(begin, until)
    return None
