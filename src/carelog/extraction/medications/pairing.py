"""Which strength belongs to which mention: beside it, after it, or later by way of "it" and "what dose?"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from carelog.conversations.turns import Role
from carelog.extraction.medications.bare import (
    AFTER_NAME,
    PRONOUNS,
    SURELY_NO_COUNT,
    Around,
    Place,
    is_before_frequency,
    is_strength,
    is_sure,
    is_thought,
    is_whole,
    owner_of_bare,
    points_to,
)
from carelog.extraction.medications.directions import COUNTS
from carelog.extraction.medications.doses import Dose, is_denied
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
_TAKING_BACK = word_set("no sorry wait mean meant lie rather scratch correction now it's nahi नहीं")
_LONGEST_GAP = 4
_LONGEST_REACH = 22  # Words between a name and a strength said with its unit.
_TURNS_BACK = 4
_LATEST_HOUR = 12
_STEP = word_set("then to down up back go and")
_STEP_REACH = 4
_EVENTS = word_set("had took take taken taking gave given give did got")
_EVENT_REACH = 8
_NUMBERED = word_set("room bed ward bay floor extension ext suite page line step day week age aged gate number version")
_OTHER_FORMS = word_set("patch patches gum lozenge lozenges shot injection")
_MILLILITRE = "mL"

_BEFORE_NOW = word_set("it's is at on i'm , but and")
_TOLD_ON = word_set("mg mcg ug units ml , . and but now it's it is i'm on at")


class Pair(NamedTuple):
    """A strength, in turn `dose_turn`, of a mention in turn `turn` (the same or an earlier one)."""

    turn: int
    mention: Mention
    dose_turn: int
    dose: Dose


def pair(readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> list[Pair]:
    """Every strength with the mention it belongs to; a strength of nothing that was named is left out."""
    pairs: list[Pair] = []
    last: Place | None = None
    for turn, reading in enumerate(readings):
        here = mentions.get(turn, ())
        if here or (last is not None and turn - last.turn <= _TURNS_BACK):
            place: Place | None = None
            for dose in reading.doses:
                if not dose.former:  # What it was before is said of the same medicine.
                    place = _owner(readings, turn, here, dose, last)
                if place is not None:
                    pairs.append(Pair(place.turn, place.mention, turn, dose))
        if here:
            last = Place(turn, here[-1])
    return list(_without_volumes(pairs))


def _without_volumes(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """ "Amoxicillin 250 mg, that's five mil": how much to pour is no other strength."""
    weighed = {p.mention.drug.name for p in pairs if p.dose.unit != _MILLILITRE}
    return (p for p in pairs if p.dose.unit != _MILLILITRE or p.mention.drug.name not in weighed)


def _owner(
    readings: Sequence[Reading], turn: int, here: Sequence[Mention], dose: Dose, last: Place | None
) -> Place | None:
    words = readings[turn].words
    before = max((m for m in here if m.end <= dose.first), key=lambda m: m.end, default=None)
    after = min((m for m in here if m.first >= dose.end), key=lambda m: m.first, default=None)
    around = Around(
        before,
        _norms(words, before.end, dose.first) if before else (),
        after,
        _norms(words, dose.end, after.first) if after else (),
    )
    if last is not None and (before is not None or turn - last.turn > _TURNS_BACK):
        last = None
    if (dose.target and is_thought(words, dose)) or _is_numbered(words, dose) or is_denied(words, dose):
        return None
    if before and _is_later_step(readings[turn], dose):
        return None
    if before and _follows(dose, around):
        return None if _is_hour(readings[turn], dose, around) else Place(turn, before)
    if after and _leads(dose, around):
        return Place(turn, after)
    if before and is_told_as_now(words, dose) and all(_is_told_on(norm) for norm in around.gap_before):
        return Place(turn, before)
    if dose.unit == "%":
        return None  # A saturation, a share: only creams say theirs, beside the name.
    if dose.unit is None:
        return owner_of_bare(readings, turn, dose, around, last)
    if after and points_to(around.gap_after) and {"on", "for", "of", "in"} & set(around.gap_after):
        return Place(turn, after)
    if before and _is_of_another_form(around.gap_before):
        return None
    if before:
        said = [other for other in readings[turn].doses if before.end <= other.first < dose.first]
        others = any(other.unit or other.value != dose.value for other in said)
        again = dose.target or (PRONOUNS | _TAKING_BACK) & set(around.gap_before[-4:]) or "then" in around.gap_before
        joints = {"and", "aur", "और", ","} if dose.unit == "U" else {"and", "aur", "और"}
        listed = bool(joints & set(around.gap_before[-2:])) and is_before_frequency(readings[turn], dose)
        near = len(around.gap_before) <= _LONGEST_REACH
        return Place(turn, before) if near and (again or listed or not others) else None
    return last


def is_told_as_now(words: Sequence[Word], dose: Dose) -> bool:
    """ "(It was 10,) now 20", "it's 20 now"."""
    before = words[dose.first - 1].norm if dose.first else ""
    after = words[dose.end].norm if dose.end < len(words) else ""
    return before == "now" or (after == "now" and before in _BEFORE_NOW)


def _is_told_on(norm: str) -> bool:
    return norm in _TOLD_ON or norm[0].isdecimal()


def _follows(dose: Dose, around: Around) -> bool:
    """ "Lisinopril 20 mg", "lisinopril, at 20"; a bare number must not count tablets or name a time."""
    gap = _without_count(around.gap_before)
    if len(gap) > _LONGEST_GAP or not all(norm in AFTER_NAME for norm in gap):
        return False
    if "," in gap and around.after and "".join(around.gap_after) in ("", "of"):
        return False  # "Lisinopril, 500 mg of metformin"
    if dose.unit is not None or not is_strength(dose):
        return dose.unit is not None
    return not {"for", "in"} & set(gap) and (is_sure(dose) or not {"like", "about", "around"} & set(gap))


def _without_count(gap: Sequence[str]) -> Sequence[str]:
    """ "(Tylenol,) two of the (five hundreds)", "(Ibuprofen.) Two of the (two hundreds)"."""
    gap = gap[1:] if gap[:1] == ["."] and gap[1:2] and gap[1] in COUNTS and gap[2:3] == ["of"] else gap
    return [
        norm
        for i, norm in enumerate(gap)
        if not (norm in COUNTS and gap[i + 1 : i + 2] == ["of"]) and not (norm == "of" and i and gap[i - 1] in COUNTS)
    ]


def _is_numbered(words: Sequence[Word], dose: Dose) -> bool:
    """ "Room 300", "day 5", "aged 70": what the number counts is named before it."""
    return dose.unit is None and dose.first > 0 and words[dose.first - 1].norm in _NUMBERED


def _is_later_step(reading: Reading, dose: Dose) -> bool:
    """ "(40 for five days,) then 20, then 10": not what is taken first; "20 in the morning, then 10 at night" is."""
    said = [word.norm for word in reading.words[max(0, dose.first - _STEP_REACH) : dose.first]]
    if "then" not in said:
        return False
    last = len(said) - 1 - said[::-1].index("then")
    return set(said[last:]) <= _STEP and not is_before_frequency(reading, dose)


def _is_hour(reading: Reading, dose: Dose, around: Around) -> bool:
    """ "He had Motrin at five", "(anything today?) Advil at six"; not "I'm on Advil, at six hundred"."""
    words = reading.words
    if dose.unit is not None or list(around.gap_before) != ["at"] or around.before is None:
        return False
    first = around.before.first
    told = {word.norm for word in words[max(0, first - _EVENT_REACH) : first]}
    alone = first == 0 and reading.utterance.turn.role in (Role.PATIENT, Role.CARER)
    return is_whole(dose) and (dose.value or 0) <= _LATEST_HOUR and (alone or bool(told & _EVENTS))


def _is_of_another_form(gap: Sequence[str]) -> bool:
    """ "(Keep the albuterol.) For smoking, the patch, (14 mg)": said of something that has no name."""
    return "." in gap and any(norm in _OTHER_FORMS for norm in gap[-3:]) and "the" in gap[-4:]


def _leads(dose: Dose, around: Around) -> bool:
    """ "20 mg of lisinopril", "twenty of lisinopril", "81 milligrams, baby aspirin"; not "two ibuprofen"."""
    gap = around.gap_after
    beside = len(gap) <= _LONGEST_GAP and all(norm in _BEFORE_NAME for norm in gap)
    apposed = list(gap) == [","] and around.before is None
    often = "of" in gap[-3:] and all(norm in _OFTEN or norm in _BEFORE_NAME for norm in gap)
    if not (beside or apposed or often):
        return False
    if dose.unit is not None:
        return True
    if not is_strength(dose):
        return False
    if not gap and around.after is not None and around.after.drug.unit == "U":
        return True  # "Twenty-two Lantus at night": insulin is counted in units.
    return len(gap) <= 3 if "of" in gap else not gap and (not is_whole(dose) or (dose.value or 0) >= SURELY_NO_COUNT)


def _norms(words: Sequence[Word], first: int, end: int | None) -> list[str]:
    return [word.norm for word in words[first:end]]
