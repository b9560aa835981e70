"""From a dialogue to the vitals that were measured."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from carelog.extraction import claims
from carelog.extraction.exchange import QuestionForm, questions, same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.cues import Cue, context_of, find_cues
from carelog.extraction.vitals.measures import LINKS, measure_at
from carelog.extraction.vitals.pressure import find_pairs
from carelog.extraction.vitals.units import unit_at
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity
from carelog.record.types.vitals import DIASTOLIC, RANGES, SYSTOLIC, Context, Kind, Vitals

_FARTHEST = 16  # words between the name of a vital and its number
_QUOTE_REACH = 20  # words that a quote may begin before its number
_LONGEST_SAID = 80
_LIMITS = word_set("under below above less exceeds exceed reach reaches reached until than")
_USUAL = word_set(
    """
    usually normally typically sometimes average averages averaging usual range ranges ranging want keep let's bring
    aim hope hoping i'd we'd patients people anyone someone
    """
)
_HEALTHY = word_set("normal ideal healthy")
_NOT_TODAYS = _HEALTHY | word_set("last previous prior old")
_BEYOND = word_set("above higher more less below lower under over greater")
_ANSWERING = LINKS | word_set("let me believe my mine last time sure okay")
_CORRECTING = word_set(
    """
    sorry no actually correction mean meant make scratch excuse me nahi rather wait that's
    """
)
_ANEW = word_set("after before fasting then evening morning night afternoon yesterday today random")
_LINKS_ANEW = LINKS | word_set("hour hours hrs later one two three 1 2 3")  # "and two hours after lunch it was 180"
_SELF_WORDS = word_set("about around at currently now like only years year old , and tall feet foot inches ft cm")
_PAST_TENSE = word_set("was were had came went")
_SELF_EVIDENT = word_set(
    """
    / over top systolic upper mmhg bpm beats kg kgs kilo kilos kilograms pounds lbs stone feet foot ft cm m mm
    """
)
_FEET = re.compile(r"\d['’′]")
_DIRECT: frozenset[Kind] = frozenset({"temperature", "spo2", "height", "heart_rate"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """The vital that the turn before asked for, and where."""

    kind: Kind
    span: Span
    context: Context | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Words `first` up to `end` say a vital; `name` are the words that name it, None in a bare answer."""

    first: int
    end: int
    kind: Kind
    values: tuple[float, ...]
    name: tuple[int, int] | None
    since: int  # The words from here on tell of this reading and of none before it.


def find_vitals(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every reading that was said, in order, each quoting its words and, for a bare answer, the question.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "My blood pressure was one thirty five over eighty and my temp a hundred and one point two."
    >>> [finding.payload.headline() for finding in find_vitals(read([Turn(0, said, "/t")]))]
    ['blood pressure 135/80 mmHg', 'temperature 38.4 Cel']
    """
    found: list[Finding] = []
    cues_before: list[Cue] = []
    for i, utterance in enumerate(dialogue):
        cues = find_cues(utterance.words)
        asking = dialogue[i - 1] if i and cues_before and not same_speaker(dialogue[i - 1], utterance) else None
        if (cues or asking or _may_do_without(utterance)) and (numbers := find_numbers(utterance)):
            asked = _asked(asking, cues_before) if asking else None
            found.extend(_find(utterance, numbers, cues, asked))
        cues_before = cues
    return found


def _may_do_without(utterance: Utterance) -> bool:
    """A reading may stand there that names itself: "140/90", "72 bpm", "I'm 82 kilos"."""
    if _FEET.search(utterance.text):
        return True
    return not _SELF_EVIDENT.isdisjoint([word.norm for word in utterance.words])


def _asked(asking: Utterance, cues: Sequence[Cue]) -> _Asked | None:
    """The vital that the last question of the turn is about, unless it asks about a limit."""
    words, last = asking.words, cues[-1]
    if last.kind is None or claims.of_another(asking, last.first):
        return None
    first, end = claims.clause_start(words, last.first), len(words)
    for question in claims.asked_in(asking):
        if question.first <= last.first and last.end <= question.end:
            first, end = question.first, question.end
            break
    else:
        if any(word.norm not in ".?!" for word in words[last.end :]):  # not even "And your weight?"
            return None
    if any(word.norm in _LIMITS for word in words[first:end]) or claims.hypothetical(words, first, end):
        return None
    span = Span(asking.turn.index, words[first].start, words[end - 1].end)
    return _Asked(last.kind, span, context_of(words, first, end, last.kind))


def _find(
    utterance: Utterance, numbers: Sequence[Number], cues: Sequence[Cue], asked: _Asked | None
) -> Iterator[Finding]:
    for reading in _readings(utterance, numbers, cues, asked):
        if _claimed(utterance, reading) and (payload := _payload(utterance, reading, asked)):
            yield Finding("vitals", payload, _spans(utterance, reading, asked))


def _readings(
    utterance: Utterance, numbers: Sequence[Number], cues: Sequence[Cue], asked: _Asked | None
) -> list[_Reading]:
    """What the numbers say, in order; a corrected number gives way to its correction."""
    asked_pressure = asked is not None and asked.kind == "blood_pressure"
    pairs = {pair.first: pair for pair in find_pairs(utterance, numbers, cues, asked_pressure)}
    readings: list[_Reading] = []
    end = 0
    for k, number in enumerate(numbers):
        if number.first < end:
            continue
        last = readings[-1] if readings else None
        if pair := pairs.get(number.first):
            names = [cue for cue in cues if cue.kind == "blood_pressure" and cue.first <= pair.end + 1]
            name, values = names[-1][:2] if names else None, (pair.systolic, pair.diastolic)
            reading = _Reading(pair.first, pair.end, "blood_pressure", values, name, end)
        elif single := _single(utterance, numbers, k, cues, asked, last):
            reading = single
        else:
            continue
        if last and last.kind == reading.kind and _corrects(utterance.words, last, reading):
            readings.pop()
        readings.append(reading)
        end = reading.end
    return readings


def _single(
    utterance: Utterance,
    numbers: Sequence[Number],
    k: int,
    cues: Sequence[Cue],
    asked: _Asked | None,
    last: _Reading | None,
) -> _Reading | None:
    words, number = utterance.words, numbers[k]
    kind, name = _named(utterance, numbers, k, cues) or (None, None)
    if kind is None and last and last.kind != "blood_pressure" and _goes_on(words, last, number):
        kind, name = last.kind, last.name or (last.first, last.end)
    if kind is None and asked and all(word.norm in _ANSWERING for word in words[: number.first]):
        kind = asked.kind
    if kind is None or kind == "blood_pressure":
        return None
    measure = measure_at(utterance, numbers, k, kind)
    if measure is None:
        return None
    since = last.end if last else 0
    return _Reading(measure.first, measure.end, kind, (measure.value,), name, since)


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


def _goes_on(words: Sequence[Word], last: _Reading, number: Number) -> bool:
    """A second reading of the same vital ("... and after lunch 160") or a correction of the first."""
    between = [word.norm for word in words[last.end : number.first]]
    if not 0 < len(between) <= 8:
        return False
    if any(word in _CORRECTING for word in between[:4]):
        return all(word in LINKS or word in _CORRECTING for word in between)
    return all(word in _LINKS_ANEW for word in between) and any(word in _ANEW for word in between)


def _corrects(words: Sequence[Word], last: _Reading, reading: _Reading) -> bool:
    between = [word.norm for word in words[last.end : reading.first]]
    return len(between) <= 6 and any(word in _CORRECTING for word in between) and "and" not in between


def _claimed(utterance: Utterance, reading: _Reading) -> bool:
    """The reading was measured on the subject, and lately: no goal, no if, no other person, no distant past."""
    words, first, end = utterance.words, reading.first, reading.end
    name = min(_quoted(reading)[0], first)
    start = claims.clause_start(words, name, reach=7)
    before = [word.norm for word in words[start:first]]
    if name < first and "want it" in " ".join(before[: name - start]):
        # "... which is where we want it. Your heart rate is 67": the goal was another's.
        start, before = name, before[name - start :]
    after = [word.norm for word in words[end : end + 4]]
    if claims.of_another(utterance, name) or claims.hypothetical(words, start, first):
        return False
    if "when" in before[: name - start][-2:] and not _PAST_TENSE.intersection(before):
        return False  # "I take insulin when my sugar is 200"
    if claims.long_past(words, start, end + 6) or not _USUAL.isdisjoint(before):
        return False
    if not _LIMITS.isdisjoint(before[-4:]) or (before and before[-1] in {"over", "not"}):
        return False
    if name > start and words[name - 1].norm in _NOT_TODAYS:
        return False
    if "to be" in " ".join(before[name - start :]) or "considered" in after[:3]:
        return False
    if _norm_follows(before) or _norm_follows(after):
        return False
    if len(after) > 1 and after[0] in {"or", "and"} and after[1] in _BEYOND:
        return False
    return not any(
        question.form is QuestionForm.POLAR and question.first <= first < question.end
        for question in questions(utterance)
    )


def _norm_follows(norms: Sequence[str]) -> bool:
    """ "Normal is 120/80", "120/80 is normal" or "is the goal": what should be, not what was."""
    for k, norm in enumerate(norms):
        if norm in _HEALTHY and k + 1 < len(norms) and norms[k + 1] in {"is", "would", "range", "being"}:
            return True
    rest = [norm for norm in norms if norm not in {"the", "our", "your", "my", "considered", "a"}]
    return len(rest) > 1 and rest[0] in {"is", "being"} and rest[1] in _HEALTHY | {"goal", "target"}


def _payload(utterance: Utterance, reading: _Reading, asked: _Asked | None) -> Vitals | None:
    words, kind = utterance.words, reading.kind
    said = utterance.quote(reading.first, reading.end)[:_LONGEST_SAID]
    begin = min(_quoted(reading)[0], reading.first)
    stop = next((k for k in range(reading.end, len(words)) if words[k].norm in {"and", "."}), len(words))
    context = context_of(words, max(begin - 4, reading.since), min(reading.end + 5, stop), kind)
    if context is None and reading.name is None and asked:
        context = asked.context
    try:
        if kind == "blood_pressure":
            systolic, diastolic = reading.values
            return Vitals(
                kind=kind,
                systolic=Quantity(value=systolic, unit=SYSTOLIC.unit),
                diastolic=Quantity(value=diastolic, unit=DIASTOLIC.unit),
                said=said,
                context=context,
            )
        value = Quantity(value=reading.values[0], unit=RANGES[kind].unit)
        return Vitals(kind=kind, value=value, said=said, context=context)
    except ValidationError:
        return None  # No living person has such a value: a slip of the tongue or of the transcript.


def _spans(utterance: Utterance, reading: _Reading, asked: _Asked | None) -> tuple[Span, ...]:
    words, index = utterance.words, utterance.turn.index
    first, end = _quoted(reading)
    fact = Span(index, words[first].start, words[end - 1].end)
    if reading.name is None and asked and asked.kind == reading.kind:
        return fact, asked.span
    return (fact,)


def _quoted(reading: _Reading) -> tuple[int, int]:
    """The words to quote: the number, and its name where that is near."""
    if reading.name is None or abs(reading.first - reading.name[0]) > _QUOTE_REACH:
        return reading.first, reading.end
    return min(reading.name[0], reading.first), max(reading.name[1], reading.end)
