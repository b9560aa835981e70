"""The vitals that one turn tells."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from carelog.extraction.finding import Finding, Span
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.claimed import is_claimed
from carelog.extraction.vitals.cues import Cue, context_of
from carelog.extraction.vitals.readings import Reading, readings_of
from carelog.extraction.vitals.topics import Asked
from carelog.record.payload import Quantity
from carelog.record.types.vitals import DIASTOLIC, RANGES, SYSTOLIC, Vitals

LONGEST_SAID = 80
_FRAGMENT = 3  # words


def vitals_of(utterance: Utterance, cues: Sequence[Cue], asked: Asked | None) -> Iterator[Finding]:
    """The readings of a turn that were measured, in order; `asked` is the vital that a bare number tells."""
    for reading in readings_of(utterance, cues, asked):
        if is_claimed(utterance, reading) and (payload := _payload(utterance, reading, asked)):
            yield Finding("vitals", payload, _spans(utterance, reading, asked))


def _payload(utterance: Utterance, reading: Reading, asked: Asked | None) -> Vitals | None:
    words, kind = utterance.words, reading.kind
    said = utterance.quote(reading.first, reading.end)[:LONGEST_SAID]
    begin = min(reading.quoted[0], reading.first)
    if reading.told_from is not None:
        begin = min(begin, reading.told_from)
    stop = next((k for k in range(reading.end, len(words)) if words[k].norm in {"and", "."}), len(words))
    for first, end in utterance.sentences:
        if first == stop + 1 and end - first <= _FRAGMENT:
            stop = end  # "One sixty eight. Fasting."
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


def _spans(utterance: Utterance, reading: Reading, asked: Asked | None) -> tuple[Span, ...]:
    words, index = utterance.words, utterance.turn.index
    first, end = reading.quoted
    if reading.name is not None or not asked or asked.kind != reading.kind:
        return (Span(index, words[first].start, words[end - 1].end),)
    sentence = next(s for s in utterance.sentences if s[0] <= first < s[1])
    start, stop = quoted(words, sentence, first, end)
    return Span(index, words[start].start, words[max(stop, end) - 1].end), asked.span
