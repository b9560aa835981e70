"""Readings said more than once: read back, or put right in a later message."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from carelog.conversations.turns import Role
from carelog.extraction.exchange import same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.corrections import corrected_turn
from carelog.extraction.vitals.cues import find_cues
from carelog.extraction.vitals.topics import Asked
from carelog.extraction.vitals.turns import LONGEST_SAID, vitals_of
from carelog.record.payload import Payload, Quantity
from carelog.record.types.vitals import Kind, Vitals

_CORRECTION_REACH = 3  # turns


def is_read_back(dialogue: Sequence[Utterance], i: int, found: Sequence[Finding], new: Finding) -> bool:
    """Whether an agent only repeats, right or wrong, what it was told just before: "I have 142 over 86"."""
    turn = dialogue[i].turn
    return turn.role is Role.AGENT and any(
        turn.index - old.spans[0].turn == 1
        and isinstance(old.payload, Vitals)
        and isinstance(new.payload, Vitals)
        and old.payload.kind == new.payload.kind
        for old in reversed(found)
    )


def to_put_right(dialogue: Sequence[Utterance], i: int, found: Sequence[Finding]) -> Asked | None:
    """The reading that a message such as "sorry, 138/90" is about."""
    for finding in reversed(found):
        if _is_corrected(dialogue, i, finding) and isinstance(finding.payload, Vitals):
            return Asked(finding.payload.kind, finding.spans[0], None)
    return None


def put_right(
    dialogue: Sequence[Utterance],
    i: int,
    found: Sequence[Finding],
    new: Sequence[Finding],
    asked: Mapping[int, Asked | None],
) -> list[Finding]:
    """The findings without those that turn `i` corrects, or with their numbers put right."""
    kept = list(found)
    for finding in new:
        last = next((old for old in reversed(kept) if _is_corrected(dialogue, i, old, finding.payload)), None)
        if last is not None:
            kept.remove(last)
    corrected = None if new else corrected_turn(dialogue, i)
    if corrected is None:
        return kept
    k, anew = corrected
    readings = list(vitals_of(anew, find_cues(anew.words), asked.get(k)))
    old = [n for n, finding in enumerate(kept) if finding.spans[0].turn == dialogue[k].turn.index]
    if len(readings) != len(old):
        return kept
    words = dialogue[i].words
    span = Span(dialogue[i].turn.index, words[0].start, words[-1].end)
    for n, reading in zip(old, readings, strict=True):
        before, payload = kept[n].payload, reading.payload
        assert isinstance(before, Vitals) and isinstance(payload, Vitals)
        if _values(before) != _values(payload):
            said = dialogue[i].text[span.start : span.end][:LONGEST_SAID]
            kept[n] = replace(kept[n], payload=payload.model_copy(update={"said": said}), spans=(*kept[n].spans, span))
    return kept


def _is_corrected(dialogue: Sequence[Utterance], i: int, old: Finding, new: Payload | None = None) -> bool:
    """Whether turn `i` may put the old finding right: same speaker, a few turns on, and, where known, same vital."""
    assert isinstance(old.payload, Vitals)
    turn = next(u for u in dialogue if u.turn.index == old.spans[0].turn)
    near = 0 < dialogue[i].turn.index - turn.turn.index <= _CORRECTION_REACH
    same = not isinstance(new, Vitals) or old.payload.kind == new.kind
    return near and same and same_speaker(turn, dialogue[i])


def _values(payload: Vitals) -> tuple[Kind, Quantity | None, Quantity | None, Quantity | None]:
    return payload.kind, payload.value, payload.systolic, payload.diastolic


def once_each(found: Sequence[Finding]) -> list[Finding]:
    """Each reading once, however often it is read back; its circumstances from wherever they are said."""
    kept: dict[object, Finding] = {}
    for finding in found:
        assert isinstance(finding.payload, Vitals)
        key = _values(finding.payload)
        first = kept.setdefault(key, finding)
        assert isinstance(first.payload, Vitals)
        if first.payload.context is None and finding.payload.context is not None:
            payload = first.payload.model_copy(update={"context": finding.payload.context})
            kept[key] = replace(first, payload=payload, spans=(*first.spans, *finding.spans))
    return list(kept.values())
