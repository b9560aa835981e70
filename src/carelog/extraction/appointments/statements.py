"""What one sentence says of an appointment, and the words around it that undo it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from carelog.extraction.appointments.slots import Slot
from carelog.extraction.finding import Span
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.appointment import Kind, Status

Range = tuple[int, int]

_ABBREVIATED: Final = word_set("dr mr mrs ms st m a p")
_IFS: Final = word_set("if unless whenever case suppose supposing should might could may agar अगर yadi यदि until")
_WEIGHED: Final = word_set("might could may possibly maybe perhaps consider considering")
_NOT: Final = word_set("not n't no don't doesn't won't can't never didn't without nahi nahin नहीं wouldn't isn't unless")
_ANEW: Final = word_set("and but so")  # "See me in a week, and if it gets worse ..."
_TURNS: Final = word_set("but otherwise so then anyway lekin okay alright")


@dataclass(frozen=True, slots=True)
class Statement:
    """An appointment as one sentence tells it, and where; `support` are others that add to it."""

    span: Span
    status: Status
    title: str
    kind: Kind | None = None
    slot: Slot | None = None
    doctor: str | None = None
    specialty: str | None = None
    location: str | None = None
    virtual: bool | None = None
    reason: str | None = None
    support: tuple[Span, ...] = ()


def sentences_of(utterance: Utterance) -> Iterator[Range]:
    """The sentences of a turn; "Dr." and "p.m." end none."""
    words = utterance.words
    begin: int | None = None
    for first, end in utterance.sentences:
        begin = first if begin is None else begin
        cut = words[end - 1].norm == "." and end - 2 >= first and words[end - 2].norm in _ABBREVIATED
        goes_on = end < len(words) and words[end].start - words[end - 1].end <= 1
        if cut and goes_on and (words[end - 2].norm in ("dr", "mr", "mrs", "ms", "st") or _small(utterance, end)):
            continue
        yield begin, end
        begin = None
    if begin is not None:
        yield begin, len(words)


def _small(utterance: Utterance, i: int) -> bool:
    letter = utterance.text[utterance.words[i].start]
    return letter.islower() or utterance.words[i].norm == "m"


def denied(words: Sequence[Word], sentence: Range, cue: int) -> bool:
    """A "not" stands before the cue: "you don't need to come back"."""
    return any(word.norm in _NOT or word.norm.endswith("n't") for word in words[max(sentence[0], cue - 7) : cue])


def conditional(words: Sequence[Word], sentence: Range, cue: int, end: int) -> bool:
    """Only if something else comes first: "come back if it gets worse", "if it hurts, I'll refer you"."""
    begin = max(sentence[0], cue - 25)
    for k in range(cue - 1, begin - 1, -1):
        if words[k].norm in _TURNS or _tells_of_own(words, k):
            begin = k + 1
            break
    if any(word.norm in _IFS for word in words[begin:cue]):
        return True
    following = range(end, min(sentence[1], end + 4))
    return any(words[i].norm in ("if", "unless", "agar") and words[i - 1].norm not in _ANEW for i in following) or any(
        word.norm in _WEIGHED for word in words[max(sentence[0], cue - 4) : cue]
    )


def _tells_of_own(words: Sequence[Word], comma: int) -> bool:
    """ "(If you could call me back), | I do have that appointment on Friday"."""
    following = [word.norm for word in words[comma : comma + 3]]
    return following in ([",", "i", "do"], [",", "i", "have"], [",", "i", "still"]) or following[:2] == [",", "i've"]


def any_of(table: PhraseTable[bool], words: Sequence[Word], of: Range) -> bool:
    """Whether any phrase of the table stands there."""
    return table.stands_in(words, *of)


def span_of(utterance: Utterance, sentence: Range, first: int, end: int) -> Span:
    """What is quoted for words `first` to `end`."""
    begin, stop = quoted(utterance.words, sentence, first, end)
    return utterance.span(begin, stop)
