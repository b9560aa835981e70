"""The vitals that one turn tells."""

from collections.abc import Iterator, Sequence
from typing import Any

from carelog.extraction.finding import Finding, Implausible, Span
from carelog.extraction.measured import in_short, with_approximation
from carelog.extraction.quoting import quoted
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.claimed import is_claimed
from carelog.extraction.vitals.cues import Cue, context_of
from carelog.extraction.vitals.readings import Reading, readings_of
from carelog.extraction.vitals.topics import Asked
from carelog.extraction.vitals.units import Unit
from carelog.record.types.vitals import DIASTOLIC, RANGES, SYSTOLIC, Context, Vitals

LONGEST_SAID = 80
_FRAGMENT = 3  # words
_ASKING = 3  # words
_PARTING = frozenset({"and", ".", "aur", "और"})
_NAMED_ANEW = frozenset({"fbs", "ppbs", "rbs"})


def vitals_of(
    utterance: Utterance, cues: Sequence[Cue], asked: Asked | None, scale: Unit | None = None
) -> Iterator[Finding | Implausible]:
    """The readings of a turn that were measured, in order; `asked` is the vital that a bare number tells, `scale` the
    unit of a weight that is told without one."""
    for reading in readings_of(utterance, cues, asked, scale):
        if not is_claimed(utterance, reading) or (asked is None and _is_asked(utterance, reading)):
            continue
        said, spans = _said(utterance, reading, asked), _spans(utterance, reading, asked)
        if reading.doubtful:
            yield Implausible("vitals", said, spans, tuple(field for field in _MEASURED if field in said))
        else:
            yield Finding("vitals", Vitals.model_validate(said), spans)


_MEASURED = ("systolic", "diastolic", "value")


def _is_asked(utterance: Utterance, reading: Reading) -> bool:
    """ "What is 120 over 80?", "And 140 over 90?": a short question about numbers that nothing names."""
    first, end = utterance.sentence_at(reading.first)
    unnamed = reading.name is None or reading.name[0] >= reading.first
    alone = reading.first - first <= _ASKING and end - 1 - reading.end <= _ASKING
    return unnamed and alone and utterance.words[end - 1].norm == "?"


def _said(utterance: Utterance, reading: Reading, asked: Asked | None) -> dict[str, Any]:
    """The reading as a payload, be it one that nobody can have."""
    words, kind = utterance.words, reading.kind
    said = in_short(utterance.quote(with_approximation(words, reading.first), reading.end), LONGEST_SAID)
    context = _context(utterance, reading) or (asked.context if asked and reading.name is None else None)
    payload: dict[str, Any] = {"kind": kind} | ({"said": said} if said else {})
    if kind == "blood_pressure":
        for part, value, allowed in zip(("systolic", "diastolic"), reading.values, (SYSTOLIC, DIASTOLIC), strict=True):
            payload[part] = {"value": value, "unit": allowed.unit}
    else:
        payload["value"] = {"value": reading.values[0], "unit": RANGES[kind].unit}
    return payload | ({"context": context} if context else {})


def _context(utterance: Utterance, reading: Reading) -> Context | None:
    """The circumstances, as said after the reading or else before it."""
    words = utterance.words
    stop = next((k for k in range(reading.end, len(words)) if _ends_the_telling(words, k, reading.end)), len(words))
    for first, end in utterance.sentences:
        if first == stop + 1 and end - first <= _FRAGMENT:
            stop = end  # "One sixty eight. Fasting."
    begin = min(reading.quoted[0], reading.first)
    if reading.told_from is not None:
        begin = min(begin, reading.told_from)
    told = max(reading.end, reading.quoted[1])  # "142, that was my sugar | before lunch"
    return context_of(words, reading.end, min(told + 5, stop), reading.kind) or context_of(
        words, max(begin - 4, reading.since), reading.end, reading.kind
    )


def _ends_the_telling(words: Sequence[Word], k: int, end: int) -> bool:
    """What stands from word `k` on is said of another reading: "and ...", "108, post lunch | 156"."""
    norm = words[k].norm
    if norm == "," and any(word.norm[0].isdecimal() for word in words[k + 1 : k + 4]):
        return True
    return norm in _PARTING or norm in _NAMED_ANEW or (norm[0].isdecimal() and k > end)


def _spans(utterance: Utterance, reading: Reading, asked: Asked | None) -> tuple[Span, ...]:
    first, end = reading.quoted
    if reading.name is not None or not asked or asked.kind != reading.kind:
        return (utterance.span(first, end),)
    start, stop = quoted(utterance.words, utterance.sentence_at(first), first, end)
    return utterance.span(start, max(stop, end)), asked.span
