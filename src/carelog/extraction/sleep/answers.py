"""Sleep in answer to a question: "How did you sleep?" "Not great." """

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from carelog.extraction import claims
from carelog.extraction.durations import find_durations
from carelog.extraction.exchange import Answer, AnswerKind, read_answer
from carelog.extraction.finding import Span
from carelog.extraction.measured import in_short
from carelog.extraction.numbers import find_numbers
from carelog.extraction.sleep.lengths import is_of_the_night
from carelog.extraction.sleep.night import ASKED, LONGEST, NOT, Night
from carelog.extraction.sleep.quality import DEGREES, QUALITY
from carelog.extraction.sleep.times import clock_at, with_awakenings
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set
from carelog.record.types.sleep import Quality

_OF_A_NIGHT = ASKED | word_set("bed wake woke waking woken")
_SHORT = 5  # words
_BARE = 2  # words
_WAKES_YOU = {("wake", "you"), ("wakes", "you"), ("waking", "you"), ("woken", "you"), ("you", "awake"), ("woke", "you")}
_HOW_OFTEN = word_set(
    "every most some often sometimes always usually twice once times did does nights night yes yeah occasionally"
)
_OF_AN_HOUR = word_set("time when kab kitne")
_WAKING = word_set("wake woke waking uthe uthi")
_GOODNESS = word_set("well good okay ok fine")
_GETTING = word_set("get getting got gets sleep slept")
_GOT_REACH = 4  # words
_SCALES = word_set("rate scale rating score")
_ASKING_OTHERWISE = word_set(
    """
    trouble problem problems difficulty issues issue apnea should if would medication pills help
    """
)


def answered(asking: Utterance, utterance: Utterance, *, going_on: bool) -> tuple[Night, tuple[Span, ...]]:
    """ "How did you sleep?" "Not great." "How many hours do you sleep?" "About six."

    `going_on`: the turn before the question told of sleep, so that "How many hours?" asks of it."""
    nothing: tuple[Night, tuple[Span, ...]] = (Night(), ())
    for question in claims.asked_in(asking):
        norms = [word.norm for word in asking.words[question.first : question.end]]
        otherwise = _ASKING_OTHERWISE.intersection(norms) and _SCALES.isdisjoint(norms)
        of_it = going_on and len(norms) <= _SHORT and {"how", "hours"} <= set(norms)
        if not (of_it or _OF_A_NIGHT.intersection(norms)) or otherwise:
            continue
        if claims.asks_carer_of_self(asking, question, utterance):
            return nothing
        said = read_answer(utterance, utterance.turn.index)
        span = asking.span(question.first, question.end)
        if question.polar and utterance.words and any(pair in _WAKES_YOU for pair in pairwise(norms)):
            return _woken(asking, question, utterance, said), (span,)
        if said is None and question.polar:
            return nothing
        if _OF_AN_HOUR.intersection(norms) or not ASKED.intersection(norms) | {"hours"}.intersection(norms):
            return _hour(utterance, norms), (span,)
        if said is None:
            return _with_quality(utterance, Night()), (span,)  # "Fine."
        night = _answers(utterance, norms, said, polar=question.polar)
        return with_awakenings(utterance, night, find_numbers(utterance)), (span,)
    return nothing


def _woken(asking: Utterance, question: claims.Asked, utterance: Utterance, answer: Answer | None) -> Night:
    """ "Does it wake you at night?" "Most nights." """
    first, end = utterance.sentences[0]
    opening = {word.norm for word in utterance.words[first : first + _SHORT]}
    yes = answer is not None and answer.kind is AnswerKind.YES
    denied = answer is not None and answer.kind is AnswerKind.NO
    if yes or (not denied and not _HOW_OFTEN.isdisjoint(opening) and opening.isdisjoint(NOT)):
        bare = yes or end - first <= _BARE or in_short(utterance.quote(first, end), LONGEST) is None
        told = asking.quote(question.first, question.end).rstrip(" ?") if bare else utterance.quote(first, end)
        return replace(Night().seen(first, end), roughly=told.strip(" .") or None)
    return Night()


def _hour(utterance: Utterance, asked: Sequence[str]) -> Night:
    """ "What time did you go to bed?" "Around ten thirty." "How often did you wake up?" "Twice." """
    numbers, waking = find_numbers(utterance), not _WAKING.isdisjoint(asked)
    if waking and "times" in asked and len(numbers) == 1 and numbers[0].first <= 5 and numbers[0].value in range(31):
        return replace(Night().seen(numbers[0].first, numbers[0].end), awakenings=int(numbers[0].value))
    if _OF_AN_HOUR.isdisjoint(asked):
        return Night()
    for i in range(min(len(utterance.words), 5)):
        clock = clock_at(utterance, i, numbers, bare=True)
        if clock is not None:
            night, said = Night().seen(*clock), utterance.quote(*clock)
            return replace(night, ended=said) if waking else replace(night, started=said)
    return Night()


def _answers(utterance: Utterance, asked: Sequence[str], answer: Answer, *, polar: bool) -> Night:
    words, numbers, night = utterance.words, find_numbers(utterance), Night()
    for duration in find_durations(utterance, numbers):
        if not is_of_the_night(words, duration):
            continue
        got = not _GETTING.isdisjoint(
            [word.norm for word in words[max(0, duration.first - _GOT_REACH) : duration.first]]
        )
        if night.hours is None and (duration.first <= 8 or got) and duration.seconds and duration.seconds <= 86400:
            night = replace(night.seen(duration.first, duration.end), hours=round(duration.seconds / 3600, 2))
    if not _SCALES.isdisjoint(asked):
        number = numbers[0] if len(numbers) == 1 else None
        if number is not None and number.first <= 6 and number.value in range(1, 11):
            return replace(Night().seen(number.first, number.end), score=int(number.value))
        return night
    if "hours" in asked or "long" in asked or "much" in asked:
        if night.hours is None and len(numbers) == 1 and numbers[0].first <= 5 and 0 < numbers[0].value <= 16:
            night = replace(night.seen(numbers[0].first, numbers[0].end), hours=numbers[0].value)
        return night
    if not polar:
        return _with_quality(utterance, night)
    slept = max(k for k, norm in enumerate(asked) if norm in ASKED)
    hoped = [norm for norm in asked[slept + 1 : slept + 4] if norm in _GOODNESS]
    if hoped and answer.kind in {AnswerKind.YES, AnswerKind.NO} and answer.rest:
        good: Quality = "good" if hoped[0] in {"well", "good"} else "fair"
        quality = "poor" if answer.kind is AnswerKind.NO else good
        return replace(night.seen(0, min(answer.rest, len(words))), quality=quality)
    return night


def _with_quality(utterance: Utterance, night: Night) -> Night:
    """An answer that says how it was: "pretty good", "it was okay", "five hours, maybe. Not great."."""
    words = utterance.words
    for n, (first, end) in enumerate(utterance.sentences[:3]):
        for k in range(first, min(end, first + 6)):
            if said := QUALITY.at(words, k):
                return replace(night.seen(k, k + said[0]), quality=said[1])
            if n and words[k].norm not in DEGREES:
                break
    return night
