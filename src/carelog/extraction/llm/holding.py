"""Holding facts to the evidence: what a model says becomes a finding only where code finds all of it in the turns."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from carelog.ai.redaction import UnknownPlaceholder
from carelog.conversations.turns import Role
from carelog.extraction.finding import Finding, Span
from carelog.extraction.llm.facts import Fact, parse_fact
from carelog.extraction.llm.fields import FIELDS, Choice, Said, Values
from carelog.extraction.llm.quotes import Place, find, find_in_turn
from carelog.extraction.quoting import quoted
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
    DENIED = "denied"
    ONLY_ASKED = "only_asked"
    INVALID = "invalid"


KEPT: Final = "kept"
_MOST: Final = 1000  # facts of one conversation that are looked at: no talk has so many
_TO_COME: Final = frozenset({"appointment", "medication"})
_OF_THE_PAST: Final = frozenset({"allergy", "appointment", "condition", "lab_result"})
_ASKING: Final = frozenset({Role.CLINICIAN, Role.AGENT, Role.UNKNOWN})


class _No(Exception):
    def __init__(self, why: Dropped) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Held:
    """The findings among some facts, and what became of each fact: kept, or why it was dropped."""

    findings: tuple[Finding, ...]
    fates: Counter[str]

    @property
    def mixed_up(self) -> bool:
        """Whether words of another conversation were quoted, so that nothing of this answer can be relied on."""
        return self.fates[Dropped.CROSS_TALK] > 0


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
    for number, item in enumerate(given):
        fact = parse_fact(item) if number < _MOST else None
        try:
            if fact is None or fact.type not in FIELDS:
                raise _No(Dropped.MALFORMED)
            finding = _held(fact, utterances, restore, elsewhere)
        except _No as no:
            fates[no.why.value] += 1
        else:
            fates[KEPT] += 1
            findings.setdefault(_identity(finding), finding)
    return Held(tuple(sorted(findings.values(), key=lambda f: f.spans[0])), fates)


def joined(parts: Sequence[Held]) -> Held:
    """What was held in windows that overlap, each finding once."""
    findings = {_identity(finding): finding for part in parts for finding in part.findings}
    fates = sum((part.fates for part in parts), Counter[str]())
    return Held(tuple(sorted(findings.values(), key=lambda f: f.spans[0])), fates)


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
    values = _values(fact, said, places, utterances)
    try:
        payload = parse_payload(fact.type, values)
    except InvalidInput:
        raise _No(Dropped.INVALID) from None
    spans = [_span(utterances[place.turn], place) for place in places]
    return Finding(fact.type, payload, tuple(dict.fromkeys(spans)))


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
            raise _No(Dropped.VALUE_NOT_SAID)
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
