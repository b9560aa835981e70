"""What becomes of an entry when a conversation that tells it is read again. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from carelog.record.entries import Confidence, Entry, NewEntry
from carelog.record.evidence import Evidence
from carelog.record.merging import filled, told_again
from carelog.record.payload import Payload
from carelog.record.rules import RULES


def together(told: Sequence[NewEntry]) -> Payload:
    """What several readings of one thing say: a second one goes into the first."""
    payload = told[0].payload
    for new in told[1:]:
        payload = told_again(new.type, payload, new.payload)
    return payload


def said_again(entry: Entry, told: Sequence[NewEntry]) -> Entry:
    """An entry that one conversation tells, as it tells it now; equal to what it was when that says nothing new. Where
    rules have a say in what stands there, it gets what it lacks and keeps the rest."""
    first, payload, quotes = told[0], together(told), _quotes(told)
    if entry.type in RULES:
        payload = filled(entry.type, entry.payload, payload)
    return replace(
        entry,
        state="active",
        payload=payload,
        evidence=entry.evidence if set(entry.evidence) == set(quotes) else quotes,
        occurred_at=first.occurred_at,
        occurred_zone=first.occurred_zone,
        confidence=_confidence(entry, first),
    )


def said_by_several(
    entry: Entry, said: Mapping[UUID, Payload | None], told: Sequence[NewEntry], conversation: UUID
) -> Entry:
    """An entry that several conversations tell, as one of them tells it now. `said` is what each of them says now;
    where that is not known of all, the entry keeps what it says."""
    mine, quotes = {quote for quote in entry.evidence if quote.conversation == conversation}, _quotes(told)
    evidence = entry.evidence if mine == set(quotes) else _with_words_of(entry.evidence, conversation, quotes)
    payload = _of_all(entry, said, evidence)
    leads = evidence[0].conversation == conversation
    moment = payload.happens_at() or (told[0].occurred_at if leads else entry.occurred_at)
    return replace(entry, state="active", payload=payload, evidence=evidence, occurred_at=moment)


def left_to_others(entry: Entry, said: Mapping[UUID, Payload | None], conversation: UUID) -> Entry:
    """An entry without what one conversation said of it."""
    evidence = _with_words_of(entry.evidence, conversation, ())
    payload = _of_all(entry, said, evidence) if said else entry.payload
    return replace(entry, payload=payload, evidence=evidence, occurred_at=payload.happens_at() or entry.occurred_at)


def in_order(evidence: Sequence[Evidence], conversations: Collection[UUID]) -> list[UUID]:
    """These conversations in the order in which they told an entry."""
    quoted = dict.fromkeys(quote.conversation for quote in evidence)
    return [
        *(one for one in quoted if one in conversations),
        *sorted(one for one in conversations if one not in quoted),
    ]


def _of_all(entry: Entry, said: Mapping[UUID, Payload | None], evidence: Sequence[Evidence]) -> Payload:
    tellings = [said[conversation] for conversation in in_order(evidence, said)]
    if entry.type in RULES or entry.source != "conversation" or any(payload is None for payload in tellings):
        return entry.payload
    known = [payload for payload in tellings if payload is not None]
    payload = known[0]
    for more in known[1:]:
        payload = told_again(entry.type, payload, more)
    return payload


def _with_words_of(
    evidence: Sequence[Evidence], conversation: UUID, quotes: Sequence[Evidence]
) -> tuple[Evidence, ...]:
    """The quotes with those of one conversation in the place of what it was quoted with before, last if it was not."""
    found: dict[UUID, list[Evidence]] = {}
    for quote in evidence:
        found.setdefault(quote.conversation, []).append(quote)
    found[conversation] = list(quotes)
    return tuple(dict.fromkeys(quote for quoted in found.values() for quote in quoted))


def _quotes(told: Sequence[NewEntry]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(quote for new in told for quote in new.evidence))


def _confidence(entry: Entry, told: NewEntry) -> Confidence | None:
    """What was written before this was kept is of one engine, as far as anybody knows."""
    return entry.confidence if (entry.confidence, told.confidence) == (None, "single") else told.confidence
