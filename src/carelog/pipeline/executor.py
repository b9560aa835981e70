"""The executor: takes a claimed batch through its chains, and commits what the links returned.

One query loads the batch, one transaction commits it: conversations, entries, new runs and the runs' new states
stand or fall together, so an effect in the database happens exactly once however often a run is repeated.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from carelog.conversations import Conversation
from carelog.conversations import store as conversations
from carelog.db import Connection, Database, is_outage
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError
from carelog.pipeline import ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.intake import new_run
from carelog.pipeline.outcome import LinkError
from carelog.pipeline.progress import Progress
from carelog.pipeline.run import Run, RunState, fail
from carelog.pipeline.wakeup import Wakeup
from carelog.record import store as record

log = logging.getLogger(__name__)


class Executor:
    """Executes batches of runs that are claimed under one lease."""

    def __init__(self, database: Database, chains: ChainBook, clock: Clock, wakeup: Wakeup) -> None:
        self._database = database
        self._chains = chains
        self._clock = clock
        self._wakeup = wakeup

    async def execute(self, batch: Sequence[Run]) -> None:
        """Take each run to its end, its retry or its dead letter. Raises only when the database is not to be had;
        the runs are then free again when their lease ends."""
        if not batch:
            return
        progresses = await self._begin(batch)
        by_chain: dict[tuple[str, str], list[Progress]] = defaultdict(list)
        for progress in progresses:
            by_chain[progress.chain.name, progress.chain.version].append(progress)
        for group in by_chain.values():
            await self._through_chain(group)
        await self._commit(progresses)

    async def _begin(self, batch: Sequence[Run]) -> list[Progress]:
        progresses: list[Progress] = []
        unreadable: list[Run] = []
        async with self._database.read() as connection:
            documents = await conversations.load(connection, {run.conversation_id for run in batch})
            for run in batch:
                try:
                    chain = await self._chains.find(connection, run.chain, run.chain_version)
                    stored = documents[run.conversation_id]
                    progresses.append(
                        Progress(
                            run=run,
                            chain=chain,
                            channel=stored.channel,
                            conversation=stored.conversation,
                            revision=stored.revision,
                            position=run.position,
                        )
                    )
                except CarelogError as error:
                    report = {"link": None, "position": run.position, "type": type(error).__name__,
                              "code": error.code, "message": error.message}  # fmt: skip
                    unreadable.append(fail(run, self._clock.now(), error=report, max_tries=self._max_tries(run)))
        if unreadable:
            async with self._database.write() as connection:
                await self._save_held(connection, batch[0].lease, unreadable)
        return progresses

    def _max_tries(self, run: Run) -> int:
        return self._chains.max_tries(run.chain, run.chain_version)

    async def _through_chain(self, group: Sequence[Progress]) -> None:
        """Run the links one after another over all runs of one chain, those that failed before at their place."""
        chain = group[0].chain
        for position, link in enumerate(chain.links):
            ready = [p for p in group if p.active and p.position == position]
            if not ready:
                continue
            now = self._clock.now()
            results = await link.run_batch([p.work(now) for p in ready])
            for progress, result in zip(ready, results, strict=True):
                progress.take(result)
            failures = [p.failure for p in ready if p.failure is not None]
            if failures:
                name = chain.definition.links[position].name
                kinds = ", ".join(sorted({type(failure).__name__ for failure in failures}))
                log.warning(
                    "link failed", extra={"chain": chain.name, "link": name, "runs": len(failures), "errors": kinds}
                )
            if link.checkpoint and any(p.active for p in ready):
                await self._commit([p for p in ready if p.active])

    async def _commit(self, progresses: Sequence[Progress]) -> None:
        """Commit together; where that fails for what one of them holds, commit each alone and fail that one."""
        if not progresses:
            return
        try:
            await self._commit_together(progresses)
        except Exception as error:
            if is_outage(error):
                raise
            if len(progresses) > 1:
                for progress in progresses:
                    await self._commit([progress])
                return
            await self._commit_refused(progresses[0], error)

    async def _commit_refused(self, progress: Progress, error: Exception) -> None:
        log.warning("outcome refused by the database", extra={"run": str(progress.run.id)})
        progress.committed(progress.run)
        progress.position = progress.run.position
        progress.failure = LinkError(f"the database refused the outcome ({type(error).__name__})")
        await self._commit_together([progress])

    async def _commit_together(self, progresses: Sequence[Progress]) -> None:
        now = self._clock.now()
        settled = [(progress, progress.settled(now)) for progress in progresses]
        async with self._database.write() as connection:
            ours = await ledger.held(connection, _lease(progresses), [p.run.id for p in progresses])
            kept = [(progress, run) for progress, run in settled if progress.run.id in ours]
            await self._change_conversations(connection, [p for p, _ in kept])
            await record.add(connection, [entry for p, _ in kept for entry in p.entries], now)
            routed = await self._route(connection, [p for p, _ in kept])
            await ledger.save(connection, [run for _, run in kept])
        for progress, run in kept:
            progress.committed(run)
        for progress, _ in settled:
            if progress.run.id not in ours and progress.active:
                progress.stopped = True  # another worker has it now
        if routed:
            self._wakeup.wake()

    async def _change_conversations(self, connection: Connection, progresses: Sequence[Progress]) -> None:
        """Write the changed documents. One that another chain has changed meanwhile is read anew, and the changes
        are applied to what it is now."""
        changing = [p for p in progresses if p.changes]
        if not changing:
            return
        revisions = await conversations.lock(connection, {p.run.conversation_id for p in changing})
        moved = {p.run.conversation_id for p in changing if p.revision != revisions[p.run.conversation_id]}
        fresh = await conversations.load(connection, moved) if moved else {}
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

    async def _route(self, connection: Connection, progresses: Sequence[Progress]) -> bool:
        """Make the runs that links asked for. A chain runs once over a conversation however many links route to
        it, so chains that route to each other come to an end."""
        routing = [p for p in progresses if p.routes]
        if not routing:
            return False
        taken = await ledger.chains_taken(connection, {p.run.conversation_id for p in routing})
        runs: list[Run] = []
        now = self._clock.now()
        for progress in routing:
            for name in progress.routes:
                chain = self._chains.current.get(name)
                pair = (progress.run.conversation_id, name)
                if chain is None or not chain.definition.enabled or pair in taken:
                    continue
                taken.add(pair)
                made = new_run(chain, progress.run.conversation_id, progress.run.subject_id, now)
                runs.append(replace(made, lane=min(made.lane, progress.run.lane)))
        await ledger.enqueue(connection, runs)
        return bool(runs)

    async def _save_held(self, connection: Connection, lease: UUID | None, runs: Sequence[Run]) -> None:
        if lease is None:
            return
        ours = await ledger.held(connection, lease, [run.id for run in runs])
        await ledger.save(connection, [run for run in runs if run.id in ours])


def _lease(progresses: Sequence[Progress]) -> UUID:
    lease = next((p.run.lease for p in progresses if p.run.state is RunState.RUNNING), None)
    if lease is None:
        raise ValueError("a batch is committed under its lease")
    return lease
