"""Measures: what is counted and traced of the pipeline's work, each of it once for a whole batch."""

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from carelog.db import Connection, among
from carelog.pipeline.outcome import LinkParked
from carelog.pipeline.run import Run, RunState
from carelog.pipeline.storage_copy import StorageCopy
from carelog.pipeline.submission import Submission
from carelog.pipeline.tables import run as run_table
from carelog.telemetry import metrics
from carelog.telemetry.trace_context import trace_id
from carelog.telemetry.tracing import Part, Tracer

if TYPE_CHECKING:
    from carelog.pipeline.intake import Receipt

log = logging.getLogger(__name__)


def handed_in(
    tracer: Tracer | None, submissions: Sequence[Submission], receipts: Sequence["Receipt"], seconds: float
) -> None:
    """Submissions that shared a commit, and what became of each."""
    told = [
        (submission.channel, "replayed" if receipt.replayed else str(receipt.verdict))
        for submission, receipt in zip(submissions, receipts, strict=True)
    ]
    for (channel, verdict), count in Counter(told).items():
        metrics.ingested(channel, verdict, count)
    metrics.committed("intake", len(submissions))
    if tracer:
        parts = [
            Part(submission.trace, {"conversation": receipt.conversation_id}, _kind(receipt.error))
            for submission, receipt in zip(submissions, receipts, strict=True)
        ]
        tracer.batch("accept", parts, seconds)


def link_ran(
    tracer: Tracer | None, chain: str, link: str, runs: Sequence[tuple[Run, Exception | None]], seconds: float
) -> None:
    """One call of a link over a batch of runs, and what went wrong with each."""
    metrics.link_ran(link, seconds, len(runs))
    if tracer:
        parts = [
            Part(run.trace, {"run": run.id, "conversation": run.conversation_id}, _kind(error)) for run, error in runs
        ]
        tracer.batch(f"link {link}", parts, seconds, chain=chain, link=link)


def committed(runs: Sequence[Run]) -> None:
    """What became of the runs of one of the executor's commits."""
    metrics.committed("executor", len(runs))
    settled(runs)


def settled(runs: Sequence[Run]) -> None:
    """What became of runs. Those that only got further, or wait, are not counted; a dead letter is logged as well."""
    finished: dict[str, list[float]] = defaultdict(list)
    failed: Counter[tuple[str, str | None]] = Counter()
    dead: Counter[tuple[str, str | None]] = Counter()
    for run in runs:
        if run.state is RunState.FINISHED:
            # The clocks of two machines need not agree.
            finished[run.chain].append(max(0.0, (run.updated_at - run.created_at).total_seconds()))
        elif run.error is not None and run.state is RunState.QUEUED and run.error.get("code") != LinkParked.code:
            failed[run.chain, run.error.get("link")] += 1
        elif run.error is not None and run.state is RunState.DEAD:
            dead[run.chain, run.error.get("link")] += 1
            log.error(
                "a run became a dead letter",
                extra={
                    "run": str(run.id),
                    "chain": run.chain,
                    "link": run.error.get("link"),
                    "code": run.error.get("code"),
                    "trace_id": trace_id(run.trace),
                },
            )
    for chain, seconds in finished.items():
        metrics.runs_finished(chain, seconds)
    for (chain, link), count in failed.items():
        metrics.runs_failed(chain, link, count)
    for (chain, link), count in dead.items():
        metrics.runs_dead(chain, link, count)


def announced(runs: Sequence[Run]) -> None:
    """Runs that were announced to the broker."""
    for lane, count in Counter(run.lane for run in runs).items():
        metrics.announced(lane.name.lower(), count)


def claimed(runs: Sequence[Run]) -> None:
    """Runs that were claimed of those that the broker brought."""
    for lane, count in Counter(run.lane for run in runs).items():
        metrics.claimed(lane.name.lower(), count)


async def trace_copies(
    tracer: Tracer, connection: Connection, storage: str, copies: Sequence[StorageCopy], seconds: float
) -> None:
    """Trace a batch of copies that a storage has just worked on, each in the trace of the run that it was made by."""
    runs = {copy.run_id: copy for copy in copies if copy.run_id}
    found = await connection.execute(
        select(run_table.c.id, run_table.c.trace).where(among(connection, run_table.c.id, runs))
    )
    parts = [
        Part(trace, {"run": id_, "conversation": runs[id_].conversation_id}, (runs[id_].error or {}).get("type"))
        for id_, trace in found
    ]
    tracer.batch(f"storage {storage}", parts, seconds, storage=storage)


def _kind(error: Exception | None) -> str | None:
    return None if error is None else type(error).__name__
