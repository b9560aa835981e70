"""`/metrics`: what Prometheus reads. It holds no health data, but says how much is done here: who may read it is a
matter of the setting `metrics_public` or of the scope `metrics:read`."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Depends, Response
from prometheus_client.core import GaugeMetricFamily
from starlette.requests import Request
from starlette.routing import Route

from carelog import __version__
from carelog.api.access import bearer, reads_metrics, require_metrics
from carelog.api.errors import DATABASE_AWAY, refusal_of, refusals
from carelog.api.services import ServicesOf
from carelog.db import Database, is_outage
from carelog.identity import Keyring
from carelog.kit.breaker import BreakerState
from carelog.kit.clock import Clock
from carelog.kit.errors import Forbidden, Unauthenticated
from carelog.kit.place import place_of
from carelog.pipeline.gauges import Gauges, gauges
from carelog.record.review.items import Doubt
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

router = APIRouter(tags=["health"])

_PATIENCE_SECONDS: Final = 5


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    dependencies=[Depends(reads_metrics)],
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "In its text format"},
        **refusals(401, 403, 503),
    },
)
async def read_metrics(services: ServicesOf) -> Response:
    """The counts of every process on this machine, and how things stand in the database. When that cannot be used,
    `carelog_database_up` is 0 and what is read from it is left out; whoever shows a key is told 503, since the key is
    looked up there too."""
    return await _page(services.health, services.clock)


def metrics_route(database: Database, clock: Clock, keyring: Keyring | None) -> Route:
    """The same for a process that serves no API. Without a keyring, anyone who reaches it may read it."""

    async def answer(request: Request) -> Response:
        try:
            if keyring:
                await require_metrics(keyring, await bearer(request))
        except (Unauthenticated, Forbidden) as error:
            return refusal_of(error)
        except Exception as error:
            if not is_outage(error):
                raise
            # The caller cannot be authenticated: keys are in the database too.
            return refusal_of(DATABASE_AWAY)
        return await _page(database, clock)

    return Route("/metrics", answer)


async def _page(database: Database, clock: Clock) -> Response:
    families = list(families_of(await _gauges(database, clock)))
    page = await asyncio.to_thread(metrics.page, families)
    return Response(page, headers={"Content-Type": metrics.CONTENT_TYPE})


async def _gauges(database: Database, clock: Clock) -> Gauges | None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), database.read() as connection:
            return await gauges(connection, clock.now())
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("the gauges cannot be read", extra={"error": type(error).__name__, "place": place_of(error)})
        return None


def families_of(found: Gauges | None) -> Iterator[GaugeMetricFamily]:
    """The gauges in the form of Prometheus; without any, the database could not be used."""
    build = GaugeMetricFamily("carelog_build_info", "The version that answers; always 1", labels=["version"])
    build.add_metric([__version__], 1)
    yield build
    yield GaugeMetricFamily("carelog_database_up", "Whether the database can be used", value=int(found is not None))
    if found is None:
        return

    depth = GaugeMetricFamily("carelog_queue_depth", "Runs that are queued", labels=["lane"])
    due = GaugeMetricFamily("carelog_queue_due", "Those of them that could be worked on now", labels=["lane"])
    running = GaugeMetricFamily("carelog_queue_running", "Runs that a worker has in hand", labels=["lane"])
    oldest = GaugeMetricFamily(
        "carelog_queue_oldest_seconds", "How long the queued run that has waited longest is due", labels=["lane"]
    )
    for lane in found.lanes:
        name = [lane.lane.name.lower()]
        depth.add_metric(name, lane.queued)
        due.add_metric(name, lane.due)
        running.add_metric(name, lane.running)
        oldest.add_metric(name, lane.oldest_seconds or 0)
    yield from (depth, due, running, oldest)

    needing = GaugeMetricFamily("carelog_transcripts_needed", "Runs that wait for a transcript", labels=["chain"])
    needing_since = GaugeMetricFamily(
        "carelog_transcripts_oldest_seconds", "How long the first of them has waited", labels=["chain"]
    )
    for waits in found.waiting:
        needing.add_metric([waits.chain], waits.runs)
        needing_since.add_metric([waits.chain], waits.oldest_seconds)
    yield from (needing, needing_since)

    dead = GaugeMetricFamily("carelog_dead_letters", "Runs that are dead letters", labels=["chain", "link"])
    for place in found.dead:
        dead.add_metric([place.chain, place.link or metrics.NONE], place.runs)
    yield dead

    waiting = GaugeMetricFamily("carelog_copies_waiting", "Copies that a storage has yet to take", labels=["storage"])
    waiting_since = GaugeMetricFamily(
        "carelog_copies_oldest_seconds", "The age of the copy that has waited longest", labels=["storage"]
    )
    given_up = GaugeMetricFamily("carelog_copies_dead_letters", "Copies that are dead letters", labels=["storage"])
    up = GaugeMetricFamily("carelog_storage_up", "Whether the storage could be used the last time", labels=["storage"])
    for storage in found.storages:
        waiting.add_metric([storage.storage], storage.queued)
        waiting_since.add_metric([storage.storage], storage.oldest_seconds or 0)
        given_up.add_metric([storage.storage], storage.dead)
        up.add_metric([storage.storage], int(storage.troubles == 0))
    yield from (waiting, waiting_since, given_up, up)

    unsent = GaugeMetricFamily("carelog_deliveries_waiting", "Messages that are due and not sent", labels=["channel"])
    unsent_since = GaugeMetricFamily(
        "carelog_deliveries_oldest_seconds", "How long the one that has waited longest is due", labels=["channel"]
    )
    unsendable = GaugeMetricFamily(
        "carelog_deliveries_dead_letters", "Messages that could not be sent", labels=["channel"]
    )
    sends = GaugeMetricFamily("carelog_sender_up", "Whether the sender could be used the last time", labels=["channel"])
    for channel in found.channels:
        unsent.add_metric([channel.channel], channel.due)
        unsent_since.add_metric([channel.channel], channel.oldest_seconds or 0)
        unsendable.add_metric([channel.channel], channel.dead)
        sends.add_metric([channel.channel], int(channel.troubles == 0))
    yield from (unsent, unsent_since, unsendable, sends)

    breaker = GaugeMetricFamily(
        "carelog_ai_breaker_state", "1 for the state that the breaker is in", labels=["endpoint", "state"]
    )
    receiving = GaugeMetricFamily(
        "carelog_webhook_breaker_state", "1 for the state that the breaker is in", labels=["receiver", "state"]
    )
    for endpoint in found.endpoints:
        for state in BreakerState:
            breaker.add_metric([endpoint.endpoint, state], int(endpoint.state is state))
    for receiver in found.receivers:
        for state in BreakerState:
            receiving.add_metric([receiver.receiver, state], int(receiver.state is state))
    yield from (breaker, receiving)
    doubted = GaugeMetricFamily("carelog_reviews_waiting", "Readings that nobody has judged yet", labels=["doubt"])
    for doubt in Doubt:
        doubted.add_metric([doubt], found.reviews.get(doubt, 0))
    yield doubted
    yield GaugeMetricFamily(
        "carelog_reminders_overdue_seconds",
        "How long the entry that has waited longest for its reminder is due",
        value=found.reminders_overdue_seconds or 0,
    )
