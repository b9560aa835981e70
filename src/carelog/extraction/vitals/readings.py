"""The readings that the numbers of a turn say, before it is asked whether they were measured."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carelog.extraction import claims
from carelog.extraction.numbers import Form, Number, find_numbers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.cues import Cue
from carelog.extraction.vitals.measures import LINKS, measure_at
from carelog.extraction.vitals.pressure import find_pairs
from carelog.extraction.vitals.topics import ANEW, Asked
from carelog.extraction.vitals.units import unit_at
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Kind

_QUOTE_REACH = 20  # words that a quote may begin before its number
_FARTHEST = 16  # words between the name of a vital and its number
_ANSWERING = LINKS | word_set("let me believe my mine last time sure okay do less more")
_LOOKING_UP = word_set("let me look see check find that was")
_MARKS = frozenset({",", ".", "…", "-", "?", "!"})
_CORRECTING = word_set(
    """
    sorry oops typo no actually correction mean meant make scratch excuse me nahi rather wait that's
    """
)
_LINKS_ANEW = LINKS | word_set("hour hours hrs later one two three 1 2 3")  # "and two hours after lunch it was 180"
_SELF_WORDS = word_set("about around at currently now like only years year old , and tall feet foot inches ft cm")
_SELF_EVIDENT = word_set(
    """
    / over top systolic sys upper mmhg bpm beats kg kgs kilo kilos kilograms pounds lbs stone feet foot ft cm m mm
    """
)
_FEET = re.compile(r"\d['’′]")
_DIRECT: frozenset[Kind] = frozenset({"temperature", "spo2", "height", "heart_rate"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Words `first` up to `end` say a vital; `name` are the words that name it, None in a bare answer."""

    first: int
    end: int
    kind: Kind
    values: tuple[float, ...]
    name: tuple[int, int] | None
    since: int  # The words from here on tell of this reading and of none before it.
    told_from: int | None = None  # Where the telling began that this reading puts right.

    @property
    def quoted(self) -> tuple[int, int]:
        """The words to quote: the number, and its name where that is near."""
        if self.name is None or abs(self.first - self.name[0]) > _QUOTE_REACH:
            return self.first, self.end
        return min(self.name[0], self.first), max(self.name[1], self.end)


def may_do_without(utterance: Utterance) -> bool:
    """A reading may stand there that names itself: "140/90", "72 bpm", "I'm 82 kilos"."""
    if _FEET.search(utterance.text):
        return True
    return not _SELF_EVIDENT.isdisjoint([word.norm for word in utterance.words])


def readings_of(utterance: Utterance, cues: Sequence[Cue], asked: Asked | None) -> list[Reading]:
    """What the numbers of a turn say, in order; a corrected number gives way to its correction.

    `asked` is the vital that a bare number tells.
    """
    numbers = _with_glued(utterance, cues)
    asked_pressure = asked is not None and asked.kind == "blood_pressure"
    pairs = {pair.first: pair for pair in find_pairs(utterance, numbers, cues, asked_pressure)}
    readings: list[Reading] = []
    end = 0
    for k, number in enumerate(numbers):
        if number.first < end:
            continue
        last = readings[-1] if readings else None
        if pair := pairs.get(number.first):
            names = [cue for cue in cues if cue.kind == "blood_pressure" and cue.first <= pair.end + 1]
            name, values = names[-1][:2] if names else None, (pair.systolic, pair.diastolic)
            reading = Reading(pair.first, pair.end, "blood_pressure", values, name, end)
        elif single := _single(utterance, numbers, k, cues, asked, last):
            reading = single
        else:
            continue
        if last and last.kind == reading.kind and _corrects(utterance.words, last, reading):
            told_from = last.first if last.told_from is None else last.told_from
            reading = replace(reading, since=last.since, told_from=told_from)
            readings.pop()
        readings.append(reading)
        end = reading.end
    return readings


def _with_glued(utterance: Utterance, cues: Sequence[Cue]) -> list[Number]:
    """The numbers, with those that are typed to the name of a vital without a space: "BP140/90"."""
    numbers, words = find_numbers(utterance), utterance.words
    for cue in cues:
        i = cue.end
        glued = i < len(words) and words[i].start == words[i - 1].end and words[i].norm.replace(".", "", 1).isdecimal()
        if glued and all(number.first != i for number in numbers):
            numbers.append(Number(i, i + 1, float(words[i].norm), Form.DIGITS))
    return sorted(numbers)


def _single(
    utterance: Utterance,
    numbers: Sequence[Number],
    k: int,
    cues: Sequence[Cue],
    asked: Asked | None,
    last: Reading | None,
) -> Reading | None:
    words, number = utterance.words, numbers[k]
    kind, name = _named(utterance, numbers, k, cues) or (None, None)
    if kind is None and last and last.kind != "blood_pressure" and _goes_on(words, last, number):
        kind, name = last.kind, last.name or (last.first, last.end)
    if (
        kind is None
        and asked
        and all(word.norm in _ANSWERING or word.norm in _CORRECTING for word in words[: number.first])
    ):
        kind = asked.kind
    if kind is None or kind == "blood_pressure":
        return None
    measure = measure_at(utterance, numbers, k, kind)
    if measure is None:
        return None
    since = last.end if last else 0
    return Reading(measure.first, measure.end, kind, (measure.value,), name, since)


def _named(
    utterance: Utterance, numbers: Sequence[Number], k: int, cues: Sequence[Cue]
) -> tuple[Kind | None, tuple[int, int]] | None:
    """What number `k` is said to measure, and the words that say so."""
    words, number = utterance.words, numbers[k]
    before = next((cue for cue in reversed(cues) if cue.end <= number.first), None)
    if before and number.first - before.end <= _FARTHEST:
        between = words[before.end : number.first]
        if all(word.norm in LINKS for word in between):
            return before.kind, (before.first, before.end)
    after = next((cue for cue in cues if cue.first >= number.end), None)
    if after and after.kind in _DIRECT and after.first - number.end <= 6:  # "a 101 fever", "five foot six tall"
        measure = measure_at(utterance, numbers, k, after.kind)
        if after.kind == "heart_rate" and any(after.end == other.first for other in numbers):
            measure = None  # "dia 88 pulse 71"
        if measure and after.first - measure.end <= (words[measure.end].norm == "in"):
            return after.kind, (after.first, after.end)
    unit = unit_at(words, number.end)
    if unit and unit[1].kind == "heart_rate":
        return "heart_rate", (number.first, number.end)
    if unit and unit[1].kind in {"weight", "height"} and _is_self(utterance, number.first):
        convincing = unit[1].convert(number.value) >= (25 if unit[1].kind == "weight" else 90)
        return (unit[1].kind, (number.first, number.end)) if convincing else None
    if _FEET.match(utterance.text, words[number.end - 1].end - 1) and _is_self(utterance, number.first):
        return "height", (number.first, number.end)  # I'm 5'10
    return None


def _is_self(utterance: Utterance, i: int) -> bool:
    """The speaker, who is the subject, says "I'm about" right before word `i`."""
    norms = [word.norm for word in utterance.words[max(0, i - 14) : i]]
    while norms and (norms[-1] in _SELF_WORDS or norms[-1][0].isdecimal()):
        norms.pop()
    own = claims.speaks_for_subject(utterance)
    return own and bool(norms) and (norms[-1] == "i'm" or norms[-2:] == ["i", "am"])


def _goes_on(words: Sequence[Word], last: Reading, number: Number) -> bool:
    """A second reading of the same vital ("... and after lunch 160") or a correction of the first."""
    between = _spoken_between(words, last.end, number.first)
    if not 0 < len(between) <= 8:
        return False
    if any(word in _CORRECTING for word in between[:4]):
        return all(word in LINKS or word in _CORRECTING or word in _LOOKING_UP for word in between)
    return all(word in _LINKS_ANEW for word in between) and any(word in ANEW for word in between)


def _corrects(words: Sequence[Word], last: Reading, reading: Reading) -> bool:
    between = _spoken_between(words, last.end, reading.first)
    return len(between) <= 8 and any(word in _CORRECTING for word in between) and "and" not in between


def _spoken_between(words: Sequence[Word], first: int, end: int) -> list[str]:
    return [word.norm for word in words[first:end] if word.norm not in _MARKS]
