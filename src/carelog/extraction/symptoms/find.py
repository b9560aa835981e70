"""One finding per symptom and polarity, made of everything that was stated about it."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

from carelog.extraction.finding import Finding
from carelog.extraction.symptoms.asked import asked
from carelog.extraction.symptoms.closer import told_closer
from carelog.extraction.symptoms.followups import followed_up
from carelog.extraction.symptoms.functions import functioning
from carelog.extraction.symptoms.judged import judged
from carelog.extraction.symptoms.lexicon import Lexicon, lexicon
from carelog.extraction.symptoms.mentions import PLACED_ONLY
from carelog.extraction.symptoms.naming import with_names
from carelog.extraction.symptoms.productive import with_what_comes_up
from carelog.extraction.symptoms.radiating import radiating
from carelog.extraction.symptoms.reading import Reading, read_turn
from carelog.extraction.symptoms.standing import best, polarities
from carelog.extraction.symptoms.statements import Statement
from carelog.extraction.symptoms.told import told
from carelog.extraction.symptoms.topic import with_site
from carelog.extraction.utterances import Utterance
from carelog.record.types.symptom import Symptom

_LONGEST: Final = 80  # characters, as in record.values.Said


def find_symptoms(dialogue: Sequence[Utterance]) -> list[Finding]:
    """The symptoms that the subject has, or is said not to have, in the order in which they were last stated.

    The subject's own words win over an answer, an answer over the clinician's recap, and of equals the later one;
    only when the subject states both clearly ("no chest pain", "I had chest pain yesterday") are both kept.
    """
    readings = read(dialogue, lexicon())
    told_of: dict[str, list[Statement]] = {}
    for statement in statements(readings, lexicon()):
        told_of.setdefault(statement.mention.name, []).append(statement)
    by_name = with_what_comes_up(told_of, readings)
    vaguer = told_closer(by_name)
    kept: list[tuple[Statement, list[Statement]]] = []
    for name, said in by_name.items():
        if name in vaguer:
            continue
        for polarity in polarities(said):
            agreeing = [s for s in said if s.polarity == polarity]
            kept.append((best(agreeing), agreeing))
    kept.sort(key=lambda pair: (pair[0].position, pair[0].mention.first))
    return [_finding(one, agreeing) for one, agreeing in kept]


def read(dialogue: Sequence[Utterance], lexicon: Lexicon) -> list[Reading]:
    readings: list[Reading] = []
    for position, utterance in enumerate(dialogue):
        readings.append(with_names(read_turn(utterance, position, lexicon), readings))
    return readings


def statements(readings: Sequence[Reading], lexicon: Lexicon) -> list[Statement]:
    """Every statement about the subject's symptoms, in the order in which they are said."""
    found: list[Statement] = []
    for position in range(len(readings)):
        told_here = chain(told(readings, position), asked(readings, position))
        for made in chain(told_here, judged(readings, position), functioning(readings, position)):
            told_there = with_site(made, found, readings, lexicon)
            if not (told_there.mention.bare and told_there.mention.name in PLACED_ONLY):
                found.append(told_there)
        for told_before, detailed in followed_up(found, readings, position, lexicon).items():
            found[told_before] = detailed
        found.extend(radiating(found, readings, position, lexicon))
    return found


def _finding(stands: Statement, agreeing: Sequence[Statement]) -> Finding:
    """The best statement's words, with the details from wherever they were said."""
    ranked = sorted(agreeing, key=lambda s: (s.weight, s.position), reverse=True)
    details = stands.details
    spans = list(stands.spans)
    for other in ranked:
        if other is not stands and other.details.adds_to(details):
            details = details.filled(other.details)
            spans.extend(span for span in other.spans if span not in spans)
    payload = Symptom(
        name=stands.mention.name,
        polarity=stands.polarity,
        body_site=_few_words(next((s.mention.site for s in [stands, *ranked] if s.mention.site), None)),
        status="resolved" if stands.over else None,
        severity=details.severity,
        score=details.score,
        trend=details.trend,
        duration=_few_words(details.duration),
        onset=details.onset,
        frequency=_few_words(details.frequency),
        trigger=_few_words(details.trigger),
        relief=_few_words(details.relief),
    )
    return Finding("symptom", payload, tuple(spans))


def _few_words(said: str | None) -> str | None:
    """What the entry type takes for a few words; what is longer is left to the quote."""
    return said if said is not None and len(said) <= _LONGEST else None
