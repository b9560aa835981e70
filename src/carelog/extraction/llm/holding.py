"""Holding facts to the evidence: what a model says becomes a finding only where code finds all of it in the turns."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from carelog.ai.redaction import UnknownPlaceholder
from carelog.conversations.turns import Role
from carelog.extraction.finding import Finding, Implausible, Span
from carelog.extraction.llm.facts import Fact, parse_fact
from carelog.extraction.llm.fields import FIELDS, Choice, Said, Values
from carelog.extraction.llm.quotes import Place, find, find_in_turn
from carelog.extraction.quoting import quoted
from carelog.extraction.temporality import dated
from carelog.extraction.utterances import Utterance
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.record.registry import parse_payload


class Dropped(StrEnum):
    """Why a fact is no finding. They are labels of a metric, so they say nothing of the fact."""

    MALFORMED = "malformed"
    QUOTE_MISSING = "quote_missing"
    QUOTE_ELSEWHERE = "quote_elsewhere"
    CROSS_TALK = "cross_talk"
    PLACEHOLDER = "placeholder"
    VALUE_NOT_SAID = "value_not_said"
    NOTHING_SAID = "nothing_said"
    ANOTHER_PERSON = "another_person"
    HYPOTHETICAL = "hypothetical"
    NOT_YET = "not_yet"
    LONG_PAST = "long_past"
    ANOTHER_TIME = "another_time"
    DENIED = "denied"
    ONLY_ASKED = "only_asked"
    INVALID = "invalid"


KEPT: Final = "kept"
_UNGROUNDED: Final = frozenset(
    {
        Dropped.MALFORMED,
        Dropped.QUOTE_MISSING,
        Dropped.QUOTE_ELSEWHERE,
        Dropped.CROSS_TALK,
        Dropped.PLACEHOLDER,
        Dropped.VALUE_NOT_SAID,
        Dropped.INVALID,
    }
)
_MOST_DOUBTED: Final = 5  # of a conversation: what is beyond that says more of the model than of the talk
_MOST: Final = 1000  # facts of one conversation that are looked at: no talk has so many
_TO_COME: Final = frozenset({"appointment", "medication"})
_OF_THE_PAST: Final = frozenset({"allergy", "appointment", "condition", "lab_result"})
_ASKING: Final = frozenset({Role.CLINICIAN, Role.AGENT, Role.UNKNOWN})


class _No(Exception):
    """`fields` are those that a person may judge, where the words that the fact quotes stand in the conversation."""

    def __init__(self, why: Dropped, *fields: str) -> None:
        super().__init__(why)
        self.why = why
        self.fields = fields


class _Doubted(Exception):
    def __init__(self, why: Dropped, fact: Implausible) -> None:
        super().__init__(why)
        self.why = why
        self.fact = fact


@dataclass(frozen=True, slots=True)
class Held:
    """The findings among some facts, and what became of each fact: kept, or why it was dropped.

    Of what was dropped a person may judge some, since the words that it quotes were said: in `ungrounded` facts a value
    is not among these words, in `implausible` ones the values are, and cannot be.
    """

    findings: tuple[Finding, ...]
    fates: Counter[str]
    ungrounded: tuple[Implausible, ...] = ()
    implausible: tuple[Implausible, ...] = ()

    @property
    def mixed_up(self) -> bool:
        """Whether words of another conversation were quoted, so that nothing of this answer can be relied on."""
        return self.fates[Dropped.CROSS_TALK] > 0

    @property
    def grounded(self) -> bool:
        """Whether nothing was claimed that does not stand in the turns, so that it need not be asked again."""
        return not any(self.fates[why] for why in _UNGROUNDED)


def hold(
    given: Iterable[object],
    utterances: Sequence[Utterance],
    *,
    restore: Callable[[str], str] = str,
    others: Iterable[Sequence[Utterance]] = (),
) -> Held:
    """Hold what a model gave as the facts of a conversation to its turns.

    `restore` puts back what redaction took out; `others` are the conversations that were in the same question.
    """
    elsewhere = [utterance for other in others for utterance in other]
    findings: dict[str, Finding] = {}
    fates: Counter[str] = Counter()
    doubted: dict[Dropped, list[Implausible]] = {Dropped.VALUE_NOT_SAID: [], Dropped.INVALID: []}
    for number, item in enumerate(given):
        fact = parse_fact(item) if number < _MOST else None
        try:
            if fact is None or fact.type not in FIELDS:
                raise _No(Dropped.MALFORMED)
            finding = _held(fact, utterances, restore, elsewhere)
        except _No as no:
            fates[no.why.value] += 1
        except _Doubted as no:
            fates[no.why.value] += 1
            doubted[no.why].append(no.fact)
        else:
            fates[KEPT] += 1
            findings.setdefault(_identity(finding), finding)
    return _held_of(findings, fates, doubted[Dropped.VALUE_NOT_SAID], doubted[Dropped.INVALID])


def joined(parts: Sequence[Held]) -> Held:
    """What was held in windows that overlap, each finding once."""
    findings = {_identity(finding): finding for part in parts for finding in part.findings}
    fates = sum((part.fates for part in parts), Counter[str]())
    ungrounded = (fact for part in parts for fact in part.ungrounded)
    implausible = (fact for part in parts for fact in part.implausible)
    return _held_of(findings, fates, ungrounded, implausible)


def _held_of(
    findings: Mapping[str, Finding],
    fates: Counter[str],
    ungrounded: Iterable[Implausible],
    implausible: Iterable[Implausible],
) -> Held:
    def once(facts: Iterable[Implausible]) -> tuple[Implausible, ...]:
        by_identity = {jsontext.dump([f.type, f.spans[0].turn, dict(f.payload)]): f for f in facts}
        return tuple(sorted(by_identity.values(), key=lambda f: f.spans[0]))[:_MOST_DOUBTED]

    found = tuple(sorted(findings.values(), key=lambda f: f.spans[0]))
    return Held(found, fates, once(ungrounded), once(implausible))


def _identity(finding: Finding) -> str:
    """The same for the same fact of the same turn, however much of the turn is quoted."""
    payload = finding.payload.model_dump(mode="json", exclude_none=True)
    return jsontext.dump([finding.type, finding.spans[0].turn, payload])


def _held(
    fact: Fact,
    utterances: Sequence[Utterance],
    restore: Callable[[str], str],
    elsewhere: Sequence[Utterance],
) -> Finding:
    try:
        places = [_place(quote.turn, restore(quote.quote), utterances, elsewhere) for quote in fact.quotes]
        said = [(field.name, restore(field.value)) for field in fact.fields]
    except UnknownPlaceholder:
        raise _No(Dropped.PLACEHOLDER) from None
    _check_whose(fact)
    if all(_is_asked(utterances[place.turn], place) for place in places):
        raise _No(Dropped.ONLY_ASKED)
    spans = tuple(dict.fromkeys(_span(utterances[place.turn], place) for place in places))
    try:
        payload = parse_payload(fact.type, _values(fact, said, places, utterances))
    except _No as no:
        if no.why is Dropped.VALUE_NOT_SAID:
            raise _Doubted(no.why, Implausible(fact.type, _claimed(fact, said), spans, no.fields)) from None
        raise
    except InvalidInput:
        raise _Doubted(Dropped.INVALID, Implausible(fact.type, _claimed(fact, said), spans)) from None
    return _dated(Finding(fact.type, payload, spans), utterances)


def _dated(finding: Finding, utterances: Sequence[Utterance]) -> Finding:
    """With the time at which it happened, as far as the turns tell: that is no more for the model to say than a
    number."""
    for found in dated([finding], utterances):
        if isinstance(found, Finding):
            return found
    raise _No(Dropped.ANOTHER_TIME)


def _claimed(fact: Fact, said: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """What a fact claims, in the model's own words."""
    return dict(said) | ({"polarity": fact.polarity} if fact.type == "symptom" else {})


def _place(turn: int, quote: str, utterances: Sequence[Utterance], elsewhere: Sequence[Utterance]) -> Place:
    place = find_in_turn(utterances, turn, quote)
    if place is not None:
        return place
    if any(find(utterance.words, quote) for utterance in utterances):
        raise _No(Dropped.QUOTE_ELSEWHERE)
    crossed = any(find(utterance.words, quote) for utterance in elsewhere)
    raise _No(Dropped.CROSS_TALK if crossed else Dropped.QUOTE_MISSING)


def _check_whose(fact: Fact) -> None:
    if fact.experiencer != "patient":
        raise _No(Dropped.ANOTHER_PERSON)
    if fact.polarity == "absent" and fact.type != "symptom":
        raise _No(Dropped.DENIED)
    match fact.temporality:
        case "hypothetical":
            raise _No(Dropped.HYPOTHETICAL)
        case "planned" if fact.type not in _TO_COME:
            raise _No(Dropped.NOT_YET)
        case "past" if fact.type not in _OF_THE_PAST and not _is_stopped(fact):
            raise _No(Dropped.LONG_PAST)


def _is_stopped(fact: Fact) -> bool:
    """A medicine that was stopped is told of as past, and is news."""
    return fact.type == "medication" and any((f.name, f.value) == ("status", "stopped") for f in fact.fields)


def _is_asked(utterance: Utterance, place: Place) -> bool:
    """The words are a question of somebody who may be asking by profession: they say nothing of the subject."""
    if utterance.turn.role not in _ASKING:
        return False
    ends = [end for _, end in utterance.sentences if place.first < end]
    return bool(ends) and utterance.words[ends[0] - 1].norm == "?"


def _values(
    fact: Fact,
    said: Sequence[tuple[str, str]],
    places: Sequence[Place],
    utterances: Sequence[Utterance],
) -> Values:
    fields = FIELDS[fact.type]
    values: Values = {"polarity": fact.polarity} if fact.type == "symptom" else {}
    given = dict(said)
    if len(given) < len(said) or not given.keys() <= fields.keys():
        raise _No(Dropped.MALFORMED)
    grounded = False
    for name, field in fields.items():
        if name not in given:
            continue
        if isinstance(field, Choice):
            value = given[name].strip().lower()
            if value in field.of:
                values[name] = value
            continue
        words = _said(given[name], places, utterances)
        if words is None:
            raise _No(Dropped.VALUE_NOT_SAID, name)
        grounded = True
        value = field.read(words, values)
        if value is not None:
            values[name] = value
    if not grounded:
        raise _No(Dropped.NOTHING_SAID)
    return values


def _said(value: str, places: Sequence[Place], utterances: Sequence[Utterance]) -> Said | None:
    """Where one of the quotes says the words."""
    for place in places:
        utterance = utterances[place.turn]
        found = find(utterance.words, value, place.first, place.end)
        if found is not None:
            return Said(utterance, *found)
    return None


def _span(utterance: Utterance, place: Place) -> Span:
    """The quote with the rest of its sentence: a quote that was cut before "no" would say the opposite."""
    first, end = place.first, place.end
    inside = [(a, b) for a, b in utterance.sentences if a <= first and end <= b]
    if inside:
        a, b = quoted(utterance.words, inside[0], first, end)
        first, end = min(a, first), max(b, end)
    words = utterance.words
    return Span(place.turn, words[first].start, words[end - 1].end)
