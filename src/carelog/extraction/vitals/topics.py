"""Which vital a bare number tells: the one that was asked for, announced or measured just before."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.extraction import claims
from carelog.extraction.exchange import same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.cues import Cue, context_of
from carelog.extraction.vitals.measures import LINKS
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Context, Kind, Vitals

LIMITS = word_set("under below above less exceeds exceed reach reaches reached until than")
_WHAT_WAS_IT = phrase_set(
    """
    what was it | what's it | what is it | how much was it | how high was it | what did it say | what does it say |
    what did you get | what was that | what was the number | what was the reading | kitna tha | kitni thi
    """
)
_IT_REACH = 6  # turns
_OPENING = 6  # words
ANEW = word_set("after before fasting then evening morning night afternoon yesterday today random")
_DAYTIMES = word_set("morning subah shaam raat dopahar aaj kal आज सुबह शाम रात कल")
_TAKING = word_set("took take taken taking tablet li liya ली")


@dataclass(frozen=True, slots=True)
class Asked:
    """The vital that the turn before asked for, and where."""

    kind: Kind
    span: Span
    context: Context | None


def topic_of(dialogue: Sequence[Utterance], i: int, cues: Sequence[Cue], found: Sequence[Finding]) -> Asked | None:
    """The vital that a bare number at the start of turn `i` tells, by what stands in the turn before it."""
    before, utterance = dialogue[i - 1], dialogue[i]
    if not same_speaker(before, utterance):
        return _asked(before, cues) if cues else _asked_of_it(before, found)
    if cues:
        return _announced(before, cues) or _gone_on(utterance, i, found)
    return _gone_on(utterance, i, found)


def _asked(asking: Utterance, cues: Sequence[Cue]) -> Asked | None:
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
    if any(word.norm in LIMITS for word in words[first:end]) or claims.hypothetical(words, first, end):
        return None
    span = Span(asking.turn.index, words[first].start, words[end - 1].end)
    return Asked(last.kind, span, context_of(words, first, end, last.kind))


def _announced(before: Utterance, cues: Sequence[Cue]) -> Asked | None:
    """ "My BP this morning" as a message, and the numbers in the next."""
    words, last = before.words, cues[-1]
    rest = words[last.end :]
    if last.kind is None or any(word.norm not in LINKS for word in rest) or any(w.norm == "?" for w in rest):
        return None
    if claims.of_another(before, last.first) or claims.hypothetical(words, 0, len(words)):
        return None
    first = claims.clause_start(words, last.first)
    span = Span(before.turn.index, words[first].start, words[-1].end)
    return Asked(last.kind, span, context_of(words, first, len(words), last.kind))


def _gone_on(utterance: Utterance, i: int, found: Sequence[Finding]) -> Asked | None:
    """ "This morning a little less, 100.2": the vital of the message before, measured anew."""
    last = next((f for f in reversed(found) if f.spans[0].turn == i - 1), None)
    if last is None or not isinstance(last.payload, Vitals) or last.payload.kind == "blood_pressure":
        return None
    opening = {word.norm for word in utterance.words[:_OPENING]}
    if opening.isdisjoint(ANEW | _DAYTIMES) or not opening.isdisjoint(_TAKING):
        return None
    return Asked(last.payload.kind, last.spans[0], None)


def _asked_of_it(asking: Utterance, found: Sequence[Finding]) -> Asked | None:
    """ "And what was it this morning?": of the vital last told."""
    words = asking.words
    last = next((f for f in reversed(found) if asking.turn.index - f.spans[0].turn <= _IT_REACH), None)
    if last is None or not isinstance(last.payload, Vitals):
        return None
    for question in claims.asked_in(asking):
        if any(_WHAT_WAS_IT.at(words, k) is not None for k in range(question.first, question.end)):
            span = Span(asking.turn.index, words[question.first].start, words[question.end - 1].end)
            return Asked(last.payload.kind, span, context_of(words, question.first, question.end, last.payload.kind))
    return None
