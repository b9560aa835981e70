"""From a dialogue to the vitals that were measured."""

from collections.abc import Sequence

from carelog.extraction.finding import Finding, Implausible
from carelog.extraction.numbers import may_hold_numbers
from carelog.extraction.utterances import Utterance
from carelog.extraction.vitals.cues import Cue, find_cues
from carelog.extraction.vitals.readings import may_do_without
from carelog.extraction.vitals.repeats import (
    is_read_back,
    once_each,
    put_right,
    puts_right,
    to_put_right,
)
from carelog.extraction.vitals.topics import Asked, asks_for_no_reading, topic_of
from carelog.extraction.vitals.turns import vitals_of
from carelog.extraction.vitals.units import weight_scale


def find_vitals(dialogue: Sequence[Utterance]) -> list[Finding | Implausible]:
    """Every reading that was said, in order, each quoting its words and, for a bare answer, the question.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "My blood pressure was one thirty five over eighty and my temp a hundred and one point two."
    >>> [finding.payload.headline() for finding in find_vitals(read([Turn(0, said, "/t")]))]
    ['blood pressure 135/80 mmHg', 'temperature 38.4 °C']
    """
    found: list[Finding | Implausible] = []
    asked_before: dict[int, Asked | None] = {}
    cues_before: list[Cue] = []
    scale = weight_scale(dialogue)
    for i, utterance in enumerate(dialogue):
        cues = find_cues(utterance)
        if not may_hold_numbers(utterance):
            cues_before = cues
            continue
        if i and asks_for_no_reading(dialogue[i - 1], cues_before, utterance):
            cues_before = cues
            continue
        asked = topic_of(dialogue, i, cues_before, found) if i else None
        asked_before[i] = asked
        cues_before = cues
        correcting = puts_right(dialogue, i, found)
        if not (cues or asked or correcting or may_do_without(utterance)):
            continue
        if correcting:
            asked = asked or to_put_right(dialogue, i, found)
        new = [
            finding
            for finding in vitals_of(utterance, cues, asked, scale)
            if not is_read_back(dialogue, i, found, finding)
        ]
        found = put_right(dialogue, i, found, new, asked_before) if correcting else [*found, *new]
    return once_each(found)
