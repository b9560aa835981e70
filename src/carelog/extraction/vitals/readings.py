"""The readings that the numbers of a turn say, before it is asked whether they were measured."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carelog.conversations.turns import Role
from carelog.extraction import claims
from carelog.extraction.measured import LINKS, is_plain, untimed
from carelog.extraction.numbers import Form, Number, find_numbers
from carelog.extraction.numbers.words import UNITS
from carelog.extraction.slips import CORRECTING
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.body_heat import FARTHEST, has_a_scale, is_body_heat, told_of_a_body
from carelog.extraction.vitals.cues import Cue, find_cues
from carelog.extraction.vitals.measures import (
    is_of_a_change,
    measure_at,
    weight_in,
    weight_like,
    weight_of_nobody_in_kilograms,
)
from carelog.extraction.vitals.pressure import find_pairs
from carelog.extraction.vitals.topics import ANEW, Asked
from carelog.extraction.vitals.units import Unit, foreign_at, unit_at
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Kind

_QUOTE_REACH = 20  # words that a quote may begin before its number
_ANSWERING = LINKS | word_set(
    """
    let me believe my mine last time sure okay do less more oh ah well erm not too bad great rotten awful goes i've
    wrote written book diary … him her them
    """
)
_LOOKING_UP = word_set("let me look see check find that was not")
_MARKS = frozenset({",", ".", "…", "-", "?", "!"})
# "And two hours after lunch it was 180"
_LINKS_ANEW = LINKS | ANEW | word_set("hour hours hrs later one two three 1 2 3 do ghante ghanta ek aur और but")
_SELF_WORDS = word_set(
    """
    about around at currently now like only years year old , and tall feet foot inches ft cm kg kgs kilo kilos pounds
    lbs stone
    """
)
_SELF_EVIDENT = word_set(
    """
    / over top systolic sys upper mmhg bpm beats kg kgs kilo kilos kilograms pounds lbs stone feet foot ft cm m mm metre
    metres meter meters f fahrenheit celsius
    """
)
_ANSWER = 4  # words
_STRANGE = 5  # words: an hour, or "two hours ago"
_PARTING = word_set("and , . then aur और")
_LEAST_BARE_SUGAR = 50
_DAYS = word_set("today yesterday monday tuesday wednesday thursday friday saturday sunday aaj kal fasting आज कल")
_CHECKED = word_set("checked measured tested rechecked check नापा napa naapa")
_CHECKED_REACH = 9  # words
_TELLING = word_set("was is it's it tha thi hai था थी है")
# "My sugars were 110, 142, 130."
_SEVERAL = word_set("sugars temps temperatures sats levels rates weights pulses readings")
_MORE_OF_THEM = word_set("and then")
_SIZES = {"weight", "height"}
_NAMED_SOON = 5  # words
_TO_ITS_NAME = word_set(", - my the for your that was that's on of is i mean")
_ALIVE = 34  # Cel; below it, a message of a number and its unit is about the weather
_NOTE = 4  # words
_DETERMINED = word_set("the my your his her that's")
_SCALED = 14  # words
_CARED = (["he's"], ["she's"], ["he", "is"], ["she", "is"], ["baby", "is"], ["baby's"])
_IN_A_NOTE = word_set("today now this morning aaj subah yesterday . , : - hai")
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
    doubtful: bool = False  # Nobody can have it.

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
    return not _SELF_EVIDENT.isdisjoint(utterance.norms)


def readings_of(
    utterance: Utterance, cues: Sequence[Cue], asked: Asked | None, scale: Unit | None = None
) -> list[Reading]:
    """What the numbers of a turn say, in order; a corrected number gives way to its correction.

    `asked` is the vital that a bare number tells, `scale` the unit of a weight that is told without one.
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
            since = _since(utterance.words, end, pair.first)
            reading = Reading(pair.first, pair.end, "blood_pressure", values, name, since, doubtful=pair.doubtful)
        elif single := _single(utterance, numbers, k, cues, asked, last, scale):
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
    numbers, words = _with_hundreds(utterance, find_numbers(utterance)), utterance.words
    for cue in cues:
        i = cue.end
        glued = i < len(words) and words[i].start == words[i - 1].end and words[i].norm.replace(".", "", 1).isdecimal()
        if glued and all(number.first != i for number in numbers):
            numbers.append(Number(i, i + 1, float(words[i].norm), Form.DIGITS))
    return sorted(numbers)


def _with_hundreds(utterance: Utterance, numbers: Sequence[Number]) -> list[Number]:
    """The numbers, with "1 40 over 90" as transcribers write "one forty over ninety"."""
    whole: list[Number] = []
    for number in numbers:
        last, words = whole[-1] if whole else None, utterance.words
        over = number.end < len(words) and words[number.end].norm in {"over", "/"}
        split = last is not None and last.end == number.first and last.form is Form.DIGITS and last.value in {1, 2}
        if over and split and last is not None and number.form is Form.DIGITS and 10 <= number.value < 100:
            whole[-1] = Number(last.first, number.end, last.value * 100 + number.value, Form.DIGITS)
        else:
            whole.append(number)
    return whole


def _single(
    utterance: Utterance,
    numbers: Sequence[Number],
    k: int,
    cues: Sequence[Cue],
    asked: Asked | None,
    last: Reading | None,
    scale: Unit | None,
) -> Reading | None:
    words, number = utterance.words, numbers[k]
    kind, name, plainly = _named(utterance, numbers, k, cues) or (None, None, False)
    if kind is None and last and last.kind != "blood_pressure" and _goes_on(words, last, number):
        kind, name = last.kind, last.name or (last.first, last.end)
    if (
        kind is None
        and asked
        and all(word.norm in _ANSWERING or word.norm in CORRECTING for word in words[: number.first])
    ):
        kind, plainly = asked.kind, is_plain(words, max(0, number.first - _ANSWER), number)
    if kind is None and asked and last is None and _stands_alone(utterance, number):
        kind = asked.kind
    if kind is None and asked and asked.kind == "glucose" and _is_of_a_day(words, number):
        kind = asked.kind
    if kind is None:
        kind = _checked(utterance, number, cues, asked, last) or told_of_a_body(utterance, numbers, k, cues, asked)
    own = unit_at(words, number.end)
    if kind is None and asked and last is None and own and own[1].kind == asked.kind and number.first <= _SCALED:
        kind = asked.kind
    if kind is None or kind == "blood_pressure":
        return None
    measure = measure_at(utterance, numbers, k, kind, plainly=plainly)
    if measure is None and own is None and kind == "weight" and asked and asked.like is not None:
        measure = weight_like(number, asked.like)
    if measure is None and own is None and kind == "weight" and scale and not foreign_at(words, number.end):
        measure = weight_in(utterance, numbers, k, scale)
    if measure is None and own is None and kind == "weight" and not foreign_at(words, number.end):
        measure = weight_of_nobody_in_kilograms(utterance, numbers, k)
    if measure is None:
        return None
    since = _since(words, last.end if last else 0, number.first)
    return Reading(measure.first, measure.end, kind, (measure.value,), name, since, doubtful=measure.doubtful)


def _checked(
    utterance: Utterance, number: Number, cues: Sequence[Cue], asked: Asked | None, last: Reading | None
) -> Kind | None:
    """ "(My sugar was low.) At home I checked and it was 131": what was spoken of last."""
    words = utterance.words
    if _CHECKED.isdisjoint(utterance.norms):
        return None
    before = [word.norm for word in words[max(0, number.first - _CHECKED_REACH) : number.first]]
    if before[-2:-1] in (["नापा"], ["napa"], ["naapa"]) and before[-1] in ("तो", "to", "toh") and asked:
        return None if foreign_at(words, number.end) else asked.kind
    if before[-2:] not in (["it", "was"], ["it", "is"], ["it", "said"]) and before[-1:] != ["it's"]:
        return None
    if _CHECKED.isdisjoint(before[:-1]) or foreign_at(words, number.end):
        return None
    named = next((cue.kind for cue in reversed(cues) if cue.end <= number.first), None)
    return named or (last.kind if last else None) or (asked.kind if asked else None)


def _is_of_a_day(words: Sequence[Word], number: Number) -> bool:
    """ "(How were the sugars?) I had 142 | today, 138 | yesterday. Sunday was | 190": each told with its day."""
    if not number.value.is_integer() or number.value < _LEAST_BARE_SUGAR or foreign_at(words, number.end):
        return False
    before = [word.norm for word in words[max(0, number.first - 2) : number.first]]
    after = words[number.end].norm if number.end < len(words) else ""
    return after in _DAYS or (before[-1:] == ["was"] and before[0] in _DAYS)


def _stands_alone(utterance: Utterance, number: Number) -> bool:
    """The number, with its point, is a sentence of its own: "Oh, I can't read this. Nine point two."."""
    first, end = utterance.sentence_at(number.first)
    rest = (*utterance.words[first : number.first], *utterance.words[number.end : end])
    return not number.value.is_integer() and all(word.norm in _MARKS for word in rest)


def _since(words: Sequence[Word], end: int, first: int) -> int:
    """Where the telling of a reading at word `first` begins, after one that ended at `end`: "... and later 150"."""
    if not end:
        return 0
    return next((k + 1 for k in range(end, first) if words[k].norm in _PARTING), end)


def _named(
    utterance: Utterance, numbers: Sequence[Number], k: int, cues: Sequence[Cue]
) -> tuple[Kind | None, tuple[int, int] | None, bool] | None:
    """What number `k` is said to measure, the words that say so, and whether nothing else can be meant."""
    words, number = utterance.words, numbers[k]
    before = next((cue for cue in reversed(cues) if cue.end <= number.first), None)
    given = _given_to(utterance, numbers, k, cues)
    if given is not None:
        return given.kind, (given.first, given.end), False
    own = unit_at(words, number.end)
    foreign = own is not None and before is not None and {own[1].kind, before.kind} == _SIZES
    if before and not foreign and number.first - before.end <= FARTHEST and _links(words, before.end, number.first):
        return before.kind, (before.first, before.end), is_plain(words, before.end, number)
    changed = k > 0 and before is not None and before.kind == "weight" and before.end <= numbers[k - 1].first
    if before and changed and is_of_a_change(words, numbers[k - 1].first, _end_of_measure(words, numbers[k - 1])):
        start = _end_of_measure(words, numbers[k - 1])
        if number.first - start <= _NAMED_SOON and _links(words, start, number.first):
            return before.kind, (before.first, before.end), False  # "My weight is up 3 pounds, | 187 today."
    if before and before.kind == "temperature" and is_body_heat(words, numbers, k, before):
        return before.kind, (before.first, before.end), False
    after = next((cue for cue in cues if cue.first >= number.end), None)
    if after and after.kind in _DIRECT and after.first - number.end <= 6:  # "a 101 fever", "five foot six tall"
        measure = measure_at(utterance, numbers, k, after.kind)
        if after.kind == "heart_rate" and any(after.end == other.first for other in numbers):
            measure = None  # "dia 88 pulse 71"
        adjacent = measure and after.first - measure.end <= (words[measure.end].norm == "in")
        if measure and (adjacent or has_a_scale(words, measure)):
            return after.kind, (after.first, after.end), False
    if own and own[1].kind == "heart_rate":
        return "heart_rate", (number.first, number.end), False
    if own and own[1].kind == "temperature" and _is_note(words, number):
        measure = measure_at(utterance, numbers, k, "temperature")
        if measure is not None and not measure.doubtful and measure.value >= _ALIVE:
            return "temperature", (number.first, number.end), False
    told = own is not None and own[1].kind in _SIZES and (_is_self(utterance, number.first) or _is_note(words, number))
    if own and told:
        least = 2 if utterance.turn.role in (Role.CARER, Role.CLINICIAN) else 25
        convincing = own[1].convert(number.value) >= (least if own[1].kind == "weight" else 90)
        return (own[1].kind, (number.first, number.end), False) if convincing else None
    if _FEET.match(utterance.text, words[number.end - 1].end - 1) and _is_self(utterance, number.first):
        return "height", (number.first, number.end), False  # I'm 5'10
    if after and after.kind and _is_named_after(utterance, numbers, k, cues, after):
        return after.kind, (after.first, after.end), False
    return None


def _given_to(utterance: Utterance, numbers: Sequence[Number], k: int, cues: Sequence[Cue]) -> Cue | None:
    """The vital that number `k` is given to: "94 for the oxygen, 72 for the pulse"."""
    words, number = utterance.words, numbers[k]
    i = number.end + 1
    if i >= len(words) or words[number.end].norm != "for":
        return None
    i += words[i].norm in _DETERMINED
    cue = next((cue for cue in cues if cue.first == i and cue.kind is not None), None)
    following = numbers[k + 1] if k + 1 < len(numbers) else None
    told = cue is not None and following is not None and _links(words, cue.end, following.first)
    own = told and following is not None and _given_to(utterance, numbers, k + 1, cues) is None
    return None if cue is None or own or not cue.kind or measure_at(utterance, numbers, k, cue.kind) is None else cue


def _is_named_after(utterance: Utterance, numbers: Sequence[Number], k: int, cues: Sequence[Cue], after: Cue) -> bool:
    """ "It was 98, my sugar I mean", and not "it was 98. My sugar was 140"."""
    words, number = utterance.words, numbers[k]
    measure = measure_at(utterance, numbers, k, after.kind) if after.kind else None
    if measure is None or after.first - measure.end > _NAMED_SOON:
        return False
    begin = claims.clause_start(words, number.first)
    if any(cue.first >= begin and cue.end <= number.first for cue in cues):
        return False
    gap = {word.norm for word in words[measure.end : after.first]}
    told = gap <= _TO_ITS_NAME and all(word.norm in LINKS for word in words[begin : number.first])
    following = next((other for other in numbers if other.first >= after.end), None)
    return told and (following is None or not _links(words, after.end, following.first))


def _links(words: Sequence[Word], first: int, end: int) -> bool:
    """What stands between a name and a number leaves it the name's: "sugar two hours ago was", "it varies, but was"."""
    strange = [word.norm for word in words[first:end] if word.norm not in LINKS]
    if not strange or (len(strange) > _STRANGE and "but" not in strange):
        return not strange
    norms = untimed(words, first, end)
    if "but" in norms:
        norms = norms[len(norms) - norms[::-1].index("but") :]
        if norms and _TELLING.isdisjoint(norms):
            return False
    return all(norm in LINKS for norm in norms)


def _end_of_measure(words: Sequence[Word], number: Number) -> int:
    """Where a number ends with its unit."""
    unit = unit_at(words, number.end)
    return number.end + (unit[0] if unit else 0)


def _is_note(words: Sequence[Word], number: Number) -> bool:
    """ "82.4 kg today", as a message of its own."""
    rest = (*words[: number.first], *words[number.end + 1 :])
    return len(rest) <= _NOTE and all(word.norm in _IN_A_NOTE for word in rest)


def _is_self(utterance: Utterance, i: int) -> bool:
    """ "I'm about", "he's", "you're" stands right before word `i`, as the speaker calls the subject."""
    norms = [word.norm for word in utterance.words[max(0, i - 14) : i]]
    while norms and (norms[-1] in _SELF_WORDS or norms[-1] in UNITS or norms[-1][0].isdecimal()):
        norms.pop()
    if utterance.turn.role in (Role.CLINICIAN, Role.AGENT):
        examined = norms[-1:] in _CARED and bool(find_cues(utterance))  # "He's 29 pounds. Temperature 100.8."
        return examined or norms[-1:] == ["you're"] or norms[-2:] == ["you", "are"]
    own = claims.speaks_for_subject(utterance) and bool(norms)
    cared = utterance.turn.role is Role.CARER and (norms[-1:] in _CARED or norms[-2:] in _CARED)
    return own and (cared or norms[-1] == "i'm" or norms[-2:] == ["i", "am"])


def _goes_on(words: Sequence[Word], last: Reading, number: Number) -> bool:
    """A second reading of the same vital ("... and after lunch 160") or a correction of the first."""
    between = _spoken_between(words, last.end, number.first)
    if last.name and words[last.name[1] - 1].norm in _SEVERAL and _MORE_OF_THEM.issuperset(between):
        return True
    if not 0 < len(between) <= 8:
        return False
    if any(word in CORRECTING for word in between[:4]):
        return all(word in LINKS or word in CORRECTING or word in _LOOKING_UP for word in between)
    timeless = [norm for norm in untimed(words, last.end, number.first) if norm not in _MARKS]
    anew = len(timeless) < len(between) or any(word in ANEW for word in between)
    return anew and all(word in _LINKS_ANEW for word in timeless)


def _corrects(words: Sequence[Word], last: Reading, reading: Reading) -> bool:
    between = _spoken_between(words, last.end, reading.first)
    return len(between) <= 8 and any(word in CORRECTING for word in between) and "and" not in between


def _spoken_between(words: Sequence[Word], first: int, end: int) -> list[str]:
    return [word.norm for word in words[first:end] if word.norm not in _MARKS]
