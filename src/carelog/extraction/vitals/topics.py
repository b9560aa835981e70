"""Which vital a bare number tells: the one that was asked for, announced or measured just before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from carelog.conversations.turns import Role
from carelog.extraction import claims
from carelog.extraction.exchange import same_speaker
from carelog.extraction.finding import Finding, Implausible, Span
from carelog.extraction.measured import LIMITS, LINKS
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.cues import Cue, context_of
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Context, Kind, Vitals

_WHAT_WAS_IT = phrase_set(
    """
    what was it | what's it | what is it | how much was it | how high was it | what did it say | what does it say |
    what did you get | what was that | what was the number | what was the reading | kitna tha | kitni thi |
    the one before | the last one | the time before | the previous one | and before that
    """
)
_EATEN = word_set("grams gram spoon spoons teaspoon teaspoons spoonfuls eat eating put add tea coffee packets lumps")
_HOPED = word_set("target goal ideal")
_LONG_SINCE = phrase_set(
    "in college | in school | in high school | when you were | would you like to be | before you got"
)
_OWNER_REACH = 3  # words
_IT_REACH = 6  # turns
_OPENING = 6  # words
ANEW = word_set(
    """
    after before fasting then evening morning night afternoon yesterday today random bedtime later now post pp
    nite mrng morn eve evng ystdy yest tdy tday monday tuesday wednesday thursday friday saturday sunday
    baad pehle aaj subah shaam raat dopahar बाद पहले आज
    """
)
_DAYTIMES = word_set("morning subah shaam raat dopahar aaj kal आज सुबह शाम रात कल")
_SHORT = 8  # words
_NOTE = 3  # words
_AND_WHEN = (
    ANEW
    | _DAYTIMES
    | word_set(
        "and what about how the in at your this that last since before ? , . lunch dinner breakfast food eating meals "
        "aur baad"
    )
)
_AGAIN = word_set("again rechecked retook remeasured repeated repeat")
_AGAIN_REACH = 2  # turns
_CHANGING = word_set("gained gain lost lose losing put down up changed change changing stable gone")
_TAKING = word_set("took take taken taking tablet li liya ली")


@dataclass(frozen=True, slots=True)
class Asked:
    """The vital that the turn before asked for, and where; `like` is what was told of it last, in the stored unit."""

    kind: Kind
    span: Span
    context: Context | None
    like: float | None = None


def kind_of(finding: Finding | Implausible) -> Kind:
    """The vital that a finding is about."""
    if isinstance(finding, Implausible):
        return cast(Kind, finding.payload["kind"])
    assert isinstance(finding.payload, Vitals)
    return finding.payload.kind


def _value_of(finding: Finding | Implausible) -> float | None:
    payload = finding.payload
    return payload.value.value if isinstance(payload, Vitals) and payload.value is not None else None


def topic_of(
    dialogue: Sequence[Utterance], i: int, cues: Sequence[Cue], found: Sequence[Finding | Implausible]
) -> Asked | None:
    """The vital that a bare number at the start of turn `i` tells, by what stands in the turn before it."""
    before, utterance = dialogue[i - 1], dialogue[i]
    if not same_speaker(before, utterance):
        asked = _asked(before, cues) if cues else _asked_of_it(before, found)
        return asked or _measured_again(utterance, found)
    if cues:
        return _announced(before, cues) or _noted(before, utterance, cues) or _gone_on(utterance, i, found)
    return _gone_on(utterance, i, found)


def asks_for_no_reading(before: Utterance, cues: Sequence[Cue], reply: Utterance) -> bool:
    """ "What should my pressure be?" asks for a goal, and "what was your husband's?" for another's."""
    if not cues or same_speaker(before, reply):
        return False
    words, at = before.words, cues[-1].first
    for question in claims.asked_in(before):
        if not question.first <= at < question.end:
            continue
        norms = {word.norm for word in words[question.first : question.end]}
        if claims.speaks_for_subject(before):
            return "should" in norms and not claims.speaks_for_subject(reply)
        hoped = any(words[k].norm in _HOPED for k in range(question.first, at + 1))
        due = any(
            words[k].norm == "should" and words[k + 1].norm not in ("i", "we")
            for k in range(question.first, question.end - 1)
        )
        if hoped or due or any(_LONG_SINCE.at(words, k) for k in range(question.first, question.end)):
            return True  # "What's your goal weight?", "what did you weigh in college?"
        owners = {word.norm for word in words[max(question.first, at - _OWNER_REACH) : at] if word.norm.endswith("'s")}
        return reply.turn.role is Role.PATIENT and any(claims.is_relation(owner) for owner in owners)
    return False


def _asked(asking: Utterance, cues: Sequence[Cue]) -> Asked | None:
    """The vital that the last question of the turn is about, unless it asks about a limit."""
    words, last = asking.words, cues[-1]
    if last.kind is None or claims.of_another(asking, last.first):
        return None
    first, end = claims.clause_start(words, last.first), len(words)
    if last.kind == "weight" and not _CHANGING.isdisjoint([word.norm for word in words[first:end]]):
        return None
    for question in claims.asked_in(asking):
        if question.first <= last.first and last.end <= question.end:
            first, end = question.first, question.end
            break
    else:
        if any(word.norm not in ".?!" for word in words[last.end :]):  # not even "And your weight?"
            return None
    if last.kind == "glucose" and not _EATEN.isdisjoint([word.norm for word in words[first:end]]):
        return None  # "How many grams of sugar do you eat?"
    if any(word.norm in LIMITS for word in words[first:end]) or claims.hypothetical(words, first, end):
        return None
    span = asking.span(first, end)
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
    span = before.span(first)
    return Asked(last.kind, span, context_of(words, first, len(words), last.kind))


def _noted(before: Utterance, utterance: Utterance, cues: Sequence[Cue]) -> Asked | None:
    """ "I have a fever" as a message, and "101" as the next."""
    last = cues[-1]
    short = len(utterance.words) <= _NOTE and all(w.norm in LINKS or w.norm[0].isdecimal() for w in utterance.words)
    if last.kind != "temperature" or not short or claims.of_another(before, last.first):
        return None
    if claims.hypothetical(before.words, 0, len(before.words)) or "no" in before.norms:
        return None
    first = claims.clause_start(before.words, last.first)
    span = before.span(first, last.end)
    return Asked(last.kind, span, None)


def _gone_on(utterance: Utterance, i: int, found: Sequence[Finding | Implausible]) -> Asked | None:
    """ "This morning a little less, 100.2": the vital of the message before, measured anew."""
    last = next((f for f in found[-1:] if f.spans[0].turn == i - 1), None)
    if last is None or kind_of(last) == "blood_pressure":
        return None
    opening = {word.norm for word in utterance.words[:_OPENING]}
    if opening.isdisjoint(ANEW | _DAYTIMES) or not opening.isdisjoint(_TAKING):
        return None
    return Asked(kind_of(last), last.spans[0], None)


def _measured_again(utterance: Utterance, found: Sequence[Finding | Implausible]) -> Asked | None:
    """ "She measured again after I sat. One fifty-two by ninety-four": of the pressure told just before."""
    last = next((f for f in found[-1:] if utterance.turn.index - f.spans[0].turn <= _AGAIN_REACH), None)
    if last is None or kind_of(last) != "blood_pressure" or _AGAIN.isdisjoint(utterance.norms):
        return None
    return Asked("blood_pressure", last.spans[0], None)


def _asked_of_it(asking: Utterance, found: Sequence[Finding | Implausible]) -> Asked | None:
    """ "And what was it this morning?": of the vital last told."""
    words = asking.words
    last = next((f for f in found[-1:] if asking.turn.index - f.spans[0].turn <= _IT_REACH), None)
    if last is None:
        return None
    for question in claims.asked_in(asking):
        if any(_WHAT_WAS_IT.at(words, k) is not None for k in range(question.first, question.end)):
            span = asking.span(question.first, question.end)
            context = context_of(words, question.first, question.end, kind_of(last))
            return Asked(kind_of(last), span, context, _value_of(last))
    norms = [word.norm for word in words]
    if last.spans[0].turn == asking.turn.index - 1 and 1 < len(norms) <= _SHORT and _AND_WHEN.issuperset(norms):
        # "And after lunch?"
        span = asking.span()
        return Asked(kind_of(last), span, context_of(words, 0, len(words), kind_of(last)), _value_of(last))
    return None
