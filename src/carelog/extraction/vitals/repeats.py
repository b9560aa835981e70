"""Readings said more than once: read back, or put right in a later turn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from carelog.conversations.turns import Role
from carelog.extraction.exchange import same_speaker
from carelog.extraction.finding import Finding, Implausible
from carelog.extraction.measured import in_short
from carelog.extraction.slips import corrects_a_message, is_about_the_same
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.corrections import corrected_turn, refuses
from carelog.extraction.vitals.cues import find_cues
from carelog.extraction.vitals.topics import Asked, kind_of
from carelog.extraction.vitals.turns import LONGEST_SAID, vitals_of
from carelog.record.types.vitals import Vitals

Told = Finding | Implausible

_CORRECTION_REACH = 3  # turns


def is_read_back(dialogue: Sequence[Utterance], i: int, found: Sequence[Told], new: Told) -> bool:
    """Whether an agent only repeats, right or wrong, what it was told just before: "I have 142 over 86"."""
    turn = dialogue[i].turn
    return turn.role is Role.AGENT and any(
        turn.index - old.spans[0].turn == 1 and kind_of(old) == kind_of(new) for old in reversed(found)
    )


def puts_right(dialogue: Sequence[Utterance], i: int, found: Sequence[Told]) -> bool:
    """Whether turn `i` puts right what was told lately, and nothing else was asked for since."""
    if not found or not (corrects_a_message(dialogue[i]) or refuses_what_was_read_back(dialogue, i, found)):
        return False
    last = max(finding.spans[0].turn for finding in found)
    since = [u for u in dialogue[max(0, i - _CORRECTION_REACH) : i] if u.turn.index > last]
    return is_about_the_same([u for u in since if not same_speaker(u, dialogue[i])])


def to_put_right(dialogue: Sequence[Utterance], i: int, found: Sequence[Told]) -> Asked | None:
    """The reading that a turn such as "sorry, 138/90" is about."""
    for finding in reversed(found):
        if _is_corrected(dialogue, i, finding):
            return Asked(kind_of(finding), finding.spans[0], None)
    return None


def refuses_what_was_read_back(dialogue: Sequence[Utterance], i: int, found: Sequence[Told]) -> bool:
    """ "No, one thirty over eighty", to one who repeated the reading of the turn before."""
    if i < 2 or not refuses(dialogue[i]):
        return False
    return any(old.spans[0].turn == dialogue[i - 2].turn.index for old in reversed(found))


def put_right(
    dialogue: Sequence[Utterance],
    i: int,
    found: Sequence[Told],
    new: Sequence[Told],
    asked: Mapping[int, Asked | None],
) -> list[Told]:
    """All findings after turn `i`, whose own are `new`: each takes the place of the one that it puts right, and is
    borne out by both turns; or the numbers of an earlier one are put right."""
    kept = list(found)
    corrected = None if new else corrected_turn(dialogue, i)
    if corrected is not None:
        return _with_numbers_right(dialogue, i, kept, corrected, asked)
    for finding in new:
        last = next((old for old in reversed(kept) if _is_corrected(dialogue, i, old, finding)), None)
        if last is not None:
            kept.remove(last)
            finding = replace(finding, spans=tuple(dict.fromkeys((*finding.spans, *last.spans))))
            finding = _in_the_circumstances(finding, last)
        kept.append(finding)
    return kept


def _in_the_circumstances(finding: Told, last: Told) -> Told:
    """What is put right was measured as it had been told: "fasting 124 ... no wait, it was 142"."""
    context = _payload(last).get("context")
    if isinstance(finding, Implausible) or context is None or _payload(finding).get("context") is not None:
        return finding
    return replace(finding, payload=finding.payload.model_copy(update={"context": context}))


def _with_numbers_right(
    dialogue: Sequence[Utterance],
    i: int,
    kept: list[Told],
    corrected: tuple[int, Utterance],
    asked: Mapping[int, Asked | None],
) -> list[Told]:
    k, anew = corrected
    readings = list(vitals_of(anew, find_cues(anew), asked.get(k)))
    old = [n for n, finding in enumerate(kept) if finding.spans[0].turn == dialogue[k].turn.index]
    if len(readings) != len(old):
        return kept
    span = dialogue[i].span()
    said = in_short(dialogue[i].text[span.start : span.end], LONGEST_SAID)
    for n, reading in zip(old, readings, strict=True):
        if values_of(kept[n]) != values_of(reading):
            spans = (*kept[n].spans, span)
            if isinstance(reading, Implausible):
                kept[n] = replace(reading, payload={**reading.payload, "said": said}, spans=spans)
            else:
                kept[n] = replace(reading, payload=reading.payload.model_copy(update={"said": said}), spans=spans)
    return kept


def _is_corrected(dialogue: Sequence[Utterance], i: int, old: Told, new: Told | None = None) -> bool:
    """Whether turn `i` may put the old finding right: same speaker, a few turns on, and, where known, same vital."""
    before = (u for u in dialogue[max(0, i - _CORRECTION_REACH) : i] if u.turn.index == old.spans[0].turn)
    turn = next(before, None)
    same = new is None or kind_of(old) == kind_of(new)
    return turn is not None and same and same_speaker(turn, dialogue[i])


def _payload(finding: Told) -> Mapping[str, Any]:
    if isinstance(finding, Implausible):
        return finding.payload
    return finding.payload.model_dump(exclude_none=True)


def values_of(finding: Told) -> tuple[object, ...]:
    """What was measured and how much, be it possible or not."""
    payload = _payload(finding)
    parts = (payload.get(part, {}).get("value") for part in ("value", "systolic", "diastolic"))
    return (payload["kind"], *parts)


def once_each(found: Sequence[Told]) -> list[Told]:
    """Each reading once, however often it is read back; its circumstances from wherever they are said."""
    kept: dict[object, Told] = {}
    for finding in found:
        key = values_of(finding)
        first = kept.setdefault(key, finding)
        if isinstance(first, Finding) and isinstance(finding, Finding):
            assert isinstance(first.payload, Vitals) and isinstance(finding.payload, Vitals)
            if first.payload.context is None and finding.payload.context is not None:
                payload = first.payload.model_copy(update={"context": finding.payload.context})
                kept[key] = replace(first, payload=payload, spans=(*first.spans, *finding.spans))
    return list(kept.values())
