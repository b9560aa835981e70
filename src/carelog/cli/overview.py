"""What `carelog top` shows: samples of the ledger and of the workers, the rates between them, and a frame of it all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from carelog.cli.output import marked, table
from carelog.db import Connection
from carelog.kit.breaker import BreakerState
from carelog.kit.clock import Clock
from carelog.pipeline.gauges import EndpointGauge, Gauges, ReceiverGauge, gauges, ingested
from carelog.pipeline.workers import WorkerRow, listed

WINDOW: Final = timedelta(seconds=10)
_MISSED: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Sample:
    """How things stand, and how many conversations came in during the `WINDOW` before."""

    gauges: Gauges
    workers: tuple[WorkerRow, ...]
    ingested: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Each per second; None where there is no earlier sample to compare with."""

    ingested: float
    finished: float | None = None
    failed: float | None = None


async def take_sample(connection: Connection, clock: Clock) -> Sample:
    """Read everything that is shown."""
    now = clock.now()
    return Sample(
        gauges=await gauges(connection, now),
        workers=tuple(await listed(connection, now)),
        ingested=await ingested(connection, now - WINDOW, now),
    )


def rates(samples: Sequence[Sample]) -> Rates:
    """What was done between the first sample and the last, by the counts that workers report. They report some seconds
    apart, so each worker is measured over the time between two of its own reports."""
    first, last = samples[0], samples[-1]
    came_in = last.ingested / WINDOW.total_seconds()
    if len(samples) < 2:
        return Rates(came_in)
    before = {worker.id: worker for worker in first.workers}
    finished = failed = 0.0
    for worker in last.workers:
        earlier = before.get(worker.id)
        if earlier and worker.seen_at > earlier.seen_at and not _missed(worker, last):
            seconds = (worker.seen_at - earlier.seen_at).total_seconds()
            finished += (worker.done - earlier.done) / seconds
            failed += (worker.failed - earlier.failed) / seconds
    return Rates(came_in, finished, failed)


def as_json(samples: Sequence[Sample]) -> dict[str, Any]:
    """The last sample and the rates, for programs."""
    last = samples[-1]
    now = last.gauges.at
    return {
        "at": now.isoformat(),
        "rates": asdict(rates(samples)),
        "lanes": [{**asdict(lane), "lane": lane.lane.name.lower()} for lane in last.gauges.lanes],
        "workers": [
            {
                **asdict(worker),
                "id": str(worker.id),
                "state": worker.state.value,
                "started_at": worker.started_at.isoformat(),
                "seen_at": worker.seen_at.isoformat(),
            }
            for worker in last.workers
        ],
        "waiting": [asdict(waits) for waits in last.gauges.waiting],
        "dead": [asdict(dead) for dead in last.gauges.dead],
        "storages": [asdict(storage) for storage in last.gauges.storages],
        "endpoints": [asdict(endpoint) for endpoint in last.gauges.endpoints],
        "receivers": [asdict(receiver) for receiver in last.gauges.receivers],
    }


def frame(samples: Sequence[Sample], *, trouble: str | None = None) -> RenderableType:
    """The same as tables, for people."""
    last = samples[-1]
    parts: list[RenderableType] = [_headline(last, rates(samples)), "", _lanes(last)]
    if trouble:
        parts.insert(1, Text(trouble, style="bold red"))
    parts += ["", _workers(last) if last.workers else "No worker is at work."]
    if last.gauges.waiting:
        parts += ["", _waiting(last)]
    if last.gauges.dead:
        parts += ["", _dead(last)]
    if last.gauges.storages:
        parts += ["", _storages(last)]
    if last.gauges.endpoints:
        parts += ["", _breakers("AI endpoint", [(one.endpoint, one) for one in last.gauges.endpoints])]
    if last.gauges.receivers:
        parts += ["", _breakers("webhook receiver", [(one.receiver, one) for one in last.gauges.receivers])]
    return Group(*parts)


def _headline(sample: Sample, found: Rates) -> Text:
    told = f"{sample.gauges.at:%Y-%m-%d %H:%M:%S} UTC   ingested {found.ingested:.1f}/s"
    for name, rate in (("finished", found.finished), ("failed", found.failed)):
        told += f"   {name} {'-' if rate is None else f'{rate:.1f}/s'}"
    return Text(told, style="bold")


def _lanes(sample: Sample) -> Table:
    shown = _table("lane", "queued", "of these due", "running", "oldest waits")
    for lane in sample.gauges.lanes:
        oldest = "-" if lane.oldest_seconds is None else span(lane.oldest_seconds)
        shown.add_row(lane.lane.name.lower(), f"{lane.queued:,}", f"{lane.due:,}", f"{lane.running:,}", oldest)
    return shown


def _workers(sample: Sample) -> Table:
    shown = _table("worker", "pid", "state", "in hand", "done", "failed", "seen")
    for worker in sample.workers:
        ago = span((sample.gauges.at - worker.seen_at).total_seconds()) + " ago"
        shown.add_row(
            marked(worker.host),
            str(worker.pid),
            worker.state.value,
            f"{worker.in_hand:,}",
            f"{worker.done:,}",
            f"{worker.failed:,}",
            f"[red]{ago}[/]" if _missed(worker, sample) else ago,
        )
    return shown


def _waiting(sample: Sample) -> Table:
    shown = _table("waiting for a transcript", "runs", "oldest waits")
    for waits in sample.gauges.waiting:
        shown.add_row(marked(waits.chain), f"{waits.runs:,}", span(waits.oldest_seconds))
    return shown


def _dead(sample: Sample) -> Table:
    shown = _table("dead letters of", "link", "runs")
    for dead in sample.gauges.dead:
        shown.add_row(marked(dead.chain), marked(dead.link or "-"), f"[red]{dead.runs:,}[/]")
    return shown


def _storages(sample: Sample) -> Table:
    shown = _table("storage", "queued", "dead", "oldest waits", "state")
    for storage in sample.gauges.storages:
        oldest = "-" if storage.oldest_seconds is None else span(storage.oldest_seconds)
        state = "up"
        if storage.retry_in_seconds is not None:
            why = storage.error_code or "no reason told"
            state = f"[red]down: {marked(why)}, tried again in {span(storage.retry_in_seconds)}[/]"
        shown.add_row(marked(storage.storage), f"{storage.queued:,}", f"{storage.dead:,}", oldest, state)
    return shown


def _breakers(of: str, gauges: Sequence[tuple[str, EndpointGauge | ReceiverGauge]]) -> Table:
    shown = _table(of, "failures", "state")
    for name, gauge in gauges:
        state = gauge.state.value.replace("_", " ")
        if gauge.retry_in_seconds is not None:
            state += f", asked again in {span(gauge.retry_in_seconds)}"
        told = state if gauge.state is BreakerState.CLOSED else f"[red]{state}[/]"
        shown.add_row(marked(name), f"{gauge.failures:,}", told)
    return shown


def _table(*columns: str) -> Table:
    """Names to the left, numbers to the right."""
    shown = table(*columns)
    for column in shown.columns[1:]:
        if column.header not in ("state", "link", "seen"):
            column.justify = "right"
    return shown


def _missed(worker: WorkerRow, sample: Sample) -> bool:
    return sample.gauges.at - worker.seen_at > _MISSED


def span(seconds: float) -> str:
    """A length of time, as long as it matters.

    >>> [span(seconds) for seconds in (0, 59.9, 61, 7200, 200_000)]
    ['0 s', '59 s', '1 min', '2 h', '2 d']
    """
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0, int(seconds))} s"
