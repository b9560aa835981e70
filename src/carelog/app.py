"""The composition root: the one place that knows every room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from carelog.conversations.store import ConversationStore
from carelog.db import Database, migrate
from carelog.identity import Keyring
from carelog.kit.clock import Clock, SystemClock
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.chains import Chains
from carelog.pipeline.executor import Executor
from carelog.pipeline.intake import Intake
from carelog.pipeline.runs import RunStore
from carelog.pipeline.wakeup import Wakeup
from carelog.pipeline.worker import Worker, WorkerOptions
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Carelog:
    """Everything that a running Carelog has, wired together."""

    settings: Settings
    clock: Clock
    health: Database
    auth: Database
    keyring: Keyring
    chains: ChainBook
    intake: Intake
    conversations: ConversationStore
    subjects: SubjectStore
    record: RecordStore
    runs: RunStore
    worker: Worker

    def api(self) -> "FastAPI":
        """The REST door. Imported here: commands that do not serve need not wait for it."""
        from carelog.api import Services, create_app

        services = Services(
            clock=self.clock,
            databases={"health": self.health, "auth": self.auth},
            keyring=self.keyring,
            intake=self.intake,
            conversations=self.conversations,
            subjects=self.subjects,
            record=self.record,
            runs=self.runs,
        )
        return create_app(services, max_body_bytes=self.settings.max_body_bytes)


@asynccontextmanager
async def open_carelog(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Carelog]:
    """Open both databases, bring them to the newest schema, and wire the parts. Raises ConfigurationError."""
    clock = clock or SystemClock()
    chains = Chains(settings.chains)
    settings.make_data_dir()
    health, auth = Database(settings.health_url), Database(settings.auth_url)
    try:
        await migrate(health, "health")
        await migrate(auth, "auth")
        wakeup = Wakeup()
        book = ChainBook(chains, health, clock)
        await book.record()
        executor = Executor(health, book, clock, wakeup)
        options = WorkerOptions(
            batch=settings.worker_batch,
            lease=timedelta(seconds=settings.lease_seconds),
            poll=timedelta(seconds=settings.poll_seconds),
        )
        yield Carelog(
            settings=settings,
            clock=clock,
            health=health,
            auth=auth,
            keyring=Keyring(auth, clock),
            chains=book,
            intake=Intake(health, book, clock, wakeup),
            conversations=ConversationStore(health),
            subjects=SubjectStore(health),
            record=RecordStore(health, clock),
            runs=RunStore(health, clock, wakeup),
            worker=Worker(health, book, executor, clock, wakeup, options),
        )
    finally:
        await health.close()
        await auth.close()
