"""What a statement about a symptom is, and what it counts for."""

from dataclasses import dataclass
from enum import IntEnum

from carelog.extraction.ended import is_over
from carelog.extraction.exchange import Answer
from carelog.extraction.finding import Span
from carelog.extraction.negation import Clause
from carelog.extraction.symptoms.details import NO_DETAILS, Details, details_beside
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.record.types.symptom import Polarity


class Weight(IntEnum):
    """How much a statement counts against another about the same symptom."""

    TAKEN_AS_KNOWN = 1  # "how long have you had this cough"
    RECAP = 2  # the clinician's words about the person, or a finding of the examination
    ANSWER = 3
    OWN = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """`position` is the turn's place in the dialogue; the first span names the symptom. `over`: it was there once."""

    mention: Mention
    polarity: Polarity
    weight: Weight
    position: int
    spans: tuple[Span, ...]
    details: Details = NO_DETAILS
    over: bool = False


def statement(
    reading: Reading,
    mention: Mention,
    clause: Clause,
    polarity: Polarity,
    weight: Weight,
    answer: Answer | None = None,
    *,
    over: bool = False,
) -> Statement:
    """The statement that a mention makes, with the details said beside it."""
    spans = [reading.quote(mention.first, mention.end)]
    if answer is not None:
        spans.append(answer.span)
    if polarity == "absent":
        over = over or (mention.end < clause[1] and is_over(reading.words, (mention.end, clause[1])))
        return Statement(mention, polarity, weight, reading.position, tuple(spans), over=over)
    details = details_beside(reading, mention, clause)
    return Statement(mention, polarity, weight, reading.position, tuple(spans), details)
