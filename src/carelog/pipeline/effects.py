"""Effects: what a batch has done, written within the transaction that also moves its runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from carelog.conversations import Conversation
from carelog.conversations import store as conversations
from carelog.db import Connection
from carelog.pipeline import copies, ledger
from carelog.pipeline.chains import Chains
from carelog.pipeline.intake import new_run
from carelog.pipeline.progress import Progress
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.run import Run, RunState
from carelog.record import store as record


@dataclass(frozen=True, slots=True)
class Onward:
    """What others have to do now: the runs that links asked for, and whether there are copies for storages."""

    runs: Sequence[Run]
    copies: bool


async def write_effects(
    connection: Connection,
    chains: Chains,
    reader: ConversationReader,
    settled: Sequence[tuple[Progress, Run]],
    now: datetime,
) -> Onward:
    """Write the effects of runs that the caller has just settled."""
    progresses = [progress for progress, _ in settled]
    await _change_conversations(connection, reader, progresses)
    await _let_expire(connection, progresses, now)
    await _add_entries(connection, progresses, now)
    finished = [(run, progress.chain) for progress, run in settled if run.state is RunState.FINISHED]
    queued = await copies.enqueue(connection, finished, now)
    return Onward(await _route(connection, chains, progresses, now), queued)


async def _change_conversations(
    connection: Connection, reader: ConversationReader, progresses: Sequence[Progress]
) -> None:
    """Write the changed documents. One that another chain has changed meanwhile is read anew, and the changes
    are applied to what it is now."""
    changing = [p for p in progresses if p.changes]
    if not changing:
        return
    revisions = await conversations.lock(connection, {p.run.conversation_id for p in changing})
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


async def _let_expire(connection: Connection, progresses: Sequence[Progress], now: datetime) -> None:
    expiring = {p.run.conversation_id: now + p.expire_in for p in progresses if p.expire_in is not None}
    await conversations.let_expire(connection, expiring)


async def _add_entries(connection: Connection, progresses: Sequence[Progress], now: datetime) -> None:
    """Write what was found. When a conversation passes through a chain again, what an earlier passage wrote of it,
    and is still so, is not written a second time."""
    once = [entry for p in progresses if p.run.pass_ == 1 for entry in p.entries]
    again = [entry for p in progresses if p.run.pass_ > 1 for entry in p.entries]
    await record.add(connection, [*once, *await record.without_repeats(connection, again)], now)


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
            runs.append(replace(made, lane=min(made.lane, progress.run.lane)))
    await ledger.enqueue(connection, runs)
    return runs
