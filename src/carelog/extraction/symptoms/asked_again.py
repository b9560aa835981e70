"""A second, short question after an answer: "Any chest pain?" - "Yes." - "Yours?" - "No, my husband's." """

from collections.abc import Sequence
from enum import Enum
from typing import Final

from carelog.extraction.exchange import Answer, AnswerKind, read_answer, same_speaker
from carelog.extraction.negation import is_negative
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import persons
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set


class Again(Enum):
    """What the answer to the second question makes of the first."""

    VOID = "void"  # it is somebody else's, of another year, or was not meant
    OVER = "over"
    THERE = "there"


_WHOSE: Final = frozenset(
    {"yours", "you", "you yourself", "for you", "your own", "is that you", "is it you", "is it yours"}
)
_MEANT: Final = frozenset({"really", "are you sure", "you sure", "sure", "seriously", "honestly"})
_NOW: Final = frozenset(
    {
        "now",
        "right now",
        "today",
        "still",
        "currently",
        "at the moment",
        "and now",
        "still now",
        "do you still",
        "even now",
    }
)
_GONE: Final = frozenset(
    {
        *(
            "gone",
            "gone now",
            "all gone",
            "all gone now",
            "is it gone",
            "is it gone now",
            "has it gone",
            "has it gone now",
        ),
        *("is that gone", "is that gone now", "has it stopped", "has it cleared up", "is it over"),
    }
)
_WHEN: Final = frozenset({"when", "when was that", "when was this", "how long ago", "how long ago was that"})
_NONE: Final = frozenset(
    {
        "none",
        "none at all",
        "no",
        "never",
        "not at all",
        "nothing",
        "not once",
        "not any",
        "not ever",
    }
)
_NOTHING: Final = word_set("none nothing nobody")
_LONG_AGO: Final = phrase_set(
    "years ago | decades ago | as a child | as a kid | when i was | in my twenties | in my teens"
)
_YEARS: Final = ("19", "20")
_YEAR: Final = 4  # digits
_SHORT: Final = 7  # words
_ME: Final = word_set("me mine i i'm my both us we")


def asked_again(readings: Sequence[Reading], answer: Answer) -> Again | None:
    """What becomes of an answer when it is asked again at once, in a few words; None where nothing does. `readings`
    begin with the turn that asked, from which `answer.reply` counts."""
    if answer.reply + 2 >= len(readings) or answer.kind not in (AnswerKind.YES, AnswerKind.NO):
        return None
    first, second, reply = readings[answer.reply : answer.reply + 3]
    said = [word.norm for word in second.words if word.norm.isalpha()]
    if not said or len(said) > _SHORT or second.words[-1].norm != "?" or second.mentions or not reply.words:
        return None
    if same_speaker(first.utterance, second.utterance) or same_speaker(second.utterance, reply.utterance):
        return None
    again = read_answer(reply.utterance, answer.reply + 2)
    kind = again.kind if again is not None else AnswerKind.OTHER
    asked = " ".join(said)
    if answer.kind is AnswerKind.NO:
        doubts = asked in _NONE or said[:2] == ["not", "even"]
        none = any(is_negative(word) or word.norm in _NOTHING for word in reply.words)
        return Again.THERE if doubts and kind is AnswerKind.YES and not none else None
    if asked in _WHOSE or ("you" in said and "or" in said and persons.names_kin(second.words, (0, len(second.words)))):
        return Again.VOID if kind is AnswerKind.NO or _is_anothers(reply) else None
    if asked in _MEANT:
        return Again.VOID if kind is AnswerKind.NO else None
    if asked in _NOW:
        return Again.OVER if kind is AnswerKind.NO else None
    if asked in _GONE:
        return Again.OVER if kind is AnswerKind.YES else None
    return Again.VOID if asked in _WHEN and _was_long_ago(reply) else None


def _is_anothers(reply: Reading) -> bool:
    first, end = reply.utterance.sentences[0]
    own = any(word.norm in _ME - {"my"} for word in reply.words[first:end])
    return persons.names_kin(reply.words, (first, end)) and not own


def _was_long_ago(reply: Reading) -> bool:
    """ "In 2015", "when I was a child"."""
    words, said_at = reply.words, reply.utterance.said_at
    year = next((word.norm for word in words if len(word.norm) == _YEAR and word.norm.startswith(_YEARS)), "")
    if year.isdecimal():
        return said_at is None or int(year) < said_at.year
    return next(_LONG_AGO.within(words), None) is not None
