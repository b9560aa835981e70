"""What every part of Carelog stands on: what the settings name, opened, and closed again at the end."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from carelog.ai.safeguards import Safeguards
from carelog.app.lost import require_both
from carelog.app.made import Made
from carelog.conserver.definitions import Definitions
from carelog.conserver.in_force import Configured
from carelog.db import Database
from carelog.db.breakers import Breakers, SharedStates
from carelog.delivery import Channel, Sender, make_sender
from carelog.identity.kept_keys import has_kept_keys
from carelog.identity.secret_key import FILE, SecretKey, load_secret_key
from carelog.kit.beside import beside
from carelog.kit.clock import Clock
from carelog.kit.shared_redis import SharedRedis
from carelog.pipeline.dispatch import Dispatch, StreamOptions, make_dispatch
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.tables import webhook_breaker
from carelog.record.locusgraph import Forwarder
from carelog.settings import Settings
from carelog.telemetry import metrics
from carelog.telemetry.tracing import Tracer, open_tracer

if TYPE_CHECKING:
    from carelog.conversations.sealed import Keys

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The settings, and what they name, open. `made` holds the chains and storages of the configuration files; `make`
    makes those of another configuration."""

    settings: Settings
    clock: Clock
    tracer: Tracer | None
    auth: Database
    health: Database
    secrets: SecretKey
    configured: Configured
    make: Callable[[Definitions], Made]
    made: Made
    storages: StoragesInForce
    senders: dict[Channel, Sender[Any]]
    vcon_keys: "Keys | None"
    lease: timedelta
    poll: timedelta
    dispatch: Dispatch
    forwarder: Forwarder | None


@asynccontextmanager
async def open_ground(settings: Settings, clock: Clock) -> AsyncIterator[Ground]:
    """Everything that was opened is closed at the end, also when a later part cannot be opened. Raises
    ConfigurationError."""
    for warning in settings.warnings:
        log.warning("left out of account", extra={"problem": warning})
    configured = settings.configured
    settings.make_data_dir()
    async with AsyncExitStack() as closing:
        tracer = open_tracer() if settings.otel else None
        if tracer:
            closing.push_async_callback(tracer.close)
        auth = await closing.enter_async_context(_database(settings.auth_url))
        health = await closing.enter_async_context(_database(settings.health_url))
        await require_both(health, auth)
        redis = _shared_redis(settings, clock)
        if redis:
            closing.push_async_callback(redis.close)
        missing = settings.secret_key is None and not (settings.data_dir / FILE).exists()
        sealed = missing and await has_kept_keys(auth)
        secrets = secret_key_of(settings, shared=auth.dialect != "sqlite", sealed=sealed)
        safeguards = Safeguards.shared(health, redis, secrets.subkey, clock)
        receivers = Breakers(SharedStates(health, webhook_breaker), clock, metrics.webhook_breaker_changed)
        make = partial(Made.of, safeguards=safeguards, receivers=receivers)
        made = configured.made(make)
        storages = StoragesInForce(made.storages)
        closing.push_async_callback(storages.close)
        senders = _senders(settings)
        for sender in senders.values():
            closing.push_async_callback(sender.close)
        vcon_keys = _load_vcon_keys(settings)
        lease, poll = timedelta(seconds=settings.lease_seconds), timedelta(seconds=settings.poll_seconds)
        streams = StreamOptions(batch=settings.worker_batch, abandoned=lease, poll=poll)
        dispatch = make_dispatch(health, settings.broker_url, streams)
        closing.push_async_callback(dispatch.close)
        forwarder = Forwarder(health, clock, settings.locusgraph) if settings.locusgraph else None
        if forwarder:
            closing.push_async_callback(forwarder.close)
        yield Ground(
            settings=settings,
            clock=clock,
            tracer=tracer,
            auth=auth,
            health=health,
            secrets=secrets,
            configured=configured,
            make=make,
            made=made,
            storages=storages,
            senders=senders,
            vcon_keys=vcon_keys,
            lease=lease,
            poll=poll,
            dispatch=dispatch,
            forwarder=forwarder,
        )


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        async with beside(database.end_halted()):
            yield database
    finally:
        await database.close()


def _shared_redis(settings: Settings, clock: Clock) -> SharedRedis | None:
    if settings.cache_url is not None:
        return SharedRedis(settings.cache_url, clock, setting="cache_url")
    if settings.broker_url is not None:
        return SharedRedis(settings.broker_url, clock, setting="broker_url")
    return None


def secret_key_of(settings: Settings, *, shared: bool, sealed: bool) -> SecretKey:
    """Raises ConfigurationError."""
    return load_secret_key(
        settings.secret_key.get_secret_value() if settings.secret_key else None,
        settings.data_dir,
        shared=shared,
        sealed=sealed,
        older=[secret.get_secret_value() for secret in settings.older_secret_keys],
    )


def _senders(settings: Settings) -> dict[Channel, Sender[Any]]:
    return {
        channel: make_sender(definition.type, definition.options, channel)
        for channel, definition in settings.senders.items()
    }


def _load_vcon_keys(settings: Settings) -> "Keys | None":
    if not settings.trusted_keys and not settings.decryption_keys:
        return None
    from carelog.conversations.sealed import Keys  # loads the cryptography, which few need

    return Keys.load(settings.trusted_keys, settings.decryption_keys)
