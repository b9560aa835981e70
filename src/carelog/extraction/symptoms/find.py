"""One finding per symptom and polarity, made of everything that was stated about it."""

from collections.abc import Sequence

from carelog.extraction.finding import Finding
from carelog.extraction.symptoms.asked import asked
from carelog.extraction.symptoms.followups import followed_up
from carelog.extraction.symptoms.lexicon import Lexicon, lexicon
from carelog.extraction.symptoms.reading import read_turn
from carelog.extraction.symptoms.statements import Statement, Weight
from carelog.extraction.symptoms.told import told
from carelog.extraction.symptoms.topic import with_site
from carelog.extraction.utterances import Utterance
from carelog.record.types.symptom import Polarity, Symptom


def find_symptoms(dialogue: Sequence[Utterance]) -> list[Finding]:
    """The symptoms that the subject has, or is said not to have, in the order in which they were last stated.

    The subject's own words win over an answer, an answer over the clinician's recap, and of equals the later one;
    only when the subject states both clearly ("no chest pain", "I had chest pain yesterday") are both kept.
    """
    by_name: dict[str, list[Statement]] = {}
    for statement in statements(dialogue, lexicon()):
        by_name.setdefault(statement.mention.name, []).append(statement)
    sited = {
        name.rpartition(" ")[2]
        for name, said in by_name.items()
        if " " in name and any(s.mention.site or s.polarity == "present" for s in said)
    }
    if any(name.endswith("ache") and any(s.polarity == "present" for s in said) for name, said in by_name.items()):
        sited.add("pain")  # "My headache is bad. It's really throbbing."
    kept: list[tuple[Statement, list[Statement]]] = []
    for name, said in by_name.items():
        if said[0].mention.bare and name in sited:
            continue
        for polarity in _polarities(said):
            agreeing = [s for s in said if s.polarity == polarity]
            kept.append((_best(agreeing), agreeing))
    kept.sort(key=lambda pair: (pair[0].position, pair[0].mention.first))
    return [_finding(best, agreeing) for best, agreeing in kept]


def statements(dialogue: Sequence[Utterance], lexicon: Lexicon) -> list[Statement]:
    """Every statement about the subject's symptoms, in the order in which they are said."""
    readings = [read_turn(utterance, position, lexicon) for position, utterance in enumerate(dialogue)]
    found: list[Statement] = []
    for position in range(len(readings)):
        for made in (*told(readings, position), *asked(readings, position)):
            found.append(with_site(made, found, readings, lexicon))
        for told_before, detailed in followed_up(found, readings, position).items():
            found[told_before] = detailed
    return found


def _best(said: Sequence[Statement]) -> Statement:
    return max(said, key=lambda s: (s.weight, s.position, s.mention.first))


def _polarities(said: Sequence[Statement]) -> list[Polarity]:
    present = [s for s in said if s.polarity == "present"]
    absent = [s for s in said if s.polarity == "absent"]
    if not present or not absent:
        return [said[0].polarity]
    yes, no = _best(present), _best(absent)
    if yes.weight is no.weight is Weight.OWN:
        return ["present", "absent"]
    return [_best([yes, no]).polarity]


def _finding(best: Statement, agreeing: Sequence[Statement]) -> Finding:
    """The best statement's words, with the details from wherever they were said."""
    ranked = sorted(agreeing, key=lambda s: (s.weight, s.position), reverse=True)
    payload = Symptom(
        name=best.mention.name,
        polarity=best.polarity,
        severity=next((s.severity for s in ranked if s.severity), None),
        trend=next((s.trend for s in ranked if s.trend), None),
        body_site=next((s.mention.site for s in [best, *ranked] if s.mention.site), None),
        duration=next((s.duration for s in ranked if s.duration), None),
    )
    spans = list(best.spans)
    for s in ranked:
        detailed = s is not best and (
            (payload.duration and s.duration == payload.duration and best.duration != payload.duration)
            or (payload.severity and s.severity == payload.severity and best.severity != payload.severity)
            or (payload.trend and s.trend == payload.trend and best.trend != payload.trend)
        )
        if detailed:
            spans.extend(span for span in s.spans if span not in spans)
    return Finding("symptom", payload, tuple(spans))
