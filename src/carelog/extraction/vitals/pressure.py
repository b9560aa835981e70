"""Blood pressure: two numbers, one over the other."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from carelog.extraction.claims import clause_start
from carelog.extraction.measured import LINKS
from carelog.extraction.numbers import Form, Number
from carelog.extraction.numbers.words import SMALL
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.cues import Cue
from carelog.extraction.vitals.units import foreign_at, unit_at
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import DIASTOLIC, SYSTOLIC


class Pair(NamedTuple):
    """Words `first` up to `end` say a pressure. `evident`: they could hardly mean anything else; `doubtful`: nobody can
    have it."""

    first: int
    end: int
    systolic: float
    diastolic: float
    evident: bool
    doubtful: bool = False


_OVER = frozenset({"/", "over"})
_OVER_IN_CONTEXT = word_set("/ over on by upon bata बटा")
_TELLERS = word_set(
    """
    machine monitor cuff device nurse doctor clinic pharmacy told me said gave getting looking he she first second third
    then later initially once again vitals vital signs hers work gym chemist chemist's surgery supermarket physio
    """
)
_FILLERS = word_set("about uh um like a is was of and the number")
_UNHEARD = word_set(", uh um er hmm")
_SYSTOLIC = word_set("systolic sys top upper")
_DIASTOLIC = word_set("diastolic dia bottom lower")
_CUE_REACH = 30
_SLIP_REACH = 8
_TIMES = frozenset({"once", "twice"})
_LEAST, _MOST, _DAYS_OF_A_MONTH = 5, 9999, 32


def find_pairs(utterance: Utterance, numbers: Sequence[Number], cues: Sequence[Cue], asked: bool) -> Iterator[Pair]:
    """Every blood pressure of the utterance; `asked` when the turn before asked for one."""
    words = utterance.words
    logged = sum(_logged(utterance, upper, lower) for upper, lower in pairwise(numbers)) > 1
    for upper, lower in pairwise(numbers):
        if _is_of_a_range(utterance, upper):
            continue
        listed = asked or any(cue.kind == "blood_pressure" and cue.end == upper.first for cue in cues)
        plausible = _plausible(upper.value, lower.value) and _apart(utterance, upper, lower, listed=listed)
        if not plausible and not _slipped(utterance, upper, lower):
            continue
        end = lower.end
        unit = unit_at(words, end)
        if unit and unit[1].kind == "blood_pressure":
            end += unit[0]
        elif foreign_at(words, end) and words[end].norm not in _TIMES:
            continue
        if not plausible:
            if asked or end > lower.end or _cue_near(cues, upper.first, end, reach=_SLIP_REACH):
                yield Pair(upper.first, end, upper.value, lower.value, False, not _possible(upper.value, lower.value))
            continue
        evident = (logged and _logged(utterance, upper, lower)) or (
            upper.value >= 90 and _plainly_over(utterance, upper, lower)
        )
        named = asked or _labelled(utterance, upper, lower) or end > lower.end or _cue_near(cues, upper.first, end)
        if named or evident:
            yield Pair(upper.first, end, upper.value, lower.value, evident or end > lower.end)


def _plausible(systolic: float, diastolic: float) -> bool:
    return systolic.is_integer() and diastolic.is_integer() and 60 <= systolic <= 280 and 30 <= diastolic < systolic - 4


def _possible(systolic: float, diastolic: float) -> bool:
    within = SYSTOLIC.low <= systolic <= SYSTOLIC.high and DIASTOLIC.low <= diastolic <= DIASTOLIC.high
    return within and diastolic < systolic


def _slipped(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """Said as a pressure is, one number over the other, and too large or small for one; "12/8" is a date."""
    between = _between(utterance, upper, lower)
    words = utterance.words
    beside = [word.norm for word in (*words[max(0, upper.first - 1) : upper.first], *words[lower.end : lower.end + 1])]
    whole = upper.value.is_integer() and lower.value.is_integer()
    over = len(between) == 1 and between[0] in _OVER_IN_CONTEXT - {"by", "on"}
    least = _DAYS_OF_A_MONTH if "/" in between else _LEAST
    near = least <= upper.value <= _MOST and _LEAST <= lower.value <= _MOST
    return over and whole and near and "/" not in beside


def _is_of_a_range(utterance: Utterance, upper: Number) -> bool:
    """ "Between 110 over 70 and 130 over 80", "130 to 140 over 80"."""
    words = utterance.words
    before = [word.norm for word in words[max(0, upper.first - 8) : upper.first]]
    if before[-1:] == ["between"] or (before[-1:] in (["and"], ["to"]) and "between" in before):
        return True
    counted = len(before) > 1 and (before[-2][0].isdecimal() or before[-2] in SMALL)
    return counted and before[-1] in {"to", "or", "-"}


def _between(utterance: Utterance, upper: Number, lower: Number) -> list[str]:
    return [word.norm for word in utterance.words[upper.end : lower.first]]


def _plainly_over(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """ "It was 140/90", and not "room 140/90"."""
    between = _between(utterance, upper, lower)
    before = utterance.words[clause_start(utterance.words, upper.first, reach=4) : upper.first]
    told = all(word.norm in LINKS or word.norm in _TELLERS for word in before)
    return told and bool(between) and _OVER.issuperset(between) and lower.value >= 40


def _logged(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """One of several in a row: "Monday 132/84, Tuesday 128/80"."""
    words = utterance.words
    row = {word.norm for word in (*words[max(0, upper.first - 1) : upper.first], *words[lower.end : lower.end + 1])}
    pressed = _plausible(upper.value, lower.value) and upper.value >= 90 and lower.value >= 40
    return (
        pressed
        and _between(utterance, upper, lower) in (["/"], ["over"])
        and "/" not in row
        and not foreign_at(words, lower.end)
    )


def _apart(utterance: Utterance, upper: Number, lower: Number, *, listed: bool) -> bool:
    """One number stands over the other, and they are no part of a date or a longer row; `listed`: they follow the name
    of the vital, as in "BP 120 80"."""
    words, between = utterance.words, _between(utterance, upper, lower)
    if upper.first and words[upper.first - 1].norm == "/":
        return False
    if not between:
        # "One thirty five eighty", and "140-90" as it is typed.
        joint = utterance.text[words[upper.end - 1].end : words[lower.first].start]
        return upper.form is Form.JOINED or joint.strip() in {"-", "–"} or (listed and lower.value >= 40)
    between = [word for word in between if word not in _UNHEARD]
    if len(between) <= 3 and any(word in _OVER_IN_CONTEXT for word in between):
        return all(word in _OVER_IN_CONTEXT or word in _FILLERS for word in between)
    return _labelled(utterance, upper, lower)


def _labelled(utterance: Utterance, upper: Number, lower: Number) -> bool:
    """ "The top number was 140 and the bottom 90", "systolic 140, diastolic 90"."""
    before = {word.norm for word in utterance.words[max(0, upper.first - 4) : upper.first]}
    between = _between(utterance, upper, lower)
    return len(between) <= 5 and not before.isdisjoint(_SYSTOLIC) and not _DIASTOLIC.isdisjoint(between)


def _cue_near(cues: Sequence[Cue], first: int, end: int, *, reach: int = _CUE_REACH) -> bool:
    """The last cue before the numbers, or one right after them, is blood pressure."""
    before = [cue for cue in cues if cue.end <= first]
    if before and before[-1].kind == "blood_pressure" and first - before[-1].end <= reach:
        return True
    return any(cue.kind == "blood_pressure" and 0 <= cue.first - end <= 1 for cue in cues)
