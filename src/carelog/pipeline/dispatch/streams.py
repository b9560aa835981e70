"""Dispatch over Redis Streams, through FastStream.

Run ids travel in messages of up to a batch, one stream a lane, to one consumer group. FastStream publishes them, reads
them in batches, and reclaims those that a dead consumer left pending. Beside it, on the same connections, groups that
are gone are made anew, and messages are acknowledged and deleted once the ledger has settled each of their runs.
"""

import asyncio
import logging
import os
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from carelog.kit.errors import ConfigurationError
from carelog.kit.ids import new_id
from carelog.pipeline import measures
from carelog.pipeline.dispatch.background import Background
from carelog.pipeline.dispatch.backlog import Backlog, Heard, Message
from carelog.pipeline.dispatch.base import Dispatch
from carelog.pipeline.run import Lane, Run

if TYPE_CHECKING:
    from faststream.redis import RedisBroker
    from faststream.redis.subscriber.usecases import StreamBatchSubscriber

log = logging.getLogger(__name__)

GROUP: Final = "workers"
STREAMS: Final = {lane: f"carelog:runs:{lane.name.lower()}" for lane in Lane}

_READ = 10  # messages at once, each of up to a batch of runs
_LONGEST_STREAM = 100_000  # messages
_KEEP_SECONDS = 1.0
_SECONDS = 2.0  # for anything that is asked of Redis, apart from waiting for messages


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """`batch` runs go into one message at most; `abandoned` is how long a message may stay with a consumer before
    another one takes it over; `poll` is how often a busy worker looks into the ledger nevertheless."""

    batch: int = 50
    abandoned: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)


class RedisDispatch(Dispatch):
    """While Redis cannot be reached, workers find their runs in the ledger.

    What is in a stream is told apart neither by the installation nor by the ledger that it belongs to: several
    installations on one Redis need a database number each.
    """

    def __init__(self, url: str, options: StreamOptions) -> None:
        super().__init__()
        self._options = options
        self._consumer = f"{socket.gethostname()}-{os.getpid()}-{new_id().hex[-8:]}"
        self._broker = _broker(url, options)
        self._backlog = Backlog(options.batch)
        self._sending: Background[Run | Message] = Background(self._send, self.wake, to="the broker", seconds=_SECONDS)
        self._subscribers: list[StreamBatchSubscriber] = []
        self._look = True
        self._look_at = 0.0

    def announce(self, runs: Sequence[Run]) -> None:
        self._sending.add(runs)
        if not self._sending.works:
            super().announce(runs)

    def wake(self) -> None:
        self._look = True
        super().wake()

    async def wait(self, seconds: float) -> bool:
        try:
            return await super().wait(seconds)
        finally:
            # Who waits has just looked into the ledger, and will do so again if nobody calls.
            self._look_at = monotonic() + self._options.poll.total_seconds()

    def take(self, limit: int) -> Heard | None:
        """What was heard of, but every `poll` whatever the ledger has: a run that nobody told of must not wait for
        ever while there is no end to the others."""
        now = monotonic()
        if self._backlog and not self._look and now < self._look_at:
            return self._backlog.take(limit)
        self._look = False
        self._look_at = now + self._options.poll.total_seconds()
        return None

    def settled(self, heard: Heard) -> None:
        self._sending.add(heard.settle())

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        self._backlog.open()
        over = asyncio.Event()
        keeping = asyncio.create_task(self._keep_listening(over))
        try:
            yield
        finally:
            self._backlog.close()
            # Both: below, a cancellation that comes as a reply does is sometimes lost.
            over.set()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            for subscriber in self._subscribers:
                await subscriber.stop()
            await self._leave()

    async def close(self) -> None:
        await self._sending.close()
        await self._broker.stop()

    async def _send(self, items: Sequence[Run | Message]) -> None:
        runs: dict[Lane, list[str]] = defaultdict(list)
        done: dict[str, list[bytes]] = defaultdict(list)
        for item in items:
            if isinstance(item, Message):
                done[item.stream].append(item.id)
            else:
                runs[item.lane].append(item.id.hex)
        redis = await self._broker.connect()
        async with redis.pipeline(transaction=False) as pipeline:
            for lane, ids in runs.items():
                for some in _batches(ids, self._options.batch):
                    await self._broker.publish(some, stream=STREAMS[lane], maxlen=_LONGEST_STREAM, pipeline=pipeline)
            for stream, messages in done.items():
                pipeline.xack(stream, GROUP, *messages)
                pipeline.xdel(stream, *messages)
            await pipeline.execute()
        measures.announced([item for item in items if isinstance(item, Run)])

    async def _keep_listening(self, over: asyncio.Event) -> None:
        """Connect, and see to it every so often that all subscribers are at work: FastStream gives one up whose group
        is gone, as after a FLUSHALL."""
        pause = min(_KEEP_SECONDS, self._options.poll.total_seconds())
        works = True
        while not over.is_set():
            try:
                async with asyncio.timeout(3 * _SECONDS):
                    await self._start_subscribers()
                if not works:
                    works = True
                    log.info("the broker's streams are read again")
            except Exception as error:  # noqa: BLE001
                if works:
                    works = False
                    log.warning("the broker's streams cannot be read", extra={"error": type(error).__name__})
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await over.wait()

    async def _start_subscribers(self) -> None:
        redis = await self._broker.connect()
        await self._make_groups(redis)
        if not self._subscribers:
            await self._forget_the_dead(redis)
            for reclaiming in (False, True):
                self._subscribers += [self._subscriber(lane, reclaiming=reclaiming) for lane in Lane]
        for subscriber in self._subscribers:
            if not subscriber.running:
                await subscriber.start()

    async def _make_groups(self, redis: Any) -> None:
        """From the beginning of the stream: what was announced before there was a group is to be read too."""
        from redis.exceptions import ResponseError

        for stream in STREAMS.values():
            try:
                await redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def _forget_the_dead(self, redis: Any) -> None:
        """Take consumers off the groups that left without a word, and whose messages others have taken over: each
        process has a name of its own, and the names would pile up. One that lives after all is back when it reads."""
        abandoned = self._options.abandoned.total_seconds() * 1000
        for stream in STREAMS.values():
            for consumer in await redis.xinfo_consumers(stream, GROUP):
                if not consumer["pending"] and consumer["idle"] > abandoned:
                    await redis.xgroup_delconsumer(stream, GROUP, consumer["name"])

    def _subscriber(self, lane: Lane, *, reclaiming: bool) -> "StreamBatchSubscriber":
        from faststream import AckPolicy
        from faststream.redis import StreamSub
        from faststream.redis.annotations import RedisBatchStreamMessage

        poll = max(1, round(self._options.poll.total_seconds() * 1000))
        abandoned = round(self._options.abandoned.total_seconds() * 1000)
        subscriber = self._broker.subscriber(
            stream=StreamSub(
                STREAMS[lane],
                group=GROUP,
                consumer=self._consumer,
                batch=True,
                max_records=_READ,
                polling_interval=poll,
                min_idle_time=abandoned if reclaiming else None,
            ),
            ack_policy=AckPolicy.MANUAL,
        )

        async def hear(bodies: list[Any], message: RedisBatchStreamMessage) -> None:
            for id_, body in zip(message.raw_message["message_ids"], bodies, strict=True):
                await self._hear(lane, id_, list(run_ids(body)))

        subscriber(hear)
        return subscriber

    async def _hear(self, lane: Lane, message_id: bytes, runs: Sequence[UUID]) -> None:
        message = Message(STREAMS[lane], message_id, unsettled=len(runs))
        if runs:
            await self._backlog.put(lane, message, runs)
            super().wake()
        else:
            self._sending.add([message])

    async def _leave(self) -> None:
        """Take this consumer off the groups, unless it leaves messages there that others have to take over."""
        with suppress(Exception):
            async with asyncio.timeout(_SECONDS):
                redis = await self._broker.connect()
                for stream in STREAMS.values():
                    if not await redis.xpending_range(stream, GROUP, "-", "+", 1, self._consumer):
                        await redis.xgroup_delconsumer(stream, GROUP, self._consumer)


def run_ids(body: object) -> Iterator[UUID]:
    """The runs that a message names, whatever else may have got into the stream.

    >>> [str(id) for id in run_ids(["0199d6b1d0c37d6a8a3a5f3c5d1e2f40", "no id", 7])]
    ['0199d6b1-d0c3-7d6a-8a3a-5f3c5d1e2f40']
    >>> list(run_ids("no list"))
    []
    """
    for name in body if isinstance(body, list) else ():
        with suppress(ValueError, TypeError, AttributeError):
            yield UUID(hex=name)


def _batches(ids: Sequence[str], size: int) -> Iterable[list[str]]:
    return (list(ids[i : i + size]) for i in range(0, len(ids), size))


def _broker(url: str, options: StreamOptions) -> "RedisBroker":
    try:
        from faststream.redis import RedisBroker
    except ImportError:
        raise ConfigurationError(
            "a broker needs the extra 'redis': pip install 'carelog[redis]'", details={"key": "broker_url"}
        ) from None
    if not url.startswith(("redis://", "rediss://")):
        raise ConfigurationError("broker_url must begin with redis:// or rediss://", details={"key": "broker_url"})
    try:
        return RedisBroker(
            url,
            logger=None,  # type: ignore[arg-type]  # what its hints leave out: no logging
            graceful_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            # Longer than a read waits for messages: a connection that was cut without a word must not be waited for.
            socket_timeout=options.poll.total_seconds() + 5,
        )
    except ValueError:
        raise ConfigurationError("broker_url cannot be read", details={"key": "broker_url"}) from None
