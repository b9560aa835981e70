"""From a dialogue to the exercise that was done."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from carelog.extraction import claims
from carelog.extraction.exchange import AnswerKind, read_answer, same_speaker
from carelog.extraction.exercise.measures import STEPS, Measures, Measuring, intensity_of
from carelog.extraction.exercise.ways import Mention, Way, find_mentions, going_on, led_in, way_of
from carelog.extraction.finding import Finding, Span
from carelog.extraction.slips import puts_right, says_only
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity
from carelog.record.types.exercise import Exercise, Intensity

_ASKING = word_set(
    """
    exercise exercising exercises exercised active activity workout workouts walking walk walks gym yoga steps run
    """
)
_ASKING_OTHERWISE = word_set("should would if pain hurt hurts trouble problems difficulty help better worse limp")
_ANSWERING = word_set(
    """
    yes yeah yep sure oh well uh um , . i i'd say think it do did walk walked it's about around maybe probably roughly
    approximately usually mostly like just only at least for nearly almost haan ji han हाँ हां morning evening mornings
    evenings afternoon back daily going go ones exercises . so out of seven days week weeks nights three four five six
    two times
    """
)
_PLACING = word_set("to the in on inside outside around round up down from and at with")
_NOT_DONE = claims.DENYING | claims.SUPPOSING - {"to", "going"}
_FARTHEST = 12  # words before how much it was
_BY_THEMSELVES = (1000, 200000)  # steps that are counted for exercise and not for a staircase
_GOALS = frozenset({"goal", "target", "you", "he", "she"})


class _Question(NamedTuple):
    """The turn before asked about exercise; `activity` where it asked about one, `past` about a certain time."""

    span: Span
    activity: str | None
    past: bool
    kind: AnswerKind
    counted: str | None  # "How many steps": a bare number answers it


def find_exercise(dialogue: Sequence[Utterance]) -> list[Finding]:
    """Every activity the subject is said to do or to have done, in order.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "I walked two miles this morning and do yoga three times a week. I should run more."
    >>> [finding.payload.headline() for finding in find_exercise(read([Turn(0, said, "/t")]))]
    ['walking, 3.22 km', 'yoga, three times a week']
    """
    found: list[Finding] = []
    mentioned_before: Sequence[Mention] = ()
    for i, utterance in enumerate(dialogue):
        mentions = find_mentions(utterance)
        asking, mentioned_before = mentioned_before, mentions
        if not claims.speaks_for_subject(utterance):
            continue
        asked = bool(asking) and not same_speaker(dialogue[i - 1], utterance)
        question = _asked(dialogue[i - 1], asking, utterance) if asked else None
        if found and not mentions and puts_right(dialogue, i, found[-1].spans[0].turn):
            found = _put_right(found, utterance)
            continue
        if not (mentions or question) and STEPS.isdisjoint(utterance.norms):
            continue
        measuring = Measuring(utterance)
        findings = list(_stated(utterance, mentions, measuring, question))
        if not findings and not STEPS.isdisjoint(utterance.norms):
            findings = list(_counted_steps(utterance, measuring))
        if not findings and question:
            findings = list(_answered(utterance, measuring, question))
        found += findings
    return found


def _stated(
    utterance: Utterance, mentions: Sequence[Mention], measuring: Measuring, question: _Question | None
) -> Iterator[Finding]:
    words, taken = utterance.words, 0
    before: Way | None = None
    for k, mention in enumerate(mentions):
        following = led_in(words, mentions[k + 1].first) if k + 1 < len(mentions) else len(words)
        way = way_of(utterance, mention, asked=question is not None) if mention.first >= taken else None
        if way is None and before is not None and mention.first >= taken:
            way = going_on(words, taken, mention, before)
        before = way
        if way is None:
            continue
        measures = measuring.around(way.first, mention.end, after=taken, before=following)
        if not measures.some and (way.habit or (mention.activity.common and not way.plain)):
            continue
        first, taken = min(way.first, mention.first, measures.first), max(mention.end, measures.end)
        span = utterance.span(first, taken)
        yield _finding(mention.activity.name, measures, intensity_of(words, first, taken), span, question)


def _put_right(found: Sequence[Finding], utterance: Utterance) -> list[Finding]:
    """The findings, the last with the time, the way or the steps that are told anew: "sorry, twenty minutes"."""
    last = found[-1]
    measures = Measuring(utterance).around(0, 0, after=0, before=len(utterance.words))
    assert isinstance(last.payload, Exercise)
    anew: dict[str, object] = {"minutes": measures.minutes, "steps": measures.steps}
    if measures.kilometres:
        anew["distance"] = Quantity(value=measures.kilometres, unit="km")
    told = {field: value for field, value in anew.items() if value is not None}
    if not told or not says_only(utterance, measures.first, measures.end):
        return list(found)
    span = utterance.span()
    return [*found[:-1], Finding("exercise", last.payload.model_copy(update=told), (span, *last.spans))]


def _counted_steps(utterance: Utterance, measuring: Measuring) -> Iterator[Finding]:
    """ "8000 steps today": steps are walked, whoever counts them."""
    words, (fewest, most) = utterance.words, _BY_THEMSELVES
    for number in measuring.numbers:
        if number.end < len(words) and words[number.end].norm in STEPS and fewest <= number.value <= most:
            before = {word.norm for word in words[claims.clause_start(words, number.first) : number.first]}
            if not before & (claims.DENYING | claims.SUPPOSING | _GOALS):
                span = utterance.span(number.first, number.end + 1)
                yield Finding("exercise", Exercise(activity="walking", steps=int(number.value)), (span,))
                return


def _asked(before: Utterance, mentions: Sequence[Mention], utterance: Utterance) -> _Question | None:
    """The question about exercise that the turn answers with more than a no."""
    words = before.words
    for question in claims.asked_in(before):
        norms = {word.norm for word in words[question.first : question.end]}
        if not norms & _ASKING or norms & _ASKING_OTHERWISE:
            continue
        said = read_answer(utterance, utterance.turn.index)
        if said is None or said.kind is AnswerKind.NO:
            return None
        named = {mention.activity.name for mention in mentions if question.first <= mention.first < question.end}
        span = before.span(question.first, question.end)
        counted = next((unit for unit in ("steps", "minutes") if unit in norms), None)
        return _Question(span, named.pop() if len(named) == 1 else None, "did" in norms, said.kind, counted)
    return None


def _answered(utterance: Utterance, measuring: Measuring, question: _Question) -> Iterator[Finding]:
    """ "How long did you walk?" "Thirty minutes." "Did you do your yoga today?" "Yes." """
    words = utterance.words
    if question.activity is None or any(w.norm in _NOT_DONE for w in words[:8]):
        return
    measures = measuring.around(0, 0, after=0, before=len(words))
    if question.counted and not measures.some:
        measures = measuring.bare(question.counted)
    if measures.some and _only_says_where(words[: measures.first]):
        span = utterance.span(measures.first, measures.end)
    elif question.activity == "walking" and _says_where_to(utterance):
        span = utterance.span(*utterance.sentences[0])
    elif question.past and question.kind is AnswerKind.YES:
        span = utterance.span(0, 1)
    else:
        return
    yield _finding(question.activity, measures, None, span, question)


def _says_where_to(utterance: Utterance) -> bool:
    """ "(Are you walking?) To the end of the block and back, twice yesterday." """
    first, end = utterance.sentences[0]
    norms = [word.norm for word in utterance.words[first:end]]
    return norms[:1] == ["to"] and "back" in norms


def _only_says_where(words: Sequence[Word]) -> bool:
    """ "Inside the house, and on the terrace (fifteen minutes)", "to the mailbox and back, (four times a day)"."""
    placed = False
    for word in words:
        placing = word.norm in _PLACING or word.norm.endswith("'s")
        if not (placing or placed or word.norm in _ANSWERING):
            return False
        placed = placing
    return len(words) <= _FARTHEST


def _finding(
    activity: str, measures: Measures, intensity: Intensity | None, span: Span, question: _Question | None
) -> Finding:
    payload = Exercise(
        activity=activity,
        minutes=measures.minutes,
        distance=Quantity(value=measures.kilometres, unit="km") if measures.kilometres else None,
        steps=measures.steps,
        intensity=intensity,
        frequency=measures.frequency,
        energy_kcal=measures.kcal,
    )
    return Finding("exercise", payload, (span, question.span) if question else (span,))
