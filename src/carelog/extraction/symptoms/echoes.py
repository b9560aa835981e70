"""Words given back: "if you get a fever over 101, call us" - "fever over one oh one, okay".

Who repeats an instruction has not said that it came true.
"""

from collections.abc import Sequence

from carelog.extraction.exchange import same_speaker
from carelog.extraction.exchange_fillers import FILLERS, MARKS
from carelog.extraction.numbers import find_numbers
from carelog.extraction.symptoms import context, persons
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

_REACH = 3  # Turns back to the instruction.
_RECEIVING = word_set("okay ok yes yeah right got it understood i'll we'll will i you me my your call go come if then")


def is_echo(readings: Sequence[Reading], position: int, mention: Mention) -> bool:
    """Whether the sentence of a mention only repeats what another speaker just named as a possibility."""
    reading = readings[position]
    for earlier in reversed(readings[max(0, position - _REACH) : position]):
        if same_speaker(earlier.utterance, reading.utterance):
            continue
        supposed = any(
            other.name == mention.name
            and context.is_supposed(earlier.words, earlier.clause_of(other), other.first, observer=True)
            for other in earlier.mentions
        )
        return supposed and _repeats(reading.utterance, mention, earlier.utterance)
    return False


def _repeats(utterance: Utterance, mention: Mention, earlier: Utterance) -> bool:
    """Every word of the sentence was said before, or only takes note; numbers may be worded anew."""
    first, end = next(s for s in utterance.sentences if s[0] <= mention.first < s[1])
    words = utterance.words
    if persons.is_first_person(words, (first, end), mention.first):
        return False  # "I have a fever"
    said = {word.norm for word in earlier.words}
    anew = [i for i in range(first, end) if not _known(words[i].norm, said)]
    if not anew:
        return True
    counted = {i for number in find_numbers(utterance) for i in range(number.first, number.end)}
    return counted.issuperset(anew)


def _known(norm: str, said: set[str]) -> bool:
    return norm in said or norm in FILLERS or norm in MARKS or norm in _RECEIVING
