"""The executor: takes a claimed batch through its chains, and commits what the links returned. It stops before each
link that calls outside, since whoever waits for an answer need not keep a hand; and before a conversation that takes
long to read, which others need not wait for.

A few queries load the batch, one transaction commits it: conversations, entries, new runs, copies and the runs' new
states stand or fall together, so an effect in the database happens exactly once however often a run is repeated.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from carelog.conversations import Conversation
from carelog.conversations.content import mediatype_of
from carelog.conversations.store import Stored
from carelog.db import Connection, Database, is_outage
from carelog.delivery import outbox
from carelog.delivery.alert import Raised
from carelog.delivery.alerting import Alerting
from carelog.delivery.delivery import Message
from carelog.kit import jsontext
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError
from carelog.pipeline import ledger, measures
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.chains import Chain
from carelog.pipeline.copier import Copier
from carelog.pipeline.effects import write_effects
from carelog.pipeline.outcome import LinkError, LinkParked, LinkWaits, Outcome
from carelog.pipeline.patience import results_of
from carelog.pipeline.places import LONG, Place
from carelog.pipeline.progress import Progress
from carelog.pipeline.reading import ConversationReader, ConversationUnavailable, with_zones
from carelog.pipeline.run import Run, RunState, fail
from carelog.pipeline.wakeup import Wakeup
from carelog.record import subjects
from carelog.telemetry import metrics
from carelog.telemetry.tracing import Tracer

log = logging.getLogger(__name__)

# Characters. To read a million of them takes the local engine up to half a minute; a visit has some ten thousand.
_LONG = 200_000
_TOGETHER = 2_000_000
_NOT_READ = frozenset({"audio", "video", "image"})


@dataclass(frozen=True, slots=True)
class Call:
    """Runs that have come to a link which calls outside, all at one place; or at LONG, one that takes long to read."""

    place: Place
    progresses: Sequence[Progress]

    @property
    def runs(self) -> list[Run]:
        return [progress.run for progress in self.progresses]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far some runs came: what became of those that `ended` and were still under their lease, and the `calls` that
    the others go on with, by `Executor.call`."""

    ended: Sequence[Run] = ()
    calls: Sequence[Call] = ()


class Executor:
    """Executes batches of runs that are claimed under one lease."""

    def __init__(
        self,
        database: Database,
        chains: ChainBook,
        reader: ConversationReader,
        clock: Clock,
        wakeup: Wakeup,
        copier: Copier,
        tracer: Tracer | None = None,
        alerting: Alerting | None = None,
    ) -> None:
        """Without `alerting` nobody is told of what is urgent but by the record."""
        self._database = database
        self._chains = chains
        self._reader = reader
        self._clock = clock
        self._wakeup = wakeup
        self._copier = copier
        self._tracer = tracer
        self._alerting = alerting

    async def execute(self, batch: Sequence[Run]) -> Stage:
        """Take each run to its end, its retry or its dead letter, or as far as a link that calls outside. Raises only
        when the database is not to be had; the runs are then free again when their lease ends."""
        if not batch:
            return Stage()
        progresses, settled = await self._begin(batch)
        # Urgent ones come first.
        stages = [await self._as_far_as_calls(group) for group in _groups([p for p in progresses if not _is_long(p)])]
        long = [Call(LONG, [progress]) for progress in progresses if _is_long(progress)]
        return Stage(
            [*settled, *(run for stage in stages for run in stage.ended)],
            [*(call for stage in stages for call in stage.calls), *long],
        )

    async def call(self, call: Call) -> Stage:
        """Call outside for the runs of an earlier stage, or begin with the long one, and take them on from there, as
        `execute` does."""
        await self._through_link(call.progresses, call.progresses[0].position)
        await self._go_behind(call.progresses)
        await self._commit_news(call.progresses)
        return await self._as_far_as_calls(call.progresses)

    async def _begin(self, batch: Sequence[Run]) -> tuple[list[Progress], list[Run]]:
        """What the batch needs to be worked on, and what became of those runs that cannot be."""
        async with self._database.by_turns(), self._database.read() as connection:
            documents, zones = await with_zones(connection, {run.conversation_id for run in batch})
            chains = await self._found(connection, batch)
        # Other storages may take long to answer, and nobody is to wait for them.
        documents = await self._reader.fill(documents)
        async with self._database.by_turns():
            begun = [
                self._begun(run, stored, zones, chains)
                for run in batch
                if (stored := documents.get(run.conversation_id))  # else deleted since, and the run with it
            ]
            progresses = [one for one in begun if isinstance(one, Progress)]
            unreadable = [one for one in begun if isinstance(one, Run)]
            if unreadable and (lease := batch[0].lease):
                async with self._database.write() as connection:
                    ours = await ledger.settle(connection, lease, unreadable)
                unreadable = [run for run in unreadable if run.id in ours]
                measures.committed(unreadable)
        return progresses, unreadable

    def _begun(
        self,
        run: Run,
        stored: Stored,
        zones: Mapping[UUID, str | None],
        chains: Mapping[tuple[str, str], Chain | CarelogError],
    ) -> Progress | Run:
        """What is needed to work on a run, or what becomes of it where that is not to be had."""
        try:
            chain = chains[run.chain, run.chain_version]
            if isinstance(chain, CarelogError):
                raise chain
            if not stored.document:
                raise ConversationUnavailable(stored.id)
            return Progress(
                run=run,
                chain=chain,
                channel=stored.channel,
                subject_zone=zones[run.conversation_id],
                conversation=stored.conversation,
                revision=stored.revision,
                position=run.position,
            )
        except CarelogError as error:
            report = {"link": None, "position": run.position, "type": type(error).__name__,
                      "code": error.code, "message": error.message}  # fmt: skip
            return fail(run, self._clock.now(), error=report, max_tries=self._max_tries(run))

    async def _found(self, connection: Connection, batch: Sequence[Run]) -> dict[tuple[str, str], Chain | CarelogError]:
        """The chains of the runs by name and version, or why one is not to be had."""
        chains: dict[tuple[str, str], Chain | CarelogError] = {}
        for name, version in {(run.chain, run.chain_version) for run in batch}:
            try:
                chains[name, version] = await self._chains.find(connection, name, version)
            except CarelogError as error:
                chains[name, version] = error
        return chains

    def _max_tries(self, run: Run) -> int:
        return self._chains.max_tries(run.chain, run.chain_version)

    async def _as_far_as_calls(self, group: Sequence[Progress]) -> Stage:
        """Run the links one after another over all runs of one chain, those that failed before at their place. Who
        comes to a link that calls outside stays there: what was found so far is to be seen while it is waited for."""
        chain = group[0].chain
        for position, link in enumerate(chain.links):
            ready = [p for p in group if p.active and p.position == position]
            if ready and not link.checkpoint:
                await self._through_link(ready, position)
        await self._go_behind(group)
        await self._commit_news(group)
        staying: dict[int, list[Progress]] = defaultdict(list)
        for progress in group:
            if progress.active:
                staying[progress.position].append(progress)
        return Stage(
            [p.run for p in group if not p.active and not p.lost],
            [Call(Place(chain.name, chain.version, position), ready) for position, ready in staying.items()],
        )

    async def _through_link(self, ready: Sequence[Progress], position: int) -> None:
        chain = ready[0].chain
        now = self._clock.now()
        began = time.perf_counter()
        results = await results_of(chain.links[position], [p.work(now) for p in ready], chain.definition.timeout)
        seconds = time.perf_counter() - began
        receivers = chain.links[position].receivers
        if receivers and not self._chains.current.receivers.keys() >= set(receivers):
            results = [_counted(result) for result in results]
        for progress, result in zip(ready, results, strict=True):
            progress.take(result)
        name = chain.definition.links[position].name
        measures.link_ran(self._tracer, chain.name, name, [(p.run, p.failure) for p in ready], seconds)
        failures = [p.failure for p in ready if p.failure is not None and not isinstance(p.failure, LinkWaits)]
        if failures:
            kinds = ", ".join(sorted({type(failure).__name__ for failure in failures}))
            log.warning(
                "link failed", extra={"chain": chain.name, "link": name, "runs": len(failures), "errors": kinds}
            )

    async def _go_behind(self, group: Sequence[Progress]) -> None:
        """Put those off that have come as far as others before them in their order may be: the ledger says when it is
        their turn."""
        moved = [p for p in group if p.active and p.run.ordering_key is not None and p.position > p.run.position]
        if not moved:
            return
        async with self._database.read() as connection:
            behind = await ledger.behind_others(connection, [p.run.id for p in moved])
        for progress in moved:
            if progress.run.id in behind:
                progress.failure = LinkParked("others go before it, in the order of what the subject said")

    async def _commit_news(self, group: Sequence[Progress]) -> None:
        news = [p for p in group if not p.lost and p.run.state is RunState.RUNNING]
        await self._commit([p for p in news if not p.active or p.position > p.run.position])

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
        lease = progresses[0].run.lease
        if lease is None:
            raise ValueError("a batch is committed under its lease")
        settled = [(progress, progress.settled(now)) for progress in progresses]
        telling = await self._telling([alert for progress in progresses for alert in progress.alerts])
        async with self._database.by_turns(), self._database.write() as connection:
            ours = await ledger.settle(connection, lease, [run for _, run in settled])
            kept = [(progress, run) for progress, run in settled if run.id in ours]
            onward = await write_effects(connection, self._chains.current, self._reader, kept, now)
            if telling:
                await outbox.queue(connection, [message for one, message in telling if one.run_id in ours], now)
        for progress, run in settled:
            if run.id in ours:
                progress.committed(run)
            else:
                progress.lost = True
        measures.committed([run for _, run in kept])
        metrics.reviews_opened(onward.doubts)
        self._wakeup.announce(onward.runs)
        if onward.copies:
            self._copier.wake()
        if telling and self._alerting:
            self._alerting.wake()

    async def _telling(self, raised: Sequence[Raised]) -> list[tuple[Raised, Message]]:
        """The messages that tell of alerts, to those who look after the records that the subjects are part of now: a
        record may have become a part of another while its run was in hand."""
        if not raised or self._alerting is None:
            return []
        async with self._database.read() as connection:
            into = await subjects.joined_into(connection, {one.subject_id for one in raised})
        now = [replace(one, subject_id=into.get(one.subject_id, one.subject_id)) for one in raised]
        return await self._alerting.messages(now)


def _is_long(progress: Progress) -> bool:
    """Whether it would keep a hand for long: at a link that calls outside it keeps none."""
    if not progress.active or progress.chain.links[progress.position].checkpoint:
        return False
    return _to_read(progress.conversation) > _LONG


def _to_read(conversation: Conversation) -> int:
    """About how many characters links read of it. Recordings and images are none."""
    length = len(conversation.json)
    if length <= _LONG:
        return length
    said = [*(conversation.document.get("dialog") or []), *(conversation.document.get("analysis") or [])]
    return sum(len(jsontext.dump(item["body"])) for item in said if "body" in item and _is_text(item))


def _is_text(item: Mapping[str, Any]) -> bool:
    return mediatype_of(item).partition("/")[0] not in _NOT_READ


def _groups(progresses: Sequence[Progress]) -> list[list[Progress]]:
    """By chain, and no more together than can soon be committed."""
    groups: list[list[Progress]] = []
    filling: dict[tuple[str, str], tuple[list[Progress], int]] = {}
    for progress in progresses:
        chain, length = (progress.chain.name, progress.chain.version), _to_read(progress.conversation)
        group, so_far = filling.get(chain, ([], 0))
        if not group or so_far + length > _TOGETHER:
            group, so_far = [], 0
            groups.append(group)
        group.append(progress)
        filling[chain] = (group, so_far + length)
    return groups


def _counted(result: Outcome | Exception) -> Outcome | Exception:
    """Whom the configuration names no more is not waited for without end."""
    return LinkError(result.message, retry_after=result.retry_after) if isinstance(result, LinkParked) else result
