"""From a dialogue to what is said of sleep."""

from collections.abc import Sequence
from dataclasses import replace

from carelog.extraction import claims
from carelog.extraction.durations import find_durations
from carelog.extraction.exchange import same_speaker
from carelog.extraction.finding import Finding, Span
from carelog.extraction.measured import in_short
from carelog.extraction.numbers import find_numbers
from carelog.extraction.quoting import quoted
from carelog.extraction.sleep.answers import answered
from carelog.extraction.sleep.lengths import length_at, open_length_at
from carelog.extraction.sleep.night import LONGEST, Night, cues_in, is_own, is_told, may_speak_of_sleep
from carelog.extraction.sleep.quality import quality_at, rated_at, sleepless_at
from carelog.extraction.sleep.times import with_awakenings, with_times
from carelog.extraction.slips import puts_right, says_only, with_slips_put_right
from carelog.extraction.utterances import Utterance
from carelog.record.types.sleep import Sleep

_MOST_HOURS = 24
_A_DAY = 86_400  # seconds
_SAME_NIGHT = 2  # turns: an answer, the next question and its answer


def find_sleep(dialogue: Sequence[Utterance]) -> list[Finding]:
    """What the subject said of sleep, one finding a turn, with the question where the turn answers one.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "I slept badly, about five and a half hours. I should sleep eight hours."
    >>> [finding.payload.headline() for finding in find_sleep(read([Turn(0, said, "/t")]))]
    ['sleep: 5.5 h, poor']
    """
    found: list[Finding] = []
    cues_before: list[int] = []
    for i, utterance in enumerate(dialogue):
        cues = cues_in(utterance) if may_speak_of_sleep(utterance.norms) else []
        asked, cues_before = cues_before, cues
        if found and puts_right(dialogue, i, found[-1].spans[0].turn):
            found = _put_right(found, utterance)
            cues_before = []
            continue
        going_on = bool(found) and found[-1].spans[0].turn == utterance.turn.index - 2
        if not (asked or cues or going_on) or not claims.speaks_for_subject(utterance):
            continue
        night = _stated(utterance, cues) if cues else Night()
        question: tuple[Span, ...] = ()
        if (asked or going_on) and not night.says_how and not same_speaker(dialogue[i - 1], utterance):
            answer = answered(dialogue[i - 1], utterance, going_on=going_on)
            night, question = answer if answer[0].says_something else (night, ())
        if night.says_something:
            span = _whole(utterance, night) if question else utterance.span(night.first, night.end)
            payload = _payload(night)
            if not payload.model_dump(exclude_none=True):
                continue  # What was said of it is too long to be kept.
            finding = Finding("sleep", payload, (span, *question))
            found = _with(found, finding) if question else [*found, finding]
    return found


def _payload(night: Night) -> Sleep:
    return Sleep(
        hours=night.hours,
        quality=night.quality,
        started=night.started and in_short(night.started, LONGEST),
        ended=night.ended and in_short(night.ended, LONGEST),
        awakenings=night.awakenings,
        score=night.score,
        notes=night.roughly and in_short(night.roughly, LONGEST),
    )


def _with(found: Sequence[Finding], finding: Finding) -> list[Finding]:
    """The findings with one more, joined to the last one where a next question asked for more of that night."""
    last = found[-1] if found else None
    if last is None or finding.spans[0].turn - last.spans[0].turn > _SAME_NIGHT:
        return [*found, finding]
    said = last.payload.model_dump(exclude_none=True)
    more = finding.payload.model_dump(exclude_none=True)
    if said.keys() & more.keys():
        return [*found, finding]
    spans = tuple(dict.fromkeys((*last.spans, *finding.spans)))
    return [*found[:-1], Finding("sleep", Sleep.model_validate({**said, **more}), spans)]


def _put_right(found: Sequence[Finding], utterance: Utterance) -> list[Finding]:
    """The findings, the last with the hours that are told anew: "sorry, six hours"."""
    last, numbers = found[-1], find_numbers(utterance)
    assert isinstance(last.payload, Sleep)
    told = [(d.first, d.end, d.seconds / 3600) for d in find_durations(utterance, numbers) if d.seconds]
    if not told and last.payload.hours is not None:
        told = [(number.first, number.end, number.value) for number in numbers]
    if len(told) != 1 or not 0 < told[0][2] <= _MOST_HOURS or not says_only(utterance, *told[0][:2]):
        return list(found)
    payload = last.payload.model_copy(update={"hours": round(told[0][2], 2)})
    span = utterance.span()
    return [*found[:-1], Finding("sleep", payload, (span, *last.spans))]


def _whole(utterance: Utterance, night: Night) -> Span:
    """An answer with the sentences it stands in: "Five hours, maybe. Not great." """
    first = utterance.sentence_at(night.first)
    last = utterance.sentence_at(night.end - 1)
    start, end = quoted(utterance.words, (first[0], last[1]), night.first, night.end)
    return utterance.span(start, max(end, night.end))


def _stated(utterance: Utterance, cues: Sequence[int]) -> Night:
    words, night = utterance.words, Night()
    numbers = find_numbers(utterance)
    durations = with_slips_put_right(words, find_durations(utterance, numbers), numbers)
    for cue in cues:
        if night.quality is None and (sleepless := sleepless_at(words, cue)) and is_told(utterance, cue):
            night = replace(night.seen(*sleepless), quality="poor")
        if words[cue].norm == "hours" and night.hours is None and is_told(utterance, cue):
            slept = next((d for d in durations if d.end == cue + 1 and d.seconds and d.seconds <= _A_DAY), None)
            if slept is not None and slept.seconds:
                night = replace(night.seen(slept.first, slept.end), hours=round(slept.seconds / 3600, 2))
        if night.end > cue + 1 or not is_own(utterance, cue):
            continue
        if night.hours is None and night.roughly is None and (span := open_length_at(utterance, cue, durations)):
            night = replace(night.seen(min(cue, span[0]), max(cue + 1, span[1])), roughly=utterance.quote(*span))
        if night.score is None and (rated := rated_at(words, cue, numbers)):
            night = replace(night.seen(cue, rated[0]), score=rated[1])
        if night.hours is None and (length := length_at(utterance, cue, durations)):
            night = replace(night.seen(min(cue, length[0]), max(cue + 1, length[1])), hours=length[2])
        if night.quality is None and (said := quality_at(words, cue)):
            night = replace(night.seen(said[0], said[1]), quality=said[2])
    return with_awakenings(utterance, with_times(utterance, night, numbers), numbers)
