"""What a speaker takes back: "fourteen units, no, sixteen", "lisinopril, sorry, losartan", "it used to be 75"."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from carelog.conversations.turns import Role
from carelog.extraction.exchange import same_speaker
from carelog.extraction.medications.bare import checked_until
from carelog.extraction.medications.doses import is_denied
from carelog.extraction.medications.names import Mention
from carelog.extraction.medications.pairing import Pair
from carelog.extraction.medications.reading import Reading
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_CORRECTIONS = phrase_set(
    """
    no , | no wait | wait | sorry | i mean | i meant | i tell a lie | i lie | i lied | scratch that | strike that |
    correction |
    make that | or rather | my mistake | i misspoke | no it's | no that's | nahi nahi | nahi , | galat | नहीं नहीं | नहीं ,
    """
)
_PAST = phrase_set(
    """
    used to | was on | was at | was taking | before it was | before that it was | previously | formerly | label says |
    bottle says | box says | packet says | prescription says | supposed to take | supposed to be on | meant to take |
    meant to be on
    """
)
_MEANT = phrase_set("supposed to take | supposed to be on | meant to take | meant to be on | prescribed")
_NOT_BY_NAME = word_set(
    """
    no not wait sorry i mean meant that's it's the my a uh um er , . correction scratch that make or rather actually
    called what is mistake misspoke strike oh mg nahi नहीं
    """
)
_IS = word_set("is it's it 's just only at the a of actually , now still")
_PLANNING = frozenset({"started", "changed", "ordered"})
_READERS = frozenset({Role.CLINICIAN, Role.AGENT})
_TAKERS = frozenset({Role.PATIENT, Role.CARER})
_REACH = 18  # Words from a strength to the one that corrects it.
_PAST_REACH = 5
_FIRST_WORDS = 5
_NAME_REACH = 7
_BESIDE = 1


def without_corrected(readings: Sequence[Reading], pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs without the strengths that are taken back, or that were taken once, for another one of the medicine."""
    past = {pair for pair in pairs if _is_past(readings[pair.dose_turn].words, pair)}
    present = {_medicine(pair) for pair in pairs if pair not in past}
    told: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs:
        told.setdefault((_medicine(pair), pair.dose_turn), []).append(pair)

    def taken_back(pair: Pair) -> bool:
        medicine, turn = _medicine(pair), pair.dose_turn
        if (pair in past and medicine in present) or _is_denied(readings, pair):
            return True
        soon = takewhile(lambda other: other.dose.first <= pair.dose.end + _REACH, _from(told[medicine, turn], pair))
        reply = takewhile(lambda other: other.dose.first <= _FIRST_WORDS, told.get((medicine, turn + 1), ()))
        again = takewhile(lambda other: other.dose.first <= _FIRST_WORDS, told.get((medicine, turn + 2), ()))
        return any(_replaces(readings, other, pair) for other in (*soon, *reply, *again) if other != pair)

    for same in told.values():
        same.sort(key=lambda pair: pair.dose.first)
    return [pair for pair in pairs if not taken_back(pair)]


def _from(pairs: Sequence[Pair], pair: Pair) -> Sequence[Pair]:
    """Those whose strength stands after that of a pair; they are in the order in which they were said."""
    return pairs[bisect_left(pairs, pair.dose.end, key=lambda other: other.dose.first) :]


def _medicine(pair: Pair) -> str:
    return pair.mention.drug.ingredient or pair.mention.drug.name


def _replaces(readings: Sequence[Reading], new: Pair, old: Pair) -> bool:
    """Whether a strength of the same medicine, in the same turn or the next, puts another one right."""
    words = readings[old.dose_turn].words
    if new.dose_turn == old.dose_turn + 1 and new.mention == old.mention and _is_held_out(readings, old, new):
        return True
    if new.dose_turn == old.dose_turn + 1 and new.mention == old.mention and _is_sent_after(readings, old, new):
        return True
    if new.dose_turn == old.dose_turn + 1 and _is_named_anew(readings, old, new):
        return True
    if new.dose_turn == old.dose_turn + 2 and new.mention == old.mention and _is_asked_back(readings, old, new):
        return True
    gap = range(old.dose.end, new.dose.first)
    if new.dose_turn != old.dose_turn or not 0 < len(gap) <= _REACH or new.dose.target:
        return False
    return _is_correction(words, gap)


def _is_denied(readings: Sequence[Reading], pair: Pair) -> bool:
    """ "Levothyroxine, seventy-five?" "Not seventy-five": whatever it is."""
    reply = pair.dose_turn + 1
    if reply >= len(readings) or same_speaker(readings[pair.dose_turn].utterance, readings[reply].utterance):
        return False
    there = readings[reply]
    said = (dose for dose in there.doses if dose.first <= _FIRST_WORDS and dose.value == pair.dose.value)
    return any(is_denied(there.words, dose) for dose in said)


def _is_held_out(readings: Sequence[Reading], old: Pair, new: Pair) -> bool:
    """ "You're on lisinopril 10?" "No, 20." """
    asking = readings[old.dose_turn].utterance
    end = asking.sentence_at(old.dose.first)[1]
    answers = new.dose.first <= _FIRST_WORDS and not new.dose.target
    if checked_until(asking) < len(asking.words):
        return answers and end <= checked_until(asking)  # "... 500. Is that right?" "No, 1000."
    return asking.words[end - 1].norm == "?" and end == len(asking.words) and answers


def _is_named_anew(readings: Sequence[Reading], old: Pair, new: Pair) -> bool:
    """ "You take metformin 1000." "Metformin is 500.": who takes it puts right what is read to them."""
    told, said = readings[old.dose_turn], readings[new.dose_turn]
    if told.utterance.turn.role not in _READERS or said.utterance.turn.role not in _TAKERS:
        return False
    planned = any(cue.meaning in _PLANNING for cue in told.cues)
    between = [word.norm for word in said.words[new.mention.end : new.dose.first]]
    plain = new.turn == new.dose_turn and new.mention.first <= _FIRST_WORDS and set(between) <= _IS
    return plain and bool(between) and not planned and not new.dose.target and not old.dose.target


def _is_asked_back(readings: Sequence[Reading], old: Pair, new: Pair) -> bool:
    """ "Amoxicillin 500." "Is that 500 or 250?" "Sorry, 250." """
    asking, said = readings[new.dose_turn - 1], readings[new.dose_turn]
    again = same_speaker(readings[old.dose_turn].utterance, said.utterance) and new.dose.first <= _FIRST_WORDS
    asks = bool(asking.words) and asking.words[-1].norm == "?"
    return again and asks and any(_CORRECTIONS.at(said.words, i) for i in range(new.dose.first))


def _is_sent_after(readings: Sequence[Reading], old: Pair, new: Pair) -> bool:
    """ "Thyronorm 75", and in a message of its own "sorry, 88"."""
    one, other = readings[old.dose_turn].utterance, readings[new.dose_turn].utterance
    begins = new.dose.first <= _FIRST_WORDS and not new.dose.target
    return begins and same_speaker(one, other) and any(_CORRECTIONS.at(other.words, i) for i in range(new.dose.first))


def _is_past(words: Sequence[Word], pair: Pair) -> bool:
    beside = pair.dose_turn == pair.turn and 0 <= pair.dose.first - pair.mention.end <= _BESIDE
    if beside and _is_meant(words, pair.mention.first):
        return True
    since = pair.mention.end if pair.dose_turn == pair.turn and pair.mention.end <= pair.dose.first else 0
    return any(
        match[0] + i <= pair.dose.first
        for i in range(max(since, pair.dose.first - _PAST_REACH), pair.dose.first)
        if (match := _PAST.at(words, i))
    )


def _is_meant(words: Sequence[Word], first: int) -> bool:
    """ "I'm supposed to take | Lasix 40 (but I take 20)", where the name begins at word `first`."""
    return any(
        (match := _MEANT.at(words, i)) is not None and i + match[0] <= first for i in range(max(0, first - 5), first)
    )


def _is_correction(words: Sequence[Word], gap: range) -> bool:
    return any((match := _CORRECTIONS.at(words, i)) and i + match[0] <= gap.stop for i in gap)


def misnamed(readings: Sequence[Reading], mentions: Mapping[int, Sequence[Mention]]) -> Iterator[tuple[int, Mention]]:
    """The mentions that the next one puts right, each with its turn: the first of "lisinopril, sorry, losartan"."""
    for turn, named in mentions.items():
        words = readings[turn].words
        for one, other in pairwise(named):
            gap = range(one.end, other.first)
            said = [words[i].norm for i in gap if not words[i].norm[0].isdecimal()]
            plain = 1 < len(said) <= _NAME_REACH and _NOT_BY_NAME.issuperset(said)
            if plain and words[gap[-1]].norm not in ("no", "not") and _is_correction(words, gap):
                yield turn, one
