"""Effects: what a batch has done, written within the transaction that also moves its runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from carelog.conversations import Conversation
from carelog.conversations import store as conversations
from carelog.conversations.versions import versions_of
from carelog.db import Connection
from carelog.pipeline import copies, ledger, readings
from carelog.pipeline.chains import Chains
from carelog.pipeline.intake import new_run
from carelog.pipeline.progress import Progress
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.run import Lane, Run, RunState
from carelog.record import store as record
from carelog.record.rereading.superseding import Rereading, supersede
from carelog.record.review import adding as reviews
from carelog.record.surroundings import lock_records


@dataclass(frozen=True, slots=True)
class Onward:
    """What others have to do now: runs that links asked for or that need wait no longer, and whether there are copies
    for storages. `doubts` are the readings that wait for a person now, by why they are doubted."""

    runs: Sequence[Run]
    copies: bool
    doubts: Counter[str]


async def write_effects(
    connection: Connection,
    chains: Chains,
    reader: ConversationReader,
    settled: Sequence[tuple[Progress, Run]],
    now: datetime,
) -> Onward:
    """Write the effects of runs that the caller has just settled."""
    progresses = [progress for progress, _ in settled]
    touched = {p.run.conversation_id for p, run in settled if p.changes or run.state is RunState.WAITING}
    revisions = await conversations.lock(connection, touched) if touched else {}
    overtaken = _overtaken(settled, revisions)
    reworded = await _change_conversations(connection, reader, progresses, revisions)
    await _let_expire(connection, progresses, now)
    doubts = await _write_record(connection, progresses, now)
    finished = [(run, progress.chain) for progress, run in settled if run.state is RunState.FINISHED]
    queued = await copies.enqueue(connection, finished, now)
    woken = await ledger.wake(connection, reworded | overtaken, now)
    return Onward([*woken, *await _route(connection, chains, progresses, now)], queued, doubts)


async def _change_conversations(
    connection: Connection,
    reader: ConversationReader,
    progresses: Sequence[Progress],
    revisions: Mapping[UUID, int],
) -> set[UUID]:
    """Write the changed documents; `revisions` are those of what is stored. One that another chain has changed
    meanwhile is read anew, and the changes are applied to what it is now. Returns those whose turns may be others now.
    """
    changing = [p for p in progresses if p.changes]
    if not changing:
        return set()
    moved = {p.run.conversation_id for p in changing if p.revision != revisions[p.run.conversation_id]}
    fresh = await reader.fill(await conversations.load(connection, moved)) if moved else {}
    changed: dict[UUID, Conversation] = {}
    for progress in changing:
        id_ = progress.run.conversation_id
        if id_ in changed or id_ in fresh:
            current = changed[id_] if id_ in changed else fresh[id_].conversation
            for change in progress.changes:
                current = change.apply(current)
            progress.conversation = current
        changed[id_] = progress.conversation
    for progress in changing:
        progress.conversation = changed[progress.run.conversation_id]
        progress.revision = revisions[progress.run.conversation_id] + 1
    reworded = {p.run.conversation_id for p in changing if any(change.rewords for change in p.changes)}
    await conversations.replace(connection, changed, reworded)
    return reworded


def _overtaken(settled: Sequence[tuple[Progress, Run]], revisions: Mapping[UUID, int]) -> set[UUID]:
    """The conversations of runs that are about to wait for something, and have been changed by others since the run
    read them: it may have come in between, when there was nobody to wake."""
    waiting = [progress for progress, run in settled if run.state is RunState.WAITING]
    return {id_ for p in waiting if revisions.get(id_ := p.run.conversation_id) != p.revision}


async def _let_expire(connection: Connection, progresses: Sequence[Progress], now: datetime) -> None:
    expiring = {p.run.conversation_id: now + p.expire_in for p in progresses if p.expire_in is not None}
    await conversations.let_expire(connection, expiring)


async def _write_record(connection: Connection, progresses: Sequence[Progress], now: datetime) -> Counter[str]:
    """Write what was found, and what is doubted of it. When a conversation passes through a chain again, what an
    earlier passage wrote of it, and is still so, is not written a second time; and where the passage is for that, what
    an older engine wrote is superseded. So is what was read of a version that was amended since."""
    amended = await _versions(connection, progresses)
    rereadings = [*amended, *(again for p in progresses if (again := _rereading(p)))]
    if rereadings:  # all at once, in one order: what is added beside locks some of them too
        await lock_records(connection, {p.run.subject_id for p in progresses})
    read_again = {placed.origin for again in rereadings for placed in again.placed}
    once = [entry for p in progresses if p.run.pass_ == 1 for entry in p.entries]
    later = [e for p in progresses if p.run.pass_ > 1 for e in p.entries if e.origin not in read_again]
    placed = [*once, *await record.without_repeats(connection, later)]
    written = await record.add(connection, placed, now)
    ids = {one.origin: id_ for one, id_ in zip(placed, written, strict=True)}
    ids |= await supersede(connection, rereadings, now)
    await reviews.withdraw(connection, await _answered(connection, progresses, rereadings))
    await readings.note(connection, progresses)
    return await reviews.add(connection, [doubt for p in progresses for doubt in p.reviews], ids, now)


def _rereading(progress: Progress) -> Rereading | None:
    run, covers = progress.run, tuple(progress.covers)
    if not (run.supersedes and covers):
        return None
    said = [p for p in progress.entries if any(c.includes(p.entry.type, p.entry.recorded_by) for c in covers)]
    return Rereading(run.subject_id, run.conversation_id, run.chain, covers, tuple(said))


async def _versions(connection: Connection, progresses: Sequence[Progress]) -> list[Rereading]:
    """Leave out what was read of versions that have been amended, and of redactions of what is here whole. Returns
    that nothing is said any more by those that these now take the place of."""
    reading = [p for p in progresses if p.entries or p.covers]
    if not reading:
        return []
    versions = await versions_of(connection, {p.run.conversation_id: p.conversation for p in reading})
    for progress in reading:
        if progress.run.conversation_id in versions.overtaken | versions.redactions:
            progress.entries, progress.reviews = [], []
    return [
        Rereading(p.run.subject_id, prior, p.run.chain, tuple(p.covers), ())
        for p in reading
        if p.covers and (prior := versions.instead_of.get(p.run.conversation_id))
    ]


async def _answered(
    connection: Connection, progresses: Sequence[Progress], rereadings: Sequence[Rereading]
) -> list[UUID]:
    """The open items that an older engine's reading left, and that of now does not raise again."""
    if not rereadings:
        return []
    raised = {doubt.digest for p in progresses for doubt in p.reviews}
    items = await reviews.open_items(connection, {again.conversation_id for again in rereadings})
    return [item.id for item in items if item.digest not in raised and any(a.answers(item) for a in rereadings)]


async def _route(connection: Connection, chains: Chains, progresses: Sequence[Progress], now: datetime) -> list[Run]:
    """Make the runs that links asked for. In one passage of a conversation a chain runs once however many links
    route to it, so chains that route to each other come to an end."""
    routing = [p for p in progresses if p.routes]
    if not routing:
        return []
    known = await ledger.passages(connection, {p.run.conversation_id for p in routing})
    newest = {pair: passages.newest for pair, passages in known.items()}
    runs: list[Run] = []
    for progress in routing:
        for name in progress.routes:
            chain = chains.get(name)
            pair = (progress.run.conversation_id, name)
            passage = progress.run.pass_
            if chain is None or not chain.definition.enabled or newest.get(pair, 0) >= passage:
                continue
            newest[pair] = passage
            made = new_run(
                chain,
                progress.run.conversation_id,
                progress.run.subject_id,
                now,
                pass_=passage,
                trace=progress.run.trace,
            )
            lane = Lane.BULK if progress.run.supersedes else min(made.lane, progress.run.lane)
            runs.append(replace(made, lane=lane, supersedes=progress.run.supersedes))
    await ledger.enqueue(connection, runs)
    return runs
