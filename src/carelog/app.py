"""The composition root: the one place that knows every room."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from carelog.ai.endpoint import Endpoints
from carelog.conserver.definitions import Definitions
from carelog.conserver.followers import Followers
from carelog.conserver.in_force import ConfigurationInForce, configured_by_posted
from carelog.conversations.listing import ConversationIds
from carelog.conversations.receiving import receive
from carelog.conversations.store import ConversationStore
from carelog.db import Database, migrate
from carelog.identity import Keyring
from carelog.kit.clock import Clock, SystemClock
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.chains import Chains
from carelog.pipeline.configuration import PostedConfigurations
from carelog.pipeline.copier import Copier, CopierOptions
from carelog.pipeline.copies import require_storages
from carelog.pipeline.copy_store import CopyStore
from carelog.pipeline.dead_letters import DeadLetters
from carelog.pipeline.deletion import Deletion
from carelog.pipeline.depths import ListDepths
from carelog.pipeline.dispatch import StreamOptions, make_dispatch
from carelog.pipeline.egress import EgressLists
from carelog.pipeline.executor import Executor
from carelog.pipeline.faults import fault_of
from carelog.pipeline.intake import Intake
from carelog.pipeline.maintenance import Maintenance
from carelog.pipeline.pressure import DepthLimits
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.runs import RunStore
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.worker import Worker, WorkerOptions
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.settings import Settings
from carelog.storages import Storage, make_storage
from carelog.telemetry.tracing import Tracer, open_tracer

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from fastapi import FastAPI

    from carelog.conversations import Conversation
    from carelog.conversations.sealed import Keys, Opened


@dataclass(frozen=True, slots=True)
class Made:
    """What definitions name."""

    chains: Chains
    storages: dict[str, Storage[Any]]

    @classmethod
    def of(cls, definitions: Definitions) -> "Made":
        """Raises ConfigurationError; `details["path"]` says which part of the definitions is at fault."""
        context = {"ai": Endpoints(definitions.ai_endpoints)}
        path: tuple[str | int, ...] | None = None
        try:
            chains = Chains(definitions.chains, context)
            storages = {}
            for name, storage in definitions.storages.items():
                path = ("storages", name)
                storages[name] = make_storage(storage.type, storage.options, name)
        except ConfigurationError as error:
            path = path or fault_of(definitions.chains, context)
            raise ConfigurationError(error.message, details={**error.details, "path": path}) from None
        require_storages(chains, storages)
        return cls(chains, storages)


@dataclass(frozen=True, slots=True)
class Carelog:
    """Everything that a running Carelog has, wired together."""

    settings: Settings
    configuration: ConfigurationInForce[Made]
    clock: Clock
    health: Database
    auth: Database
    keyring: Keyring
    chains: ChainBook
    keys: "Keys | None"
    intake: Intake
    deletion: Deletion
    conversations: ConversationStore
    reader: ConversationReader
    subjects: SubjectStore
    record: RecordStore
    runs: RunStore
    copies: CopyStore
    dead_letters: DeadLetters
    egress: EgressLists
    worker: Worker
    storages: StoragesInForce
    copier: Copier
    maintenance: Maintenance
    followers: Followers
    tracer: Tracer | None

    async def work(self) -> None:
        """Work on runs, bring copies to storages, look after the tables and follow other servers, until `stop`. Should
        one of them end of itself, which none does, all do."""
        async with asyncio.TaskGroup() as working:
            for part in (self.worker, self.copier, self.maintenance, self.followers):
                working.create_task(part.run()).add_done_callback(lambda _: self.stop())

    def stop(self) -> None:
        """End `work` after what is in hand."""
        self.worker.stop()
        self.copier.stop()
        self.maintenance.stop()
        self.followers.stop()

    def receive(self, data: bytes | str) -> "tuple[Conversation, Opened | None]":
        """A vCon in any of its forms, opened with the configured keys. Raises as `conversations.receiving` does."""
        return receive(data, self.keys, self.clock.now(), max_bytes=self.settings.max_body_bytes)

    def api(self) -> "FastAPI":
        """The REST door. Imported here: commands that do not serve need not wait for it."""
        from carelog.api import ConserverOptions, Services, create_app

        services = Services(
            clock=self.clock,
            databases={"health": self.health, "auth": self.auth},
            keyring=self.keyring,
            receive=self.receive,
            intake=self.intake,
            deletion=self.deletion,
            conversations=self.conversations,
            conversation_ids=ConversationIds(self.health),
            reader=self.reader,
            subjects=self.subjects,
            record=self.record,
            runs=self.runs,
            copies=self.copies,
            dead_letters=self.dead_letters,
            egress=self.egress,
            list_depths=ListDepths(self.health, self.chains),
            configuration=self.configuration,
            metrics_public=self.settings.metrics_public,
        )
        access = ConserverOptions(
            header=self.settings.conserver_header_name,
            tokens=self.settings.conserver_tokens(),
            admin=self.settings.conserver_token_is_admin,
            any_list=self.settings.allow_unknown_lists,
        )
        return create_app(
            services,
            max_body_bytes=self.settings.max_body_bytes,
            tracer=self.tracer,
            conserver=access,
            cors_origins=self.settings.cors_origins,
        )


def _load_keys(settings: Settings) -> "Keys | None":
    if not settings.trusted_keys and not settings.decryption_keys:
        return None
    from carelog.conversations.sealed import Keys  # loads the cryptography, which few need

    return Keys.load(settings.trusted_keys, settings.decryption_keys)


@asynccontextmanager
async def open_carelog(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Carelog]:
    """Open both databases, bring them to the newest schema, and wire the parts. Raises ConfigurationError."""
    clock = clock or SystemClock()
    for warning in settings.warnings:
        log.warning("left out of the configuration", extra={"problem": warning})
    own = settings.configured
    made = own.made(Made.of)
    storages = StoragesInForce(made.storages)
    settings.make_data_dir()
    keys = _load_keys(settings)
    tracer = open_tracer() if settings.otel else None
    health, auth = Database(settings.health_url), Database(settings.auth_url)
    lease, poll = timedelta(seconds=settings.lease_seconds), timedelta(seconds=settings.poll_seconds)
    streams = StreamOptions(batch=settings.worker_batch, abandoned=lease, poll=poll)
    dispatch = make_dispatch(health, settings.broker_url, streams)
    try:
        await migrate(health, "health")
        await migrate(auth, "auth")
        posted = PostedConfigurations(health, clock)
        newest = await posted.newest()
        current = configured_by_posted(newest, own) if newest else own
        if newest:
            made = current.made(Made.of)
            storages.replace(made.storages)
        book = ChainBook(made.chains, health, clock)
        await book.record()

        async def put(made: Made) -> None:
            storages.replace(made.storages)
            await book.replace(made.chains)

        configuration = ConfigurationInForce(own, current, posted, make=Made.of, put=put)
        conversations = ConversationStore(health)
        reader = ConversationReader(health, conversations, storages)
        copier = Copier(
            health,
            storages,
            reader,
            clock,
            CopierOptions(batch=settings.storage_batch, max_tries=settings.storage_max_tries, lease=lease, poll=poll),
            tracer,
        )
        executor = Executor(health, book, reader, clock, dispatch, copier, tracer)
        options = WorkerOptions(
            batch=settings.worker_batch, concurrency=settings.worker_concurrency, lease=lease, poll=poll
        )
        intake = Intake(
            health,
            book,
            clock,
            dispatch,
            DepthLimits(bulk=settings.bulk_limit, routine=settings.routine_limit),
            any_list=settings.allow_unknown_lists,
            tracer=tracer,
        )
        followers = Followers(
            configuration,
            health,
            intake,
            clock,
            header=settings.conserver_header_name,
            max_bytes=settings.max_body_bytes,
        )
        async with _beside(configuration.watch()):
            yield Carelog(
                settings=settings,
                configuration=configuration,
                clock=clock,
                health=health,
                auth=auth,
                keyring=Keyring(auth, clock),
                chains=book,
                keys=keys,
                intake=intake,
                deletion=Deletion(health, clock, storages, copier),
                conversations=conversations,
                reader=reader,
                subjects=SubjectStore(health),
                record=RecordStore(health, clock),
                runs=RunStore(health),
                copies=CopyStore(health),
                dead_letters=DeadLetters(health, clock, dispatch, copier),
                egress=EgressLists(health, book),
                worker=Worker(health, book, executor, clock, dispatch, options),
                storages=storages,
                copier=copier,
                maintenance=Maintenance(health, clock, storages, finished=timedelta(days=settings.finished_days)),
                followers=followers,
                tracer=tracer,
            )
    finally:
        await dispatch.close()
        await storages.close()
        await health.close()
        await auth.close()
        if tracer:
            await tracer.close()


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do this in the background meanwhile."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
