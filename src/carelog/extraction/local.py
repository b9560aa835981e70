"""The local engine: reads a conversation by grammars and vocabularies of its own; nothing leaves the machine."""

from collections.abc import Callable, Sequence
from typing import Final

from carelog.conversations import Conversation
from carelog.extraction.finding import Finding, Implausible
from carelog.extraction.grounding import Grounded, ground
from carelog.extraction.heard import heard
from carelog.extraction.pieces import in_pieces
from carelog.extraction.temporality import dated
from carelog.extraction.unreal import real
from carelog.extraction.utterances import Utterance, read

ENGINE: Final = "local/2"

Finder = Callable[[Sequence[Utterance]], Sequence[Finding | Implausible]]


def finders() -> tuple[Finder, ...]:
    """Every extractor of the local engine. Imported here, so that only who extracts pays for the vocabularies."""
    from carelog.extraction.allergies import find_allergies
    from carelog.extraction.appointments import find_appointments
    from carelog.extraction.conditions import find_conditions
    from carelog.extraction.exercise import find_exercise
    from carelog.extraction.food import find_food
    from carelog.extraction.labs import find_labs
    from carelog.extraction.medications import find_medications
    from carelog.extraction.mood import find_mood
    from carelog.extraction.sleep import find_sleep
    from carelog.extraction.symptoms import find_symptoms
    from carelog.extraction.vitals import find_vitals
    from carelog.extraction.water import find_water

    return (
        find_symptoms,
        find_medications,
        find_vitals,
        find_labs,
        find_food,
        find_water,
        find_sleep,
        find_exercise,
        find_mood,
        find_appointments,
        find_allergies,
        find_conditions,
    )


def extract(conversation: Conversation, *, zone: str | None = None) -> Grounded:
    """What a conversation says, each entry with quotes that stand in it, in the order in which it was said.

    `zone` is the subject's time zone; without it the conversation's own is used, and UTC where it has none.
    """
    clock = zone or conversation.zone or "UTC"
    pieces = in_pieces(heard(conversation))
    dialogue = real(read(pieces.turns, started_at=conversation.started_at, zone=clock))
    findings = [finding for find in finders() for finding in find(dialogue)]
    findings.sort(key=lambda f: f.spans[0])
    told = [pieces.whole(finding) for finding in dated(findings, dialogue)]
    return ground(told, conversation, zone=clock, engine=ENGINE)
