"""What is said beside a condition: since when, how severe, kept in check or over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.when import Direction, resolve
from carelog.extraction.wordsets import word_set
from carelog.record.types.condition import Severity, Status

_SEVERITIES: Final[dict[str, Severity]] = {
    "mild": "mild", "mildly": "mild", "slight": "mild", "moderate": "moderate", "moderately": "moderate",
    "severe": "severe", "severely": "severe",
}  # fmt: skip
_COURSES: Final[PhraseTable[Status]] = phrase_table(
    {
        "active": """
            not well controlled | n't well controlled | not controlled | n't controlled | poorly controlled |
            not under control | n't under control | out of control | not well managed | n't well managed |
            not very well controlled | not in remission | not gone | n't gone away | not resolved
        """,
        "managed": """
            well controlled | well managed | under control | under good control | controlled with | controlled on |
            controlled by | managed with | managed by | is controlled | 's controlled | under great control |
            under excellent control | nicely controlled | in good control | control mein | control me
        """,
        "resolved": """
            in remission | resolved | cleared up | went away | has gone away | is gone | was cured | cured |
            survivor | outgrew | grew out of | grew out of it | cancer free | theek ho gaya | theek ho gayi
        """,
    }
)
_LONG_AGO: Final = phrase_table(
    {
        True: """
            as a kid | as a child | as a baby | as a teenager | when i was | when he was | when she was |
            when you were | growing up | in my childhood | years ago | year ago | months ago | month ago | back in |
            last year | last winter | last summer | last spring | last fall | in the past | in college | in your past |
            in my past | in his past | in her past |
            in high school | previously | bachpan mein
        """
    }
)
_SINCE: Final = word_set("since ago diagnosed in from")
_OPERATED: Final = word_set("done removed fixed repaired out operated")
_JOINTS: Final = word_set(", ; and but so while whereas aur lekin")
_AFTER: Final = 9
_BEFORE: Final = 6


def severity_before(words: Sequence[Word], begin: int, first: int) -> Severity | None:
    """ "Moderate aortic stenosis"; of two ("mild to moderate") neither."""
    said = {_SEVERITIES[w.norm] for w in words[max(begin, first - 3) : first] if w.norm in _SEVERITIES}
    return said.pop() if len(said) == 1 else None


def course(words: Sequence[Word], sentence: tuple[int, int], first: int, end: int, stop: int) -> Status | None:
    """What the words around a name (`first` to `end`) say of its course; `stop`: the next condition is named there."""
    before = [word.norm for word in words[max(sentence[0], first - 2) : first]]
    if before[-1:] == ["uncontrolled"] or before[-2:] == ["poorly", "controlled"]:
        return "active"
    if before[-1:] == ["controlled"]:
        return "managed"
    had = any(word.norm == "had" for word in words[max(sentence[0], first - 3) : first])
    if had and end < sentence[1] and words[end].norm in _OPERATED:
        return "resolved"  # "You had your cataracts done"
    for i in range(end, min(end + _AFTER, stop, sentence[1])):
        if found := _COURSES.at(words, i):
            return found[1]
    return None


def was_long_ago(words: Sequence[Word], begin: int, end: int) -> bool:
    """Whether the words `begin` to `end` tell of another time of life."""
    return any(_LONG_AGO.at(words, i) for i in range(begin, end))


def _end_of_clause(words: Sequence[Word], first: int, end: int) -> int:
    """Where something new is said: "asthma since 2010 | and I had my gallbladder out in 2012"."""
    for i in range(first, end):
        if words[i].norm in _JOINTS and (i + 1 >= end or words[i + 1].norm not in _SINCE):
            return i
    return end


def onset(
    utterance: Utterance, sentence: tuple[int, int], cue: int, span: tuple[int, int], stop: int
) -> tuple[str, int, int] | None:
    """(since when, and the words that say it): "since 2010", "three years ago", or before the cue "in 2015 I was"."""
    said_at: datetime | None = utterance.said_at
    if said_at is None:
        return None
    words = utterance.words
    after = span[1], _end_of_clause(words, span[1], min(span[1] + _AFTER, stop, sentence[1]))
    before = max(sentence[0], cue - _BEFORE), cue
    for first, end in (after, before):
        if not any(word.norm in _SINCE for word in words[first:end]):
            continue
        day = resolve(utterance, first, end, said_at, Direction.PAST).day
        if day is not None:
            return day, first, end
    return None
