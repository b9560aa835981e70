"""Blood pressure: two numbers, one over the other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from carelog.extraction.claims import clause_start
from carelog.extraction.numbers import Form, Number
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.cues import Cue
from carelog.extraction.vitals.measures import LINKS
from carelog.extraction.vitals.units import foreign_at, unit_at
from carelog.extraction.wordsets import word_set


class Pair(NamedTuple):
    """Words `first` up to `end` say a pressure. `evident`: they could hardly mean anything else."""

    first: int
    end: int
    systolic: float
    diastolic: float
    evident: bool


_OVER = frozenset({"/", "over"})
_OVER_IN_CONTEXT = word_set("/ over on by upon bata बटा")
_TELLERS = word_set("machine monitor cuff device nurse doctor clinic pharmacy told me said gave getting looking he she")
_FILLERS = word_set("about uh um like a is was of and the number")
_UNHEARD = word_set(", uh um er hmm")
_SYSTOLIC = word_set("systolic sys top upper")
_DIASTOLIC = word_set("diastolic dia bottom lower")
_CUE_REACH = 30


def find_pairs(utterance: Utterance, numbers: Sequence[Number], cues: Sequence[Cue], asked: bool) -> Iterator[Pair]:
    """Every blood pressure of the utterance; `asked` when the turn before asked for one."""
    words = utterance.words
    for upper, lower in pairwise(numbers):
        if not (_plausible(upper.value, lower.value) and _apart(utterance, upper, lower)):
            continue
        end = lower.end
        unit = unit_at(words, end)
        if unit and unit[1].kind == "blood_pressure":
            end += unit[0]
        elif foreign_at(words, end):
            continue
        evident = upper.value >= 90 and _plainly_over(utterance, upper, lower)
        named = asked or _labelled(utterance, upper, lower) or end > lower.end or _cue_near(cues, upper.first, end)
        if named or evident:
            yield Pair(upper.first, end, upper.value, lower.value, evident or end > lower.end)


def _plausible(systolic: float, diastolic: float) -> bool:
    return systolic.is_integer() and diastolic.is_integer() and 60 <= systolic <= 280 and 30 <= diastolic < systolic - 4


def _between(utterance: Utterance, upper: Number, lower: Number) -> list[str]:
    return [word.norm for word in utterance.words[upper.end : lower.first]]


def _plainly_over(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """ "It was 140/90", and not "room 140/90"."""
    between = _between(utterance, upper, lower)
    before = utterance.words[clause_start(utterance.words, upper.first, reach=4) : upper.first]
    told = all(word.norm in LINKS or word.norm in _TELLERS for word in before)
    return told and bool(between) and _OVER.issuperset(between) and lower.value >= 40


def _apart(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """One number stands over the other, and they are no part of a date or a longer row."""
    words, between = utterance.words, _between(utterance, upper, lower)
    if upper.first and words[upper.first - 1].norm == "/":
        return False
    if not between:
        # "One thirty five eighty", and "140-90" as it is typed.
        joint = utterance.text[words[upper.end - 1].end : words[lower.first].start]
        return upper.form is Form.JOINED or joint.strip() in {"-", "–"}
    between = [word for word in between if word not in _UNHEARD]
    if len(between) <= 3 and any(word in _OVER_IN_CONTEXT for word in between):
        return all(word in _OVER_IN_CONTEXT or word in _FILLERS for word in between)
    return _labelled(utterance, upper, lower)


def _labelled(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """ "The top number was 140 and the bottom 90", "systolic 140, diastolic 90"."""
    before = {word.norm for word in utterance.words[max(0, upper.first - 4) : upper.first]}
    between = _between(utterance, upper, lower)
    return len(between) <= 5 and not before.isdisjoint(_SYSTOLIC) and not _DIASTOLIC.isdisjoint(between)


def _cue_near(cues: Sequence[Cue], first: int, end: int) -> bool:
    """The last cue before the numbers, or one right after them, is blood pressure."""
    before = [cue for cue in cues if cue.end <= first]
    if before and before[-1].kind == "blood_pressure" and first - before[-1].end <= _CUE_REACH:
        return True
    return any(cue.kind == "blood_pressure" and 0 <= cue.first - end <= 1 for cue in cues)
