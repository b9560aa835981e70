"""What a statement about a symptom is, and what it counts for."""

from dataclasses import dataclass
from enum import IntEnum

from carelog.extraction.exchange import Answer
from carelog.extraction.finding import Span
from carelog.extraction.negation import Clause, clause_about_it
from carelog.extraction.symptoms.details import duration, severity, trend
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.record.types.symptom import Polarity, Severity, Trend


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
        said = trend(words, after) if after is not None else None
    return Statement(
        mention=mention,
        polarity=polarity,
        weight=weight,
        position=reading.position,
        spans=tuple(spans),
        severity=severity(words, clause, mention.first, mention.end),
        trend=said,
        duration=duration(reading.utterance, clause),
    )
