"""From a dialogue to the results of laboratory tests."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from carelog.conversations.turns import Role
from carelog.extraction import claims
from carelog.extraction.exchange import same_speaker
from carelog.extraction.finding import Finding, Implausible, Span
from carelog.extraction.labs.claimed import is_result
from carelog.extraction.labs.dates import is_of_an_untold_past, middle_of_its_year
from carelog.extraction.labs.mentions import Mention, find_mentions
from carelog.extraction.labs.told import (
    Told,
    grown_after,
    told_after,
    told_at,
    told_before,
    verdict_after,
    verdict_between,
)
from carelog.extraction.labs.values import Value, value_after, value_anew, value_at
from carelog.extraction.measured import LIMITS, LINKS, is_measured
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.slips import CORRECTING, corrects_a_message, is_about_the_same
from carelog.extraction.utterances import Utterance
from carelog.extraction.vocabularies.labs import lab_of
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity
from carelog.record.types.lab_result import LabResult

_CORRECTION_REACH: Final = 3  # turns
_OPENING: Final = 4  # words
_ANSWERING: Final = LINKS | CORRECTING | word_set("my mine last time sure okay let me believe the result test")
_BOUND_BY: Final = word_set("is was were are at came back it's 's")
_JOINING: Final = word_set(", and or & the your")
_WISHES: Final = word_set("should will want")
_LONGEST: Final = 200
_LONGEST_TURN: Final = 4  # words of ", and now it's"
_POLITE: Final = word_set("okay ok fine good great perfect excellent")
_MARKS: Final = frozenset(",.;:?!")
_GOALS: Final = word_set("goal target ideal normal healthy")


def find_labs(dialogue: Sequence[Utterance]) -> list[Finding | Implausible]:
    """Every result that was told, in order, each once. What is said in words of a test that has a value is left out.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "Your A1c is seven point two and the strep test was negative. Let's get a lipid panel."
    >>> [finding.payload.headline() for finding in find_labs(read([Turn(0, said, "/t")]))]
    ['Hemoglobin A1c: 7.2 %', 'Strep test: negative']
    """
    found: list[Finding | Implausible] = []
    mentions_before: Sequence[Mention] = ()
    for i, utterance in enumerate(dialogue):
        mentions = find_mentions(utterance)
        asked, mentions_before = mentions_before, mentions
        listed = bool(found) and _goes_on(dialogue, i, found[-1])
        new = list(_of_turn(utterance, mentions, listed=listed)) if mentions else []
        if asked and not new and not same_speaker(dialogue[i - 1], utterance):
            new = list(_answered(dialogue[i - 1], asked, utterance))
        if found and not mentions:
            better = _tells_better(dialogue, i, found[-1])
            if better or corrects_a_message(utterance):
                found = _put_right(dialogue, i, found, by_another=better)
        found += new
    return list(_once_each(found))


def _goes_on(dialogue: Sequence[Utterance], i: int, last: Finding | Implausible) -> bool:
    """ "TSH 6.8", and in a message of its own "and vitamin D 14"."""
    before = dialogue[i - 1]
    return same_speaker(before, dialogue[i]) and last.spans[0].turn == before.turn.index


def _of_turn(utterance: Utterance, mentions: Sequence[Mention], *, listed: bool) -> Iterator[Finding | Implausible]:
    words = utterance.words
    numbers = find_numbers(utterance) if any(mention.lab.units for mention in mentions) else []
    before = dict(told_before(words, mentions))
    for k, mention in enumerate(mentions):
        stop = mentions[k + 1].first if k + 1 < len(mentions) else len(words)
        value = value_after(utterance, mention, numbers, stop, listed=listed) if mention.lab.units else None
        if value is not None and _is_told(utterance, mention, value):
            listed = True
            later = value_anew(utterance, mention, numbers, value.end, stop)
            anew = later is not None and is_measured(utterance, later.first, later.first, later.end)
            if not anew or later is None or not _was_until(utterance, mention, value, later):
                yield _valued(utterance, mention, value, (mention.first, value.end))
            if later is not None and anew:
                yield _valued(utterance, mention, later, (mention.first, later.end))
            continue
        told = before.get(mention) or grown_after(utterance, mention)
        if told is None and value is None:
            told = told_after(words, mention, stop)
        if told is not None and is_result(utterance, mention, told.first):
            for one in _alike(utterance, mentions, k):
                span = utterance.span(min(one.first, told.first), max(one.end, told.end))
                yield Finding("lab_result", LabResult(test=one.lab.name, text=told.text[:_LONGEST]), (span,))


def _was_until(utterance: Utterance, mention: Mention, value: Value, later: Value) -> bool:
    """ "My A1c was 9, now 7": the first is of a past that nothing tells."""
    words = utterance.words
    was = any(word.norm in ("was", "tha", "thi") for word in words[mention.end : value.first])
    told = [word.norm for word in words[value.end : later.first]]
    return was and "now" in told and len(told) <= _LONGEST_TURN


def _alike(utterance: Utterance, mentions: Sequence[Mention], k: int) -> Sequence[Mention]:
    """The tests of which mention `k` is the last: "your ALT, albumin and bilirubin were all normal"."""
    first = k
    while (
        first
        and _is_of_its_kind(mentions[first - 1], mentions[k])
        and all(word.norm in _JOINING for word in utterance.words[mentions[first - 1].end : mentions[first].first])
    ):
        first -= 1
    return mentions[first : k + 1]


def _is_of_its_kind(one: Mention, other: Mention) -> bool:
    return bool(one.lab.units) == bool(other.lab.units) and one.lab.illness == other.lab.illness


def _is_told(utterance: Utterance, mention: Mention, value: Value) -> bool:
    """The value was measured on the subject: not what it should be, nor what it must not pass."""
    words = utterance.words
    told = max((i + 1 for i in range(mention.first) if words[i].norm in _MARKS), default=0)
    before = {word.norm for word in words[max(told, mention.first - 3) : mention.first]}
    between = {word.norm for word in words[mention.end : value.first]}
    if not before.isdisjoint(_GOALS | _WISHES) or not between.isdisjoint({"goal", "target"} | _WISHES):
        return False
    if value.comparator and words[value.first - 1].norm not in _BOUND_BY:
        return False  # "An A1c less than 7"
    if is_of_an_untold_past(utterance, value.first, value.end):
        return False
    return is_measured(utterance, mention.first, value.first, value.end, long_ago=True)


def _valued(
    utterance: Utterance, mention: Mention, value: Value, quoted: tuple[int, int], *more: Span
) -> Finding | Implausible:
    lab, words = mention.lab, utterance.words
    spans = (utterance.span(*quoted), *more)
    if value.unit is None:
        said: dict[str, Any] = {"test": lab.name, "text": utterance.quote(value.first, value.end)}
        return Implausible(
            "lab_result", said | {"value": {"value": value.value, "unit": lab.units[0].ucum}}, spans, ("value",)
        )
    verdict = verdict_after(words, value.end) or verdict_between(words, mention.end, value.first)
    payload = LabResult(
        test=lab.name,
        loinc=value.unit.loinc,
        value=Quantity(value=value.value, unit=value.unit.ucum),
        comparator=value.comparator,
        notes=verdict.text if verdict else None,
    )
    if verdict:
        spans = (utterance.span(quoted[0], max(quoted[1], verdict.end)), *more)
    return Finding("lab_result", payload, spans, middle_of_its_year(utterance, value.first))


def _answered(asking: Utterance, asked: Sequence[Mention], utterance: Utterance) -> Iterator[Finding | Implausible]:
    """ "What was your last A1c?" "Seven point two." "What did the strep test show?" "It was negative." """
    words = asking.words
    for question in claims.asked_in(asking):
        norms = {word.norm for word in words[question.first : question.end]}
        mention = next((m for m in reversed(asked) if question.first <= m.first < question.end), None)
        if mention is None or norms & LIMITS or norms & _GOALS or claims.of_another(asking, mention.first):
            continue
        span = asking.span(question.first, question.end)
        numbers = find_numbers(utterance) if mention.lab.units else []
        value = _bare(utterance, mention, numbers)
        if value is not None:
            yield _valued(utterance, mention, value, (value.first, value.end), span)
        elif (told := _in_words(utterance, mention)) is not None:
            text = LabResult(test=mention.lab.name, text=told.text[:_LONGEST])
            yield Finding("lab_result", text, (utterance.span(told.first, told.end), span))
        return


def _tells_better(dialogue: Sequence[Utterance], i: int, last: Finding | Implausible) -> bool:
    """ "(My A1c was 9.) It was actually 8.1", as the other says who has the result before them."""
    before, utterance = dialogue[i - 1], dialogue[i]
    told_to = utterance.turn.role in (Role.CLINICIAN, Role.AGENT)
    if not told_to or same_speaker(before, utterance) or last.spans[0].turn != before.turn.index:
        return False
    opening = [word.norm for word in utterance.words[:_OPENING]]
    return "actually" in opening and not {"it", "it's"}.isdisjoint(opening)


def _put_right(
    dialogue: Sequence[Utterance], i: int, found: Sequence[Finding | Implausible], *, by_another: bool = False
) -> list[Finding | Implausible]:
    """The findings with the value put right that turn `i` says anew, borne out by both turns: "sorry, 7.8"."""
    utterance, turns = dialogue[i], {u.turn.index: u for u in dialogue[max(0, i - _CORRECTION_REACH) : i]}
    for n in range(len(found) - 1, -1, -1):
        old = found[n]
        test = old.payload["test"] if isinstance(old, Implausible) else getattr(old.payload, "test", "")
        lab = lab_of(str(test))
        asking = turns.get(old.spans[0].turn)
        if asking is None or lab is None or not lab.units or same_speaker(asking, utterance) is by_another:
            continue
        between = [u for u in turns.values() if u.turn.index > asking.turn.index and not same_speaker(u, utterance)]
        if not is_about_the_same(between):
            return list(found)
        value = _bare(utterance, Mention(0, 0, lab), find_numbers(utterance))
        if value is not None:
            new = _valued(
                utterance, Mention(value.first, value.first, lab), value, (value.first, value.end), *old.spans
            )
            return [*found[:n], new, *found[n + 1 :]]
    return list(found)


def _bare(utterance: Utterance, mention: Mention, numbers: Sequence[Number]) -> Value | None:
    if not numbers or not all(word.norm in _ANSWERING for word in utterance.words[: numbers[0].first]):
        return None
    value = value_at(utterance, mention.lab, numbers, 0, plainly=not mention.lab.substance)
    return value if value and is_measured(utterance, value.first, value.first, value.end) else None


def _in_words(utterance: Utterance, mention: Mention) -> Told | None:
    words = utterance.words
    for k in range(min(len(words), 8)):
        if (told := told_at(words, k, illness=mention.lab.illness)) is not None:
            politely = k == 0 and told.text in _POLITE  # "Okay, and what does that mean?"
            return told if not politely and is_result(utterance, Mention(k, k, mention.lab), k) else None
        if words[k].norm not in _ANSWERING:
            return None
    return None


def _once_each(found: Sequence[Finding | Implausible]) -> Iterator[Finding | Implausible]:
    """Each result the first time it is told; what words say of a test that has a value is that value told again."""
    valued = {f.payload.test for f in found if isinstance(f.payload, LabResult) and f.payload.value}
    told: set[tuple[object, ...]] = set()
    for finding in found:
        if isinstance(finding, Finding):
            assert isinstance(finding.payload, LabResult)
            value, text, test = finding.payload.value, finding.payload.text, finding.payload.test
            key = (test, value and (value.value, value.unit), text)
            if key in told or (value is None and test in valued):
                continue
            told.add(key)
        yield finding
