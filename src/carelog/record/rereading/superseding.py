"""Writing down what conversations say that were read again, within the transaction that ends the reading.

What is said alike stays untouched; what changed becomes a revision of the entry that it was; what is not said any more
is retracted; what is new is added as ever. Nobody's judgement is touched: an entry that a person confirmed, corrected,
changed or retracted stays as they left it, and answers for what the engine says of the same.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, delete, select, type_coerce, update

from carelog.db import Connection, among
from carelog.identity.principal import is_principal
from carelog.record.adding import DELETED, add
from carelog.record.appending import Change, Placed, append
from carelog.record.conflicts import Compared
from carelog.record.contradicting import link_contradictions
from carelog.record.entries import Entry
from carelog.record.joining import JOINED
from carelog.record.merging import payload_json
from carelog.record.payload import Payload
from carelog.record.registry import entry_types, parse_payload
from carelog.record.rereading.coverage import Coverage
from carelog.record.rereading.matching import Known, matched
from carelog.record.rereading.revising import in_order, left_to_others, said_again, said_by_several, together
from carelog.record.review.items import Review
from carelog.record.rules import RULES
from carelog.record.selecting import any_entries, entry_of
from carelog.record.tables import entry, entry_mention, entry_revision

_KEEPING_HOUSE: Final = frozenset({DELETED, JOINED})
"""Why a principal's name stands under a revision that is no judgement of theirs."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """A conversation that was read again through a chain: for what, and what its engines say now."""

    subject_id: UUID
    conversation_id: UUID
    chain: str
    covers: tuple[Coverage, ...]
    placed: tuple[Placed, ...]

    def covering(self, type_name: str, engine: str | None) -> Coverage | None:
        """The newer word on what an engine said of a type; on whatever said it, where that is not known."""
        return next((c for c in self.covers if c.includes(type_name, c.engine if engine is None else engine)), None)

    def answers(self, item: Review) -> bool:
        """Whether this is a newer word on all that was doubted, so that it would have raised it again."""
        mine = item.conversation_id == self.conversation_id and item.chain in (None, self.chain)
        return mine and all(self.covering(item.type, reading.engine) for reading in item.readings)


@dataclass(frozen=True, slots=True)
class _Telling:
    payload: Payload | None
    chain: str | None


@dataclass(slots=True)
class _Candidate:
    """An entry with its past, and who tells it: the conversation that it was written from, if any, by `owner`, and all
    that tell it where they are several, with what each says, as far as it is known."""

    stored: Entry
    said: tuple[Payload, ...]
    engine: str
    judged: bool
    owner: UUID | None
    chain: str | None
    tellings: dict[UUID, _Telling]
    now: Entry = field(init=False)
    by: str = ""
    reason: str | None = None

    def __post_init__(self) -> None:
        self.now = self.stored

    @property
    def tellers(self) -> dict[UUID, str | None]:
        """Who tells it, through which chain."""
        told = {conversation: telling.chain for conversation, telling in self.tellings.items()}
        return told | ({self.owner: self.chain} if self.owner else {})

    def told_by(self, again: Rereading) -> bool:
        """Also where it is not known through which chain."""
        tellers = self.tellers
        return again.conversation_id in tellers and tellers[again.conversation_id] in (None, again.chain)

    def known(self) -> Known:
        return Known(self.now, (*self.said, self.now.payload), self.judged)

    def become(self, wanted: Entry, by: str, reason: str) -> None:
        if wanted != self.now:
            self.now, self.by, self.reason = wanted, by, reason


@dataclass(slots=True)
class _Work:
    """What is to be written of several conversations that were read again."""

    entries: Mapping[UUID, _Candidate]
    ids: dict[str, UUID] = field(default_factory=dict)
    fresh: list[Placed] = field(default_factory=list)
    moved: set[UUID] = field(default_factory=set)
    retold: set[tuple[UUID, UUID]] = field(default_factory=set)


async def supersede(connection: Connection, rereadings: Sequence[Rereading], at: datetime) -> dict[str, UUID]:
    """Write what was read again, of records that the caller has locked, and return the ids of entries by the origins of
    what was said. What went into an entry that a person judged has none: there is nothing more to ask about it."""
    if not rereadings:
        return {}
    work = _Work(await _told_by(connection, {again.conversation_id for again in rereadings}))
    for again in rereadings:
        _decide(work, again)
    changed = [candidate for candidate in work.entries.values() if candidate.now != candidate.stored]
    await append(
        connection,
        [Change(candidate.stored, candidate.now, candidate.by, candidate.reason) for candidate in changed],
        at,
    )
    await _write_tellers(connection, work)
    active = [Compared.of(candidate.now) for candidate in changed if candidate.now.state == "active"]
    await link_contradictions(connection, active, at, changed=[candidate.now.id for candidate in changed])
    added = await add(connection, work.fresh, at)
    return work.ids | {placed.origin: id_ for placed, id_ in zip(work.fresh, added, strict=True)}


def _decide(work: _Work, again: Rereading) -> None:
    mine = {candidate.stored.id: candidate for candidate in work.entries.values() if _is_in_question(candidate, again)}
    known = [candidate.known() for candidate in mine.values()]
    pairs = matched(known, [placed.entry for placed in again.placed], again.conversation_id)
    told: dict[UUID, list[Placed]] = defaultdict(list)
    for n, placed in enumerate(again.placed):
        if n in pairs:
            told[pairs[n].entry.id].append(placed)
        else:
            work.fresh.append(placed)
    for id_, candidate in mine.items():
        if candidate.judged:
            continue
        if id_ in told:
            _tell_again(work, candidate, told[id_], again)
        elif candidate.now.state == "active":
            _leave_out(work, candidate, again)


def _is_in_question(candidate: _Candidate, again: Rereading) -> bool:
    own = candidate.owner == again.conversation_id and not candidate.judged
    return (
        candidate.told_by(again)
        and again.covering(candidate.stored.type, candidate.engine if own else None) is not None
    )


def _tell_again(work: _Work, candidate: _Candidate, told: Sequence[Placed], again: Rereading) -> None:
    entries = [placed.entry for placed in told]
    id_, conversation, by = candidate.stored.id, again.conversation_id, entries[0].recorded_by
    if before := candidate.tellings.get(conversation):
        # What rules have a say in is not made up of what each conversation says.
        payload = before.payload if candidate.stored.type in RULES else together(entries)
        candidate.tellings[conversation] = _Telling(payload, again.chain)
        if candidate.tellings[conversation] != before:
            work.retold.add((id_, conversation))
    if candidate.owner == conversation and candidate.chain is None:
        candidate.chain = again.chain
        work.moved.add(id_)
    work.ids |= {placed.origin: id_ for placed in told}
    if candidate.tellers.keys() == {conversation}:
        wanted = said_again(candidate.now, entries)
    else:
        wanted = said_by_several(candidate.now, _said(candidate), entries, conversation)
    candidate.become(wanted, by, f"read again by {by}")


def _leave_out(work: _Work, candidate: _Candidate, again: Rereading) -> None:
    """It is not said any more here. What other conversations tell too loses the words of this one."""
    coverage = again.covering(candidate.stored.type, candidate.engine) or again.covering(candidate.stored.type, None)
    by = coverage.engine if coverage else "rules"
    reason = f"superseded by {by}"
    id_, conversation = candidate.stored.id, again.conversation_id
    if candidate.tellers.keys() == {conversation} and candidate.owner:
        candidate.become(replace(candidate.now, state="retracted"), by, reason)
        return
    if candidate.tellings.pop(conversation, None):
        work.retold.add((id_, conversation))
    if candidate.owner == conversation:
        candidate.owner = in_order(candidate.now.evidence, candidate.tellings)[0]
        candidate.chain = candidate.tellings[candidate.owner].chain
        work.moved.add(id_)
    candidate.become(left_to_others(candidate.now, _said(candidate), conversation), by, reason)


def _said(candidate: _Candidate) -> dict[UUID, Payload | None]:
    """What each conversation says of an entry that several tell; None where it was not kept."""
    if not candidate.tellings.keys() >= candidate.tellers.keys():
        return dict.fromkeys(candidate.tellers)
    return {conversation: telling.payload for conversation, telling in candidate.tellings.items()}


async def _write_tellers(connection: Connection, work: _Work) -> None:
    """Few have any, for few entries are told by several conversations."""
    for id_ in sorted(work.moved):
        candidate = work.entries[id_]
        owned = update(entry).where(entry.c.id == id_)
        await connection.execute(owned.values(conversation_id=candidate.owner, chain=candidate.chain))
    for id_, conversation in sorted(work.retold):
        telling = work.entries[id_].tellings.get(conversation)
        mention = entry_mention.c.entry_id == id_, entry_mention.c.conversation_id == conversation
        if telling is None:
            await connection.execute(delete(entry_mention).where(*mention))
        elif telling.payload is not None:
            said = payload_json(telling.payload)
            await connection.execute(update(entry_mention).where(*mention).values(chain=telling.chain, said=said))


async def _told_by(connection: Connection, conversations: set[UUID]) -> dict[UUID, _Candidate]:
    """Every entry that these conversations tell, retracted ones too, by its id."""
    owned = among(connection, entry.c.conversation_id, conversations)
    named = select(entry_mention.c.entry_id).where(among(connection, entry_mention.c.conversation_id, conversations))
    heads = select(entry.c.id, entry.c.conversation_id, entry.c.chain)
    either = heads.where(owned).union(heads.where(entry.c.id.in_(named)))
    owners = {row.id: row for row in await connection.execute(either)}
    if not owners:
        return {}
    newest = any_entries().where(among(connection, entry.c.id, owners))
    stored = {one.id: one for one in [entry_of(row) for row in await connection.execute(newest)]}
    tellings: dict[UUID, dict[UUID, _Telling]] = defaultdict(dict)
    mentioned = select(entry_mention).where(among(connection, entry_mention.c.entry_id, owners))
    for row in await connection.execute(mentioned.order_by(entry_mention.c.entry_id, entry_mention.c.conversation_id)):
        said = None if row.said is None else parse_payload(stored[row.entry_id].type, row.said)
        tellings[row.entry_id][row.conversation_id] = _Telling(said, row.chain)
    past = await _past(connection, owners)
    return {
        id_: _Candidate(
            stored=one,
            said=tuple(_payload(one.type, row.payload) for row in past[id_]),
            engine=past[id_][0].recorded_by,
            judged=any(is_principal(row.recorded_by) and row.reason not in _KEEPING_HOUSE for row in past[id_]),
            owner=owners[id_].conversation_id,
            chain=owners[id_].chain,
            tellings=tellings[id_],
        )
        for id_, one in sorted(stored.items())
    }


async def _past(connection: Connection, ids: Mapping[UUID, Any]) -> dict[UUID, list[Any]]:
    columns = (
        entry_revision.c.entry_id,
        entry_revision.c.recorded_by,
        entry_revision.c.reason,
        type_coerce(entry_revision.c.payload, Text).label("payload"),
    )
    revisions = select(*columns).where(among(connection, entry_revision.c.entry_id, ids))
    past: dict[UUID, list[Any]] = defaultdict(list)
    for row in await connection.execute(revisions.order_by(entry_revision.c.entry_id, entry_revision.c.revision)):
        past[row.entry_id].append(row)
    return past


def _payload(type_name: str, stored: str) -> Payload:
    return entry_types()[type_name].model.model_validate_json(stored)
