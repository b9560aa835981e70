"""What a statement about a symptom is, and what it counts for."""

from dataclasses import dataclass
from enum import IntEnum

from carelog.extraction.durations import find_durations
from carelog.extraction.exchange import Answer
from carelog.extraction.finding import Span
from carelog.extraction.negation import Clause, clause_about_it
from carelog.extraction.symptoms.details import duration, severity, trend, trend_at
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set
from carelog.record.types.symptom import Polarity, Severity, Trend

_BUT = word_set("but , and though still much now par lekin")
_HINDI_ME = word_set("mujhe muje मुझे")
_SHORT_SENTENCE = 10  # words
_BESIDE_A_TIME = word_set(
    "now maybe about around for like i think probably going on so it's been , . ? ! um uh over almost"
)


class Weight(IntEnum):
    """How much a statement counts against another about the same symptom."""

    TAKEN_AS_KNOWN = 1  # "how long have you had this cough"
    RECAP = 2  # the clinician's words about the person, or a finding of the examination
    ANSWER = 3
    OWN = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """`position` is the turn's place in the dialogue; the first span names the symptom."""

    mention: Mention
    polarity: Polarity
    weight: Weight
    position: int
    spans: tuple[Span, ...]
    severity: Severity | None = None
    trend: Trend | None = None
    duration: str | None = None


def statement(
    reading: Reading, mention: Mention, clause: Clause, polarity: Polarity, weight: Weight, answer: Answer | None = None
) -> Statement:
    """The statement that a mention makes, with the details said beside it."""
    spans = [reading.quote(mention.first, mention.end)]
    if answer is not None:
        spans.append(answer.span)
    if polarity == "absent":
        return Statement(mention, polarity, weight, reading.position, tuple(spans))
    words = reading.words
    alone = sum(clause[0] <= other.first < clause[1] for other in reading.mentions) == 1
    said = trend(words, clause) if alone else None
    if said is None and reading.ends_clause(mention, clause):
        after = clause_about_it(words, reading.clauses, clause)
        said = trend(words, after) if after is not None else _trend_next(reading, clause)
    return Statement(
        mention=mention,
        polarity=polarity,
        weight=weight,
        position=reading.position,
        spans=tuple(spans),
        severity=severity(words, clause, mention.first, mention.end),
        trend=said,
        duration=duration(reading.utterance, _with_time_before(reading, clause)) or _added(reading, mention),
    )


def _trend_next(reading: Reading, clause: Clause) -> Trend | None:
    """ "Headache still there | but less than yesterday"."""
    words, at = reading.words, clause[1]
    while at < len(words) and words[at].norm in _BUT:
        at += 1
    return trend_at(words, at) if at < len(words) and at > clause[1] else None


def _with_time_before(reading: Reading, clause: Clause) -> Clause:
    """ "Kal raat se mujhe bukhar hai": the time stands before the Hindi subject."""
    if reading.words[clause[0]].norm not in _HINDI_ME:
        return clause
    return next(s[0] for s in reading.utterance.sentences if s[0] <= clause[0] < s[1]), clause[1]


def _added(reading: Reading, mention: Mention) -> str | None:
    """A time in a sentence of its own, before anything else is named: "Tingling in the toes. Two months now?" """
    utterance = reading.utterance
    stop = min((m.first for m in reading.mentions if m.first > mention.first), default=len(utterance.words))
    near = [s for s in utterance.sentences if mention.end <= s[0] and s[1] <= stop and s[1] - s[0] <= _SHORT_SENTENCE]
    if not near:
        return None
    for begin, after, _ in find_durations(utterance):
        for first, end in near:
            beside = (*utterance.words[first:begin], *utterance.words[after:end])
            if first <= begin < end and all(word.norm in _BESIDE_A_TIME for word in beside):
                return utterance.quote(begin, after)
    return None
