"""What follows from the urgency of a conversation: an analysis, a tag, and, where it is urgent, the urgent lane, an
unread notification in the record, and an alert to those who look after the subject."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from carelog.conversations import Conversation
from carelog.delivery.alert import Alert
from carelog.extraction.urgency import Assessment, Flag, Level, assess
from carelog.pipeline import AddAnalysis, AddTags, Lane, Outcome, Work
from carelog.record.entries import NewEntry
from carelog.record.types.notification import Notification
from carelog.telemetry import metrics

BY: Final = "urgency/1"
_NEWS: Final = timedelta(days=7)
_NO_DIAGNOSIS: Final = "Found by rules over what was said; it is no diagnosis."
_ALERT: Final = "A conversation was marked urgent. Sign in to see the record that it is of. Conversation: {}"


def urgency(work: Work, entries: Sequence[NewEntry]) -> Outcome:
    """What the urgency of a conversation brings about, of which these entries were read.

    Where it says what the conversation's newest analysis of urgency says already, nothing but the lane: it is told
    once, however often it is read. Of a conversation that is routine, and never was otherwise, nothing is written.
    """
    found = assess(work.conversation, entries, zone=work.zone)
    metrics.urgency(found.level.label)
    known = _known(work.conversation)
    body = _body(found)
    lane = Lane.URGENT if found.level is Level.URGENT else None
    if body == known or (known is None and found.level is Level.ROUTINE):
        return Outcome(lane=lane)
    analysis = {
        "type": "urgency",
        "vendor": "carelog",
        "product": BY,
        "mediatype": "application/json",
        "encoding": "json",
        "body": body,
    }
    changes = (AddAnalysis(analysis), AddTags({"urgency": found.level.label}))
    new = [flag for flag in found.flags if flag.rule.level is Level.URGENT and _shown(flag) not in _flags(known)]
    if not new:
        return Outcome(changes=changes, lane=lane)
    # Who takes in the talk of years must not page everybody for it.
    alert = _alert(work, new) if work.now - work.conversation.started_at <= _NEWS else None
    return Outcome(changes=changes, lane=lane, entries=(_notification(work, new),), alert=alert)


def _known(conversation: Conversation) -> dict[str, Any] | None:
    """What our newest analysis of urgency says."""
    ours = ("urgency", "carelog")
    analyses = [a for a in conversation.document.get("analysis", ()) if (a.get("type"), a.get("vendor")) == ours]
    body = analyses[-1].get("body") if analyses else None
    return body if isinstance(body, dict) else None


def _flags(body: dict[str, Any] | None) -> Sequence[Any]:
    flags = (body or {}).get("flags")
    return flags if isinstance(flags, list) else []


def _body(found: Assessment) -> dict[str, Any]:
    return {"level": found.level.label, "flags": [_shown(flag) for flag in found.flags]}


def _shown(flag: Flag) -> dict[str, Any]:
    rule = flag.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "level": rule.level.label,
        "quotes": [
            {"turn": e.turn, "pointer": e.pointer, "start": e.start, "end": e.end, "quote": e.quote}
            for e in flag.evidence
        ],
        "sources": [{"name": source.name, "url": source.url} for source in rule.sources],
    }


def _notification(work: Work, flags: Sequence[Flag]) -> NewEntry:
    evidence = tuple(dict.fromkeys(e for flag in flags for e in flag.evidence))
    others = [flag.rule.title for flag in flags[1:]]
    payload = Notification(
        kind="warning",
        title=f"Urgent: {flags[0].rule.title}",
        message="\n".join([*others, _NO_DIAGNOSIS]),
    )
    return NewEntry(
        type="notification",
        payload=payload,
        evidence=evidence,
        occurred_at=work.now,
        occurred_zone=work.zone,
        recorded_by=BY,
        source="derived",
    )


def _alert(work: Work, flags: Sequence[Flag]) -> Alert:
    """Named by the turn that is newest in it: what is read again is the same, and what is said later is not."""
    newest = max(e.turn for flag in flags for e in flag.evidence)
    return Alert(f"{work.conversation_id}:{newest}", "Urgent conversation", _ALERT.format(work.conversation_id))
