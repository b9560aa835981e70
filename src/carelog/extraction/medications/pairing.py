"""Which strength belongs to which mention: beside it, after it, or later by way of "it" and "what dose?"."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from carelog.extraction.medications.doses import Dose, is_change
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.reading import Reading
from carelog.extraction.utterances import Utterance, Word
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
_LONGEST_GAP_ON = 8
_CORRECTING = word_set("no , . wait sorry i mean meant uh um it's make that rather actually scratch tell a lie")
_TAKING_BACK = word_set("no sorry wait mean meant lie rather scratch correction now it's nahi नहीं")
_CHANGED = word_set(
    "it that this the dose dosage your to from up down back all way gradually medication , uh um by you me"
)
_CHANGE_REACH = 7
_DOSE_WORDS = word_set("dose dosage milligrams mg strength much many micrograms mcg units milligram")
_ASKING_WORDS = word_set("what what's how which kitna kitni")
_OTHER_QUESTIONS = word_set("how when long times often many since what why where who")
_BEFORE_ANSWER = word_set(
    "no actually that's that is the it's it he's she's i'm on i he she take takes yes yeah yep uh um , . still at "
    "my his her a"
)
_AFTER_ANSWER = frozenset(",.;!") | {"now", "actually", "ab"}
_CHECKING = word_set("is that still right correct accurate so yes ? . , yeah")
_LONGEST_QUESTION = 10
_LONGEST_ANSWER = 8
_ANSWER_TURNS = 2
_LONGEST_GAP = 4
_SET_OFF = 2  # Characters between a number and the frequency after it.
_LONGEST_CHANGE = 16
_LONGEST_REACH = 22  # Words between a name and a strength said with its unit.
_TURNS_BACK = 4
_SMALLEST_BARE = 5  # "Ibuprofen two" counts tablets,
_SURELY_NO_COUNT = 100  # and so may "twenty ibuprofen".


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


class _Around(NamedTuple):
    """The medicines before and after a strength in its turn, and the words between."""

    before: Mention | None
    gap_before: Sequence[str]
    after: Mention | None
    gap_after: Sequence[str]


def _owner(
    readings: Sequence[Reading], turn: int, here: Sequence[Mention], dose: Dose, last: Place | None
) -> Place | None:
    words = readings[turn].words
    before = max((m for m in here if m.end <= dose.first), key=lambda m: m.end, default=None)
    after = min((m for m in here if m.first >= dose.end), key=lambda m: m.first, default=None)
    around = _Around(
        before,
        _norms(words, before.end, dose.first) if before else (),
        after,
        _norms(words, dose.end, after.first) if after else (),
    )
    if last is not None and (before is not None or turn - last.turn > _TURNS_BACK):
        last = None
    if before and _follows(dose, around):
        return Place(turn, before)
    if after and _leads(dose, around):
        return Place(turn, after)
    if dose.unit == "%":
        return None  # A saturation, a share: only creams say theirs, beside the name.
    if dose.unit is None:
        return _owner_of_bare(readings, turn, dose, around, last)
    if after and _points_to(around.gap_after) and {"on", "for", "of", "in"} & set(around.gap_after):
        return Place(turn, after)
    if before:
        said = [other for other in readings[turn].doses if before.end <= other.first < dose.first]
        others = any(other.unit or other.value != dose.value for other in said)
        again = dose.target or (_PRONOUNS | _TAKING_BACK) & set(around.gap_before[-4:]) or "then" in around.gap_before
        listed = bool({"and", "aur", "और"} & set(around.gap_before[-2:])) and _is_before_frequency(readings[turn], dose)
        near = len(around.gap_before) <= _LONGEST_REACH
        return Place(turn, before) if near and (again or listed or not others) else None
    return last


def _owner_of_bare(
    readings: Sequence[Reading], turn: int, dose: Dose, around: _Around, last: Place | None
) -> Place | None:
    """A number without a unit: the target of a change of dose, or the answer to "what dose?"."""
    words = readings[turn].words
    if dose.value is None or dose.value < _SMALLEST_BARE:
        return None
    before, after = around.before, around.after
    if _goes_on(readings[turn], dose, before):
        return Place(turn, before) if before else last
    if before and len(around.gap_before) <= _LONGEST_CHANGE and _is_set_off(readings[turn], dose):
        return Place(turn, before)
    if dose.target and _changes_dose(words, dose, before.end if before else 0):
        if before:
            return Place(turn, before) if len(around.gap_before) <= _LONGEST_CHANGE else None
        return Place(turn, after) if after and _points_to(around.gap_after) else last
    if last is not None and turn == last.turn + 1 and _answers_with(readings, turn, dose, last):
        return last
    if last is not None and turn - last.turn <= _ANSWER_TURNS and len(words) <= _LONGEST_ANSWER:
        asked = set(_norms(readings[turn - 1].words, -_LONGEST_QUESTION, None))
        return last if asked & _DOSE_WORDS and asked & _ASKING_WORDS else None
    return None


def _is_set_off(reading: Reading, dose: Dose) -> bool:
    """ "(I took it) every night, five hundred, with dinner"."""
    words = reading.words
    if (dose.value or 0) < _SURELY_NO_COUNT or dose.first == 0 or words[dose.first - 1].norm != ",":
        return False
    return _is_before_frequency(reading, dose)


def _goes_on(reading: Reading, dose: Dose, since: Mention | None) -> bool:
    """ "Ten units in the morning and twelve at night", "fourteen units, no wait, sixteen": the unit is said once."""
    begin = since.end if since else 0
    earlier = [other for other in reading.doses if begin <= other.first and other.end <= dose.first and other.unit]
    gap = set(_norms(reading.words, earlier[-1].end, dose.first)[:_LONGEST_GAP_ON]) if earlier else set()
    if not gap or dose.first - earlier[-1].end > _LONGEST_GAP_ON:
        return False
    listed = "and" in gap or "," in gap
    return gap <= _CORRECTING or (listed and _is_before_frequency(reading, dose))


def _is_before_frequency(reading: Reading, dose: Dose) -> bool:
    end = reading.words[dose.end - 1].end
    return any(end < often.start <= end + _SET_OFF for often in reading.frequencies)


def _answers_with(readings: Sequence[Reading], turn: int, dose: Dose, last: Place) -> bool:
    """ "And the carvedilol?" "That's the twelve and a half, twice a day." """
    asking, words = readings[last.turn].words, readings[turn].words
    until = checked_until(readings[last.turn].utterance)
    rest = [norm for norm in _norms(asking, last.mention.end, until) if norm not in ".?,"]
    held_out = [norm for dose in readings[last.turn].doses for norm in _norms(asking, dose.first, dose.end)]
    if until < len(asking):
        spans = [(often.start, often.end) for often in readings[last.turn].frequencies]
        held_out += [w.norm for w in asking if any(start <= w.start < end for start, end in spans)]
    asked = set(rest) <= set(held_out) and not _OTHER_QUESTIONS & set(_norms(asking, 0, None))
    ends = dose.end == len(words) or words[dose.end].norm in _AFTER_ANSWER or _is_before_frequency(readings[turn], dose)
    return asked and ends and all(norm in _BEFORE_ANSWER for norm in _norms(words, 0, dose.first))


def checked_until(utterance: Utterance) -> int:
    """Where a turn ends before it asks whether what it said is right: "500 mg twice a day. | Is that still right?"."""
    begin, end = utterance.sentences[-1]
    asks = all(word.norm in _CHECKING for word in utterance.words[begin:end])
    return begin if asks else end


def _follows(dose: Dose, around: _Around) -> bool:
    """ "Lisinopril 20 mg", "lisinopril, at 20"; a bare number must not count tablets or name a time."""
    gap = around.gap_before
    if len(gap) > _LONGEST_GAP or not all(norm in _AFTER_NAME for norm in gap):
        return False
    if "," in gap and around.after and "".join(around.gap_after) in ("", "of"):
        return False  # "Lisinopril, 500 mg of metformin"
    return dose.unit is not None or (_is_strength(dose) and not {"for", "in", "like", "about"} & set(gap))


def _leads(dose: Dose, around: _Around) -> bool:
    """ "20 mg of lisinopril", "twenty of lisinopril", "81 milligrams, baby aspirin"; not "two ibuprofen"."""
    gap = around.gap_after
    beside = len(gap) <= _LONGEST_GAP and all(norm in _BEFORE_NAME for norm in gap)
    apposed = list(gap) == [","] and around.before is None
    often = "of" in gap[-3:] and all(norm in _OFTEN or norm in _BEFORE_NAME for norm in gap)
    if not (beside or apposed or often):
        return False
    if dose.unit is not None:
        return True
    if not _is_strength(dose):
        return False
    return len(gap) <= 3 if "of" in gap else not gap and (not _is_whole(dose) or (dose.value or 0) >= _SURELY_NO_COUNT)


def _points_to(gap: Sequence[str]) -> bool:
    return len(gap) <= _LONGEST_GAP and set(gap) <= _TO_NAME


def _is_strength(dose: Dose) -> bool:
    return dose.value is not None and (dose.value >= _SMALLEST_BARE or not _is_whole(dose))


def _is_whole(dose: Dose) -> bool:
    return dose.value is not None and dose.value == int(dose.value)


def _changes_dose(words: Sequence[Word], dose: Dose, since: int) -> bool:
    """ "Go up to 40", "increase it to 40", "from 10 to 20": a change whose object can be a dose.

    Only the words from `since` on are read: the end of the medicine's name, if it stands before.
    """
    said = _norms(words, max(0, dose.first - _CHANGE_REACH), dose.first)
    moved = {"up", "down"} & set(said)
    verbs = [i for i, norm in enumerate(said) if is_change(norm) or (norm == "put" and moved)]
    if not verbs:
        return False
    object_ = _norms(words, max(since, dose.first - len(said) + verbs[-1] + 1), dose.first)
    return all(norm in _CHANGED for norm in object_)


def _norms(words: Sequence[Word], first: int, end: int | None) -> list[str]:
    return [word.norm for word in words[first:end]]
