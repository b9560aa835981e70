"""Which strength belongs to which mention: beside it, after it, or later by way of "it" and "what dose?"."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from carelog.extraction.medications.doses import Dose, is_change
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_BEFORE_NAME = word_set(
    """
    of the a your my his her that this some tablet tablets pill pills capsule capsules daily strength extra dose
    uh um worth
    """
)
_OFTEN = word_set("a day daily per each every once twice two three four times morning night evening ,")
_TO_NAME = word_set("of on for in with your the my his her dose up that this , uh um")
_AFTER_NAME = word_set(
    """
    extra , at of is it's its to the a an dose about around like uh um - ( for you're you know tablet tablets capsule
    capsules pill pills only just er xl xr sr cr hcl up down currently like extended release inhaler strength in
    """
)
_PRONOUNS = word_set("it that this the dose dosage one your them")
_CHANGED = word_set(
    "it that this the dose dosage your to from up down back all way gradually medication , uh um by you"
)
_CHANGE_REACH = 7
_DOSE_QUESTIONS = word_set("dose dosage milligrams mg strength much many micrograms mcg units milligram")
_LONGEST_REACH = 22  # Words between a name and a strength said with its unit.
_TURNS_BACK = 4
_SMALLEST_BARE = 5  # "Ibuprofen two" counts tablets.


class Pair(NamedTuple):
    """A strength, in turn `dose_turn`, of a mention in turn `turn` (the same or an earlier one)."""

    turn: int
    mention: Mention
    dose_turn: int
    dose: Dose


class Place(NamedTuple):
    turn: int
    mention: Mention


def pair(readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> list[Pair]:
    """Every strength with the mention it belongs to; a strength of nothing that was named is left out."""
    pairs: list[Pair] = []
    last: Place | None = None
    for turn, reading in enumerate(readings):
        here = mentions.get(turn, ())
        if here or (last is not None and turn - last.turn <= _TURNS_BACK):
            for dose in reading.doses:
                place = _owner(readings, turn, here, dose, last)
                if place is not None:
                    pairs.append(Pair(place.turn, place.mention, turn, dose))
        if here:
            last = Place(turn, here[-1])
    return pairs


def _owner(
    readings: Sequence[Reading],
    turn: int,
    here: Sequence[Mention],
    dose: Dose,
    last: Place | None,
) -> Place | None:
    words = readings[turn].words
    before = max((m for m in here if m.end <= dose.first), key=lambda m: m.end, default=None)
    after = min((m for m in here if m.first >= dose.end), key=lambda m: m.first, default=None)
    gap_before = _norms(words, before.end, dose.first) if before else []
    gap_after = _norms(words, dose.end, after.first) if after else []

    if before and len(gap_before) <= 4 and all(norm in _AFTER_NAME for norm in gap_before):
        takes_next = after and len(gap_after) <= 1 and set(gap_after) <= {"of"} and "," in gap_before
        if not takes_next and (dose.unit or _is_bare_strength(words, dose, gap_before)):
            return Place(turn, before)
    leads = after and len(gap_after) <= 4 and all(norm in _BEFORE_NAME for norm in gap_after)
    leads = leads or (gap_after == [","] and before is None)  # "81 milligrams, baby aspirin"
    leads = leads or ("of" in gap_after[-3:] and all(norm in _OFTEN or norm in _BEFORE_NAME for norm in gap_after))
    if after and leads and (dose.unit or _is_bare_before(words, dose, gap_after)):
        return Place(turn, after)
    if dose.unit == "%":
        return None  # A saturation, a share: only creams say theirs, beside the name.
    if dose.unit is None:
        return _owner_of_bare(readings, turn, before, after, dose, gap_before, gap_after, last)
    if after and len(gap_after) <= 4 and {"on", "for", "of", "in"} & set(gap_after) and set(gap_after) <= _TO_NAME:
        return Place(turn, after)
    if before and len(gap_before) <= _LONGEST_REACH:
        between = any(before.end <= other.first < dose.first for other in readings[turn].doses)
        if not between or dose.target or _PRONOUNS & set(gap_before[-4:]) or "then" in gap_before:
            return Place(turn, before)
        return None
    if before is None and last is not None and turn - last.turn <= _TURNS_BACK:
        return last
    return None


def _owner_of_bare(
    readings: Sequence[Reading],
    turn: int,
    before: Mention | None,
    after: Mention | None,
    dose: Dose,
    gap_before: Sequence[str],
    gap_after: Sequence[str],
    last: Place | None,
) -> Place | None:
    """A number without a unit: the target of a change of dose, or the answer to "what dose?"."""
    words = readings[turn].words
    if dose.value is None or dose.value < _SMALLEST_BARE:
        return None
    if dose.target and _changes_dose(words, dose, before.end if before else 0):
        if before and len(gap_before) <= 12:
            return Place(turn, before)
        if after and len(gap_after) <= 4 and set(gap_after) <= _TO_NAME:
            return Place(turn, after)
        if before is None and last is not None and turn - last.turn <= _TURNS_BACK:
            return last
        return None
    if before is None and last is not None and turn - last.turn <= 2 and turn and len(words) <= 8:
        asked = {word.norm for word in readings[turn - 1].words[-10:]}
        if _DOSE_QUESTIONS & asked and asked & {"what", "how", "which", "kitna", "kitni"}:
            return last
    return None


def _changes_dose(words: Sequence[Word], dose: Dose, since: int) -> bool:
    """ "Go up to 40", "increase it to 40", "from 10 to 20": a change whose object can be a dose.

    Only the words from `since` on are read: the end of the medicine's name, if it stands before.
    """
    said = _norms(words, max(0, dose.first - _CHANGE_REACH), dose.first)
    verbs = [i for i, norm in enumerate(said) if is_change(norm)]
    if not verbs:
        return False
    object_ = _norms(words, max(since, dose.first - len(said) + verbs[-1] + 1), dose.first)
    return all(norm in _CHANGED for norm in object_)


def _is_bare_strength(words: Sequence[Word], dose: Dose, gap: Sequence[str]) -> bool:
    """ "Lisinopril 20", "amlodipine at 2.5", not "ibuprofen two"."""
    if dose.value is None:
        return False
    whole = dose.value == int(dose.value)
    return (dose.value >= _SMALLEST_BARE or not whole) and not {"for", "in", "like", "about"} & set(gap)


def _is_bare_before(words: Sequence[Word], dose: Dose, gap: Sequence[str]) -> bool:
    """ "Twenty of lisinopril", "that 2.5 norvasc", not "two ibuprofen"."""
    if dose.value is None or (dose.value < _SMALLEST_BARE and dose.value == int(dose.value)):
        return False
    if "of" in gap:
        return len(gap) <= 3
    return not gap and (dose.value >= 100 or dose.value != int(dose.value))


def _norms(words: Sequence[Word], first: int, end: int) -> list[str]:
    return [word.norm for word in words[first:end]]
