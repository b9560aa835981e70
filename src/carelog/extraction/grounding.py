"""Grounding: code, not the extractor, says where a quote stands. What does not stand in the conversation is not
an entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from carelog.conversations import Conversation
from carelog.conversations.content import text_at
from carelog.conversations.turns import Turn
from carelog.extraction.finding import Finding, Implausible, Span
from carelog.record.entries import NewEntry
from carelog.record.evidence import Evidence
from carelog.record.review.items import Doubt, NewReview, Reading


@dataclass(frozen=True, slots=True)
class Grounded:
    """What stands in the conversation: entries, doubts for a person to judge, and how many findings were dropped
    because a quote did not stand where it should."""

    entries: tuple[NewEntry, ...]
    reviews: tuple[NewReview, ...] = ()
    dropped: int = 0


def ground(
    findings: Iterable[Finding | Implausible], conversation: Conversation, *, zone: str, engine: str
) -> Grounded:
    """The findings as entries and doubts whose every quote was looked up in the document."""
    turns = conversation.turns
    strings: dict[str, str] = {}
    entries: list[NewEntry] = []
    reviews: list[NewReview] = []
    dropped = 0
    for finding in findings:
        found = [evidence_of(span, turns, conversation, strings) for span in finding.spans]
        whole = [e for e in found if e is not None]
        if not whole or len(whole) < len(found):
            dropped += 1
            continue
        evidence = tuple(dict.fromkeys(whole))
        said_at = _said_at(turns[finding.spans[0].turn], conversation)
        if isinstance(finding, Implausible):
            reading = Reading(engine, finding.payload, evidence)
            reviews.append(NewReview(finding.type, Doubt.IMPLAUSIBLE, (reading,), said_at, zone, finding.fields))
            continue
        entries.append(
            NewEntry(
                type=finding.type,
                payload=finding.payload,
                evidence=evidence,
                occurred_at=finding.payload.happens_at() or finding.happened_at or said_at,
                occurred_zone=zone,
                recorded_by=engine,
                confidence="single",
            )
        )
    return Grounded(tuple(entries), tuple(reviews), dropped)


def evidence_of(
    span: Span, turns: Sequence[Turn], conversation: Conversation, strings: dict[str, str]
) -> Evidence | None:
    """What stands at a span, looked up in the document; None for a span that there is not. `strings` remembers what
    was looked up."""
    if not 0 <= span.turn < len(turns):
        return None
    turn = turns[span.turn]
    if not 0 <= span.start < span.end <= len(turn.text):
        return None
    quote = turn.text[span.start : span.end]
    if turn.pointer not in strings:
        strings[turn.pointer] = text_at(conversation.document, turn.pointer)
    start, end = turn.offset + span.start, turn.offset + span.end
    if not quote.strip() or strings[turn.pointer][start:end] != quote:
        return None
    return Evidence(
        conversation=conversation.uuid,
        turn=span.turn,
        pointer=turn.pointer,
        dialog=turn.dialog if turn.pointer.startswith("/dialog/") else None,
        start=start,
        end=end,
        quote=quote,
        speaker=turn.speaker,
    )


def _said_at(turn: Turn, conversation: Conversation) -> datetime:
    return turn.start or conversation.started_at
