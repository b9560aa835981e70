"""A plain yes or no, and where in a reply it stands: mostly first, but also after a condition or a digression."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from carelog.extraction.exchange_fillers import AUXILIARIES, MARKS, skip_fillers
from carelog.extraction.phrasebook import phrase_set, phrase_table
from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.wordsets import word_set


class AnswerKind(StrEnum):
    YES = "yes"
    NO = "no"
    ONLY = "only"  # "just the cough": what is named and nothing else
    OTHER = "other"  # neither; the rest of the turn must be read for itself


class PlainReply(NamedTuple):
    """Words `first` up to `end` say it."""

    kind: AnswerKind
    first: int
    end: int


PLAIN_REPLIES = {
    **dict.fromkeys(("no", "nope", "nahi", "nhi", "nai", "नहीं"), AnswerKind.NO),
    **dict.fromkeys(("yes", "yeah", "yep", "haan", "हाँ", "हां"), AnswerKind.YES),
}
BREAKS = MARKS | {","}
SPOKEN_TO = word_set("doctor doc sir ma'am madam ji nurse love dear")
"""Whom an answer is given to: "no doctor, it hurts"."""
_STATING_VERBS = AUXILIARIES | word_set(
    """
    i i'm i've it's it that's there's get got feel say said no know think n't not mean
    """
)
_CLOSING = word_set(
    """
    no yes yeah and but okay ok because though sometimes actually really either so well right now at
    every once nothing not none never that anything from all occasionally usually lately recently
    too as i it they my ma'am sir doctor last yesterday tonight for since when if before until till these maybe
    about probably
    """
)
_ADDING = frozenset({"and", "but", "so"})
_BY_NOW = word_set("now currently lately recently anymore today nowadays")  # "years ago, but now, no"
_CONDITIONS = word_set(
    """
    if when whenever only by after before at in on with during every each some sometimes mostly mainly towards toward
    first late not
    """
)
_COMING_BACK: PhraseTable[AnswerKind] = phrase_table(
    {
        AnswerKind.NO: """
            me , no | me no | me personally , no | not me | not myself | so no | so , no | so i'd say no |
            so i would say no | i haven't | i have n't | i have not | i've not | i don't | i do n't | i do not |
            i haven't got one | i have n't got one | i haven't got any | i've not got one | i've not got any |
            i haven't had one | i haven't had any | i don't have one | i don't have any | i didn't get it |
            mujhe nahi | mujhe nahin | mujhe nahi hai | mujhe to nahi | mujhko nahi | मुझे नहीं | मुझे नहीं है |
            मुझे तो नहीं | i didn't catch it | i don't get any | i don't get that | i never do | i never have
            """,
        AnswerKind.YES: """
            me , yes | me yes | me too | mujhe hai | mujhe bhi | mujhe bhi hai | मुझे है | मुझे भी | मुझे भी है
            | so yes | so yeah | so , yes | so , yeah | so i'd say yes | so i would say yes |
            so i'd say so | so i do | so i am | so i have
            """,
    }
)
"""With these somebody comes back to what was asked: "My sister can't see a thing. Me, no." """
_BUT_NOTHING = phrase_set(
    """
    i didn't feel anything | i did n't feel anything | i didn't notice anything | i haven't noticed anything |
    i haven't felt anything | i haven't had any | not really | not that i've noticed | not that i noticed | nothing .
    """
)
_TURNING = 5  # words
_DID = word_set("has have had did does happened actually done came")
_CLEAR_YES = frozenset({"yes", "yeah", "yep"})
_SENTENCES = 5  # of a reply that comes back to the question
_THOUGH = frozenset({"though", "either", "anyway", "thankfully", "luckily"})


def late_reply(words: Sequence[Word], begin: int, sentences: Sequence[tuple[int, int]]) -> PlainReply | None:
    """A plain yes or no after a few words that state nothing: "on my body, no, not really"."""
    for at in range(begin + 1, min(begin + 6, len(words))):
        kind = PLAIN_REPLIES.get(words[at].norm)
        if kind is not None:
            mixed = next((i for i in range(at + 1, _end(words, at)) if words[i].norm in _CLEAR_YES), None)
            if kind is AnswerKind.NO and mixed is not None and words[mixed - 1].norm not in BREAKS:
                return PlainReply(AnswerKind.YES, mixed, mixed + 1)  # "hands no, feet yes"
            return PlainReply(kind, at, at + 1) if closes(words, at + 1) else None
        if words[at - 1].norm in _STATING_VERBS or words[at].norm in _STATING_VERBS:
            break
    return (
        _last_reply(words, begin)
        or _added_reply(words, begin)
        or _comes_back(words, begin, sentences)
        or _never_did(words, begin)
        or _alone(words, begin, sentences)
    )


def _alone(words: Sequence[Word], begin: int, sentences: Sequence[tuple[int, int]]) -> PlainReply | None:
    """ "My mom asked that too. No. No.": a yes or a no that is a sentence of its own."""
    for first, end in [s for s in sentences if s[0] > begin][:_SENTENCES]:
        said = {PLAIN_REPLIES.get(word.norm) for word in words[first:end] if word.norm not in BREAKS}
        if len(said) == 1 and (kind := said.pop()) is not None:
            return PlainReply(kind, first, end - 1 if words[end - 1].norm in BREAKS and end - 1 > first else end)
    return None


def past_asking_back(words: Sequence[Word], begin: int, sentences: Sequence[tuple[int, int]]) -> int:
    """Where a reply goes on that first asks something itself: "Which is the calf, the back? No."."""
    for (_, end), (following, _) in pairwise(sentences):
        if end > begin:
            asks_back = words[end - 1].norm == "?" and words[begin].norm in _ASKING_BACK
            after = skip_fillers(words, following)
            plain = after < len(words) and words[after].norm in PLAIN_REPLIES
            return after if asks_back and plain else begin
    return begin


def taken_back(words: Sequence[Word], begin: int, sentences: Sequence[tuple[int, int]]) -> PlainReply | None:
    """The reply that stands after one that was not meant so: "Yes. Wait, do you mean today? Then no."."""
    for (first, end), (following, _) in pairwise(sentences):
        if first <= begin or words[end - 1].norm != "?":
            continue
        led = _THEN.at(words, following)
        at = following + led[0] if led is not None else following
        while led is not None and at < len(words) and words[at].norm == ",":
            at += 1
        kind = PLAIN_REPLIES.get(words[at].norm) if led is not None and at < len(words) else None
        if kind is not None and closes(words, at + 1):
            return PlainReply(kind, at, at + 1)
    return None


_THEN = phrase_set("then | oh then | so then | well then | in that case | oh , then | oh in that case | phir | to phir")
_ASKING_BACK = word_set("what which who how why do does must is are you me like where")


def _comes_back(words: Sequence[Word], begin: int, sentences: Sequence[tuple[int, int]]) -> PlainReply | None:
    stretches = [s for s in sentences if s[1] > begin][: _SENTENCES + 1]
    parts = [
        (i + 1, end) for first, end in stretches for i in range(max(first, begin), end - 1) if words[i].norm == ","
    ]
    for first, end in sorted([*(s for s in stretches if s[0] > begin), *parts]):
        match = _COMING_BACK.at(words, first)
        if match is None:
            continue
        stop = first + match[0]
        if all(word.norm in BREAKS or word.norm in _THOUGH for word in words[stop:end]):
            return PlainReply(match[1], first, stop)
    return None


def _never_did(words: Sequence[Word], begin: int) -> PlainReply | None:
    """ "I worried it would give out but it never has", "... it's never actually done it"."""
    for at in range(begin + 1, len(words) - 1):
        if words[at].norm == "but" and (match := _BUT_NOTHING.at(words, at + 1)) is not None:
            return PlainReply(AnswerKind.NO, at + 1, at + 1 + match[0])
        if words[at].norm != "never":
            continue
        before = {word.norm for word in words[max(begin, at - _TURNING) : at]}
        end = next((i for i in range(at, len(words)) if words[i].norm in BREAKS), len(words))
        if "but" in before and words[at + 1].norm in _DID and end - at <= _TURNING:
            return PlainReply(AnswerKind.NO, at, end)
    return None


def _added_reply(words: Sequence[Word], begin: int) -> PlainReply | None:
    """The no that follows something else: "how do you sleep? Any pain at night?" - "Like a log. And no, never." """
    for at in range(begin + 2, len(words)):
        if PLAIN_REPLIES.get(words[at].norm) is not AnswerKind.NO:
            continue
        if at + 1 < len(words) and words[at + 1].norm not in BREAKS:
            continue
        before, further = words[at - 1].norm, words[at - 2].norm
        if (before in _ADDING and further in BREAKS) or (before == "," and further in _BY_NOW):
            return PlainReply(AnswerKind.NO, at, at + 1)
    return None


def _last_reply(words: Sequence[Word], begin: int) -> PlainReply | None:
    """The yes or no that ends a sentence, or that a condition stands before: "by the end of the day, yes", "if I get
    up too fast, yes, the room goes", "I was told to watch for it, but no"."""
    for at in range(begin + 1, len(words)):
        if words[at].norm in MARKS:
            return None
        kind = PLAIN_REPLIES.get(words[at].norm)
        if kind is None:
            continue
        set_off = words[at - 1].norm == "," and (at + 1 == len(words) or words[at + 1].norm in BREAKS)
        turns = words[at - 1].norm == "but" and closes(words, at + 1)
        if turns or (set_off and words[begin].norm in _CONDITIONS):
            return PlainReply(kind, at, at + 1)
    return None


def _end(words: Sequence[Word], at: int) -> int:
    return next((i for i in range(at, len(words)) if words[i].norm in MARKS), len(words))


def closes(words: Sequence[Word], at: int) -> bool:
    """Whether an answer may end before word `at`."""
    return at >= len(words) or words[at].norm in BREAKS or words[at].norm in _CLOSING
