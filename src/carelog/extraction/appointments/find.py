"""One finding for each appointment, as it stands at the end of the conversation."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from carelog.extraction.appointments import plans
from carelog.extraction.appointments.answers import refused, taken
from carelog.extraction.appointments.booking import Bookings
from carelog.extraction.appointments.moved import standing
from carelog.extraction.appointments.statements import Statement, sentences_of
from carelog.extraction.finding import Finding
from carelog.extraction.utterances import Utterance
from carelog.record.types.appointment import Appointment
from carelog.record.values import EARLIEST, LATEST

_LAST: Final = LATEST.replace(year=LATEST.year - 1)
_LONGEST: Final = 200


def find_appointments(dialogue: Sequence[Utterance]) -> list[Finding]:
    """What was arranged, changed and missed, and what was proposed: follow-ups, referrals, tests.

    A follow-up that a clinician announces is proposed: nobody has agreed on a day yet. What somebody may come for "if
    it gets worse" is none. Of one that is moved, the old one is cancelled. An hour without am or pm is read where only
    one of the two lies between nine and six.

    >>> from carelog.conversations.turns import Role, Turn
    >>> from carelog.extraction.utterances import read
    >>> said = "I'll see you back in two weeks. Call us if you need anything."
    >>> found = find_appointments(read([Turn(0, said, "/t", role=Role.CLINICIAN)]))
    >>> [finding.payload.headline() for finding in found]
    ['Follow-up, in two weeks: proposed']
    """
    arranged = Bookings()
    proposed: dict[tuple[str, str | None], Statement] = {}
    dialogue = standing(dialogue)
    for i, utterance in enumerate(dialogue):
        if arranged.may_hear(utterance):
            arranged.hear(dialogue, i)
        if plans.may_plan(utterance):
            for sentence in sentences_of(utterance):
                for plan in plans.plans_in(utterance, sentence):
                    if plan.slot is None or plan.slot.moment is None:
                        _propose(proposed, plan)
                    elif not refused(dialogue, i):
                        fixed = taken(dialogue, i)
                        _propose(proposed, replace(plan, status="scheduled") if fixed else plan)
    booked = {s.slot.day for s in arranged.known if s.slot and s.slot.day}
    plans_left = [p for p in proposed.values() if not (p.slot and p.slot.hour and p.slot.day in booked)]
    return [_finding(statement) for statement in (*arranged.known, *plans_left)]


def _propose(proposed: dict[tuple[str, str | None], Statement], plan: Statement) -> None:
    """What is said twice is one; a time that is told later counts."""
    key = (plan.title, plan.doctor)
    known = proposed.get(key)
    if known is None or (plan.slot is not None and known.slot is None):
        proposed[key] = plan


def _finding(statement: Statement) -> Finding:
    slot = statement.slot
    moment = slot.moment if slot and statement.status not in ("missed", "completed") else None
    if moment is not None and not EARLIEST < moment.date() < _LAST:
        moment = None
    payload = Appointment(
        title=statement.title,
        scheduled_at=moment,
        when=_short(slot.text if slot else None),
        kind=statement.kind,
        status=statement.status,
        doctor=_short(statement.doctor),
        specialty=statement.specialty,
        location=_short(statement.location),
        virtual=statement.virtual,
        reason=_short(statement.reason),
    )
    return Finding("appointment", payload, (statement.span, *statement.support))


def _short(text: str | None) -> str | None:
    text = " ".join(text.split()) if text is not None else None
    return text if text and len(text) <= _LONGEST else None
