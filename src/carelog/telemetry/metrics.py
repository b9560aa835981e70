"""Metrics in the manner of Prometheus: what is counted and timed, and the page that shows it.

Labels come from the configuration (chains, links, storages) or from small fixed sets; they never hold an id or
anything of a conversation. All that is counted for a batch is counted at once: a few microseconds, however long it is.

Every instrument has labels, because the library decides where a series is kept (in this process, or shared with
others: see `processes`) when its first labels are seen, and not when this module is imported.
"""

import os
from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Metric, generate_latest
from prometheus_client.context_managers import Timer
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

# What stands for a label that is not known: a request that no operation took, a run whose link is not known.
NONE: Final = "none"

_FAST: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_WHOLE: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600)
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Histogram(prometheus_client.Histogram):
    """A histogram that takes a whole batch at once."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """Observe each of these, at the cost of the buckets rather than of the values."""
        self._sum.inc(sum(amounts))
        for bucket, count in Tally(bisect_left(self._upper_bounds, amount) for amount in amounts).items():
            self._buckets[bucket].inc(count)


INSTRUMENTS: Final = CollectorRegistry()


def _counter(name: str, told: str, *labels: str) -> Counter:
    return Counter(name, told, labels, registry=INSTRUMENTS)


def _histogram(name: str, told: str, *labels: str, buckets: Sequence[float] = _FAST) -> Histogram:
    return Histogram(name, told, labels, registry=INSTRUMENTS, buckets=buckets)


_ingested = _counter("carelog_conversations_ingested", "Conversations handed in", "channel", "verdict")
_finished = _counter("carelog_runs_finished", "Runs that came to their end", "chain")
_failed = _counter("carelog_runs_failed", "Tries that failed and will be repeated", "chain", "link")
_dead = _counter("carelog_runs_dead", "Runs that became dead letters", "chain", "link")
_run_seconds = _histogram(
    "carelog_run_seconds", "From a conversation's acceptance to the end of its run", "chain", buckets=_WHOLE
)
_link_seconds = _histogram("carelog_link_seconds", "One call of a link, over a batch", "link")
_link_conversations = _counter("carelog_link_conversations", "Conversations that a link was called with", "link")
_commit_size = _histogram("carelog_commit_conversations", "Conversations that shared one commit", "by", buckets=_SIZES)
_copies_stored = _counter("carelog_copies_stored", "Copies that a storage has taken or deleted", "storage")
_copies_failed = _counter("carelog_copies_failed", "Tries at a copy that failed and will be repeated", "storage")
_copies_dead = _counter("carelog_copies_dead", "Copies that became dead letters", "storage")
_storage_seconds = _histogram("carelog_storage_seconds", "One call of a storage, over a batch", "storage", "action")
_deliveries = _counter("carelog_deliveries", "What became of tries to send a message", "channel", "fate")
_reminders = _counter("carelog_reminders", "Reminders that came due, and were written down", "type", "late")
_torn = _counter("carelog_audit_lines_torn", "Lines of the audit trail's spool that cannot be read", "folder")
_requests = _counter("carelog_requests", "Requests answered", "operation", "status")
_request_seconds = _histogram("carelog_request_seconds", "From a request's head to the end of its answer", "operation")
_ai_calls = _counter("carelog_ai_calls", "Calls of AI endpoints, by how they ended", "endpoint", "fate")
_ai_seconds = _histogram("carelog_ai_call_seconds", "One call of an AI endpoint", "endpoint", buckets=_WHOLE)
_ai_tokens = _counter("carelog_ai_tokens", "Tokens that AI endpoints say they took", "endpoint", "kind")
_ai_cost = _counter("carelog_ai_cost", "What they cost, by the prices of the settings", "endpoint")
_ai_answers = _counter(
    "carelog_ai_answers",
    "Answers of language models that may be remembered, by whose they are",
    "endpoint",
    "kind",
    "fate",
)
_ai_breaker = _counter("carelog_ai_breaker_changes", "How often a breaker opened or closed", "endpoint", "state")
_webhook_posts = _counter(
    "carelog_webhook_posts", "Posts to receivers of webhooks, by how they ended", "receiver", "fate"
)
_webhook_seconds = _histogram("carelog_webhook_post_seconds", "One post to a receiver of webhooks", "receiver")
_webhook_breaker = _counter(
    "carelog_webhook_breaker_changes", "How often a breaker opened or closed", "receiver", "state"
)
_facts = _counter("carelog_extraction_facts", "Facts that a model gave, by what became of them", "engine", "fate")
_compared = _counter("carelog_extraction_compared", "Entries that two engines were compared by", "verdict")
_urgency = _counter("carelog_urgency", "Conversations whose urgency was assessed", "level")
_reviews_opened = _counter("carelog_reviews_opened", "Readings that wait for a person's judgement", "doubt")
_reviews_decided = _counter("carelog_reviews_decided", "Those that a person has decided", "doubt", "decision")
_announced = _counter("carelog_dispatch_announced", "Runs announced to the broker", "lane")
_claimed = _counter("carelog_dispatch_claimed", "Runs claimed of those that the broker brought", "lane")


def ingested(channel: str, verdict: str, conversations: int = 1) -> None:
    _ingested.labels(channel, verdict).inc(conversations)


def committed(by: str, conversations: int) -> None:
    """`by` is "intake" or "executor"."""
    _commit_size.labels(by).observe(conversations)


def runs_finished(chain: str, seconds: Sequence[float]) -> None:
    """Runs of one chain that came to their end, by how long each took since its conversation was accepted."""
    _finished.labels(chain).inc(len(seconds))
    _run_seconds.labels(chain).observe_all(seconds)


def runs_failed(chain: str, link: str | None, runs: int = 1) -> None:
    """Tries that failed at this link and will be repeated."""
    _failed.labels(chain, link or NONE).inc(runs)


def runs_dead(chain: str, link: str | None, runs: int = 1) -> None:
    _dead.labels(chain, link or NONE).inc(runs)


def link_ran(link: str, seconds: float, conversations: int) -> None:
    """One call of a link over a batch of conversations."""
    _link_seconds.labels(link).observe(seconds)
    _link_conversations.labels(link).inc(conversations)


def storage_seconds(storage: str, action: str) -> Timer:
    """Times the block, in which a storage works on one batch; `action` is "save" or "delete"."""
    return _storage_seconds.labels(storage, action).time()


def copies(storage: str, *, stored: int = 0, failed: int = 0, dead: int = 0) -> None:
    """What became of a batch of copies: stored, to be tried again, or given up."""
    for counter, count in ((_copies_stored, stored), (_copies_failed, failed), (_copies_dead, dead)):
        if count:
            counter.labels(storage).inc(count)


def deliveries(channel: str, fates: Mapping[str, int]) -> None:
    """What became of a batch of messages: "sent", "failed" (to be tried again), "dead" or "expired"."""
    for fate, count in fates.items():
        _deliveries.labels(channel, fate).inc(count)


def reminded(type_name: str, reminders: int, *, late: bool) -> None:
    """Reminders of entries of one type, written down at their time or late."""
    _reminders.labels(type_name, "yes" if late else "no").inc(reminders)


def audit_lines_torn(lines: int) -> None:
    """Lines of the audit trail's spool that were skipped: whoever wrote them died meanwhile."""
    _torn.labels("audit").inc(lines)


def requested(operation: str | None, status: int | None, seconds: float) -> None:
    """`operation` is the name of a route, never a path; None for a request that no route took. `status` is None when
    there was no answer, since the client had left."""
    name = operation or NONE
    _requests.labels(name, f"{status // 100}xx" if status else NONE).inc()
    _request_seconds.labels(name).observe(seconds)


def ai_called(endpoint: str, fate: str, seconds: float) -> None:
    """One call that was "answered" or "refused", that "failed" or "timed_out"."""
    _ai_calls.labels(endpoint, fate).inc()
    _ai_seconds.labels(endpoint).observe(seconds)


def ai_not_called(endpoint: str, fate: str) -> None:
    """A call that was not made: "kept_away" by the breaker, or "held_back" by the rates."""
    _ai_calls.labels(endpoint, fate).inc()


def ai_answer(endpoint: str, kind: str, fate: str) -> None:
    """An answer that the endpoint was "asked" for, that was "remembered", or "shared" with who asked the same."""
    _ai_answers.labels(endpoint, kind, fate).inc()


def ai_used(endpoint: str, tokens: Mapping[str, int], cost: float | None) -> None:
    """Tokens by kind: "prompt", "cached" (among those of the prompt), "completion"."""
    for kind, count in tokens.items():
        _ai_tokens.labels(endpoint, kind).inc(count)
    if cost is not None:
        _ai_cost.labels(endpoint).inc(cost)


def ai_breaker_changed(endpoint: str, state: str) -> None:
    """The breaker of an AI endpoint is now "open" or "closed"."""
    _ai_breaker.labels(endpoint, state).inc()


def webhook_posted(receiver: str, fate: str, seconds: float) -> None:
    """One post that was "answered" or "refused", that a receiver was too "full" for, that "failed" or "timed_out"."""
    _webhook_posts.labels(receiver, fate).inc()
    _webhook_seconds.labels(receiver).observe(seconds)


def webhook_kept_away(receiver: str) -> None:
    """A post that was not made, because of the breaker, or because the receiver was full a moment ago."""
    _webhook_posts.labels(receiver, "kept_away").inc()


def webhook_breaker_changed(receiver: str, state: str) -> None:
    """The breaker of a receiver of webhooks is now "open" or "closed"."""
    _webhook_breaker.labels(receiver, state).inc()


def facts(engine: str, fates: Mapping[str, int]) -> None:
    """What became of the facts that a model gave: "kept", or why they were dropped."""
    for fate, count in fates.items():
        _facts.labels(engine, fate).inc(count)


def compared(verdicts: Mapping[str, int]) -> None:
    """Entries of two engines: "agreed", "disputed", or found by one alone."""
    for verdict, count in verdicts.items():
        _compared.labels(verdict).inc(count)


def urgency(level: str) -> None:
    """A conversation was assessed: "routine", "follow-up" or "urgent"."""
    _urgency.labels(level).inc()


def reviews_opened(doubts: Mapping[str, int]) -> None:
    """Readings that a person has to judge, by why they are doubted."""
    for doubt, count in doubts.items():
        _reviews_opened.labels(doubt).inc(count)


def review_decided(doubt: str, decision: str) -> None:
    """A person has "confirmed", "corrected" or "rejected" a reading."""
    _reviews_decided.labels(doubt, decision).inc()


def announced(lane: str, runs: int) -> None:
    _announced.labels(lane).inc(runs)


def claimed(lane: str, runs: int) -> None:
    _claimed.labels(lane).inc(runs)


def page(gauges: Iterable[Metric] = ()) -> bytes:
    """The page that Prometheus reads: the counts of every process that shares them with this one, and the gauges given.
    It reads the files of those processes, which takes a few milliseconds; call it in a thread."""
    shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if shared:
        processes = MultiProcessCollector(None, shared)  # type: ignore[no-untyped-call]
        return generate_latest(_Together(processes, gauges))
    return generate_latest(_Together(INSTRUMENTS, gauges))


class _Together(Collector):
    def __init__(self, counted: Collector, gauges: Iterable[Metric]) -> None:
        self._counted = counted
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        return chain(self._counted.collect(), self._gauges)
