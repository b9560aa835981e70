"""Numbers that are temperatures though they are not named so, or not near their name: only a body has such a value."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.measured import with_unsaid_point
from carelog.extraction.numbers import Number
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.cues import Cue
from carelog.extraction.vitals.measures import Measure
from carelog.extraction.vitals.topics import Asked
from carelog.extraction.vitals.units import foreign_at, unit_at
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Kind

FARTHEST: Final = 16
"""Words between the name of a vital and its number."""

_BODILY = ((35.0, 41.9), (95.0, 107.9))  # in either scale
_ENDS = frozenset(".?!…;")
_LEADING = word_set("was is it's said , now about around at to")
_SCALES = word_set("fahrenheit celsius centigrade")


def told_of_a_body(
    utterance: Utterance, numbers: Sequence[Number], k: int, cues: Sequence[Cue], asked: Asked | None
) -> Kind | None:
    """ "Fever is not there. Second night it was hundred point two.", "Thirty-eight two. You've a bit of a fever.": only
    a body's heat is told to such a decimal where a fever is spoken of."""
    spoken_of = any(cue.kind == "temperature" for cue in cues) or (asked is not None and asked.kind == "temperature")
    words, number = utterance.words, with_unsaid_point(utterance.words, numbers, k)
    if not spoken_of or number.value.is_integer() or not any(low <= number.value <= high for low, high in _BODILY):
        return None
    begin, end = utterance.sentence_at(number.first)
    named = any(begin <= cue.first < end for cue in cues)
    own = unit_at(words, number.end)
    foreign = foreign_at(words, number.end) or (own is not None and own[1].kind != "temperature")
    led = number.first == begin or words[number.first - 1].norm in _LEADING
    return None if named or foreign or not led else "temperature"


def is_body_heat(words: Sequence[Word], numbers: Sequence[Number], k: int, cue: Cue) -> bool:
    """A number with its point that only a body has, in the sentence that names the temperature and gives no other:
    "my temperature, I did it since you'd ask, 36.9"."""
    number = with_unsaid_point(words, numbers, k)
    marks = {word.norm for word in words[cue.end : number.first]} & _ENDS
    alone = not any(cue.end <= other.first < number.first for other in numbers)
    near = number.first - cue.end <= FARTHEST and not marks and alone
    return near and not number.value.is_integer() and any(low <= number.value <= high for low, high in _BODILY)


def has_a_scale(words: Sequence[Word], measure: Measure) -> bool:
    """ "It was 102 degrees Fahrenheit on the thermometer": a unit of its own, and a value of a body."""
    return words[measure.end - 1].norm in _SCALES and not measure.doubtful
