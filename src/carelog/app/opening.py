"""Opening a Carelog: what everything stands on first, then the newest schema of both databases, then part upon part."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from carelog.app.conversations import Conversations
from carelog.app.ground import Ground, open_ground
from carelog.app.in_force import put_in_force
from carelog.app.made import Made
from carelog.app.messages import Messages
from carelog.app.people import People
from carelog.app.record import Record
from carelog.app.runs import Runs
from carelog.app.whole import Carelog
from carelog.conserver.followers import Followers
from carelog.conserver.in_force import ConfigurationInForce
from carelog.db import migrate
from carelog.identity.audit.pump import Pump
from carelog.identity.kept_keys import KeptKeys
from carelog.identity.passwords import RECOMMENDED, Cost
from carelog.kit.beside import beside
from carelog.kit.clock import Clock, SystemClock
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.maintenance import Maintenance
from carelog.settings import Settings


@asynccontextmanager
async def open_carelog(
    settings: Settings, clock: Clock | None = None, *, password_cost: Cost = RECOMMENDED
) -> AsyncIterator[Carelog]:
    """Open both databases, bring them to the newest schema, and wire the parts. What was opened is closed at the end,
    also when a later part cannot be. Raises ConfigurationError."""
    async with open_ground(settings, clock or SystemClock()) as ground:
        await migrate(ground.health, "health")
        await migrate(ground.auth, "auth")
        kept_keys = await KeptKeys.load(ground.auth, ground.secrets)
        messages = Messages(ground)
        people = People(ground, kept_keys, messages.notices, password_cost)
        await people.audit.bring_in()
        configuration, chains = await put_in_force(ground)
        conversations = Conversations(ground)
        record = Record(ground, people, conversations)
        runs = Runs(ground, chains, conversations, messages.alerting)
        carelog = _whole(ground, configuration, chains, messages, people, conversations, record, runs)
        await carelog.reception.account_notices.hand_over()
        async with beside(configuration.watch()), beside(carelog.health.keep_log_short()), _pumped(Pump(carelog.audit)):
            yield carelog


@asynccontextmanager
async def _pumped(pump: Pump) -> AsyncIterator[None]:
    """Whatever is written to the spool meanwhile is in the audit trail at the end."""
    task = asyncio.create_task(pump.run())
    try:
        yield
    finally:
        pump.stop()
        await task


def _whole(
    ground: Ground,
    configuration: ConfigurationInForce[Made],
    chains: ChainBook,
    messages: Messages,
    people: People,
    conversations: Conversations,
    record: Record,
    runs: Runs,
) -> Carelog:
    """The parts, by the names that doors and commands know them by."""
    settings, health, clock = ground.settings, ground.health, ground.clock
    return Carelog(
        settings=settings,
        clock=clock,
        tracer=ground.tracer,
        health=health,
        auth=ground.auth,
        secrets=ground.secrets,
        storages=ground.storages,
        forwarder=ground.forwarder,
        metrics_public=settings.metrics_public,
        configuration=configuration,
        chains=chains,
        followers=Followers(
            configuration,
            health,
            runs.intake,
            clock,
            header=settings.conserver_header_name,
            max_bytes=settings.max_body_bytes,
        ),
        maintenance=Maintenance(
            health, clock, ground.storages, record.erasure, chains, finished=timedelta(days=settings.finished_days)
        ),
        postman=messages.postman,
        deliveries=messages.deliveries,
        reminders=messages.reminders,
        reminder_answers=messages.reminder_answers,
        reminder_preferences=messages.reminder_preferences,
        kept_keys=people.kept_keys,
        reception=people.reception,
        keyring=people.keyring,
        operator=people.operator,
        grants=people.grants,
        audit=people.audit,
        receive=conversations.receive,
        conversations=conversations.store,
        conversation_ids=conversations.ids,
        owners=conversations.owners,
        reader=conversations.reader,
        copies=conversations.copies,
        copier=conversations.copier,
        deletion=runs.deletion,
        subjects=record.subjects,
        likenesses=record.likenesses,
        joins=record.joins,
        record=record.store,
        rejections=record.rejections,
        links=record.links,
        conflicts=record.conflicts,
        reviews=record.reviews,
        insights=record.insights,
        memory=record.memory,
        fhir=record.fhir,
        erasure=record.erasure,
        archives=record.archives,
        runs=runs.store,
        intake=runs.intake,
        transcripts=runs.transcripts,
        reprocessing=runs.reprocessing,
        dead_letters=runs.dead_letters,
        egress=runs.egress,
        list_depths=runs.list_depths,
        worker=runs.worker,
    )
