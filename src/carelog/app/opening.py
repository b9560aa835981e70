"""Opening a Carelog: both databases brought to the newest schema, and every part wired to what it needs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from carelog.ai.answer_keys import forget_answers
from carelog.ai.safeguards import Safeguards
from carelog.app.made import Made
from carelog.app.whole import Carelog
from carelog.conserver.definitions import Definitions
from carelog.conserver.followers import Followers
from carelog.conserver.in_force import ConfigurationInForce, Configured, configured_by_posted
from carelog.conversations.listing import ConversationIds
from carelog.conversations.receiving import receive
from carelog.conversations.store import ConversationStore
from carelog.db import Database, migrate
from carelog.db.pumps import PumpOptions
from carelog.delivery import Channel, Sender, make_sender
from carelog.delivery.alerting import Alerting
from carelog.delivery.notices import NoticesByDelivery
from carelog.delivery.postman import Postman
from carelog.delivery.store import DeliveryStore
from carelog.identity import Keyring, operator
from carelog.identity.audit import AuditTrail, Hearing
from carelog.identity.audit.pump import Pump
from carelog.identity.audit.sign_ins import SignInsAudited
from carelog.identity.events import SignInEvents
from carelog.identity.freshness import Freshness
from carelog.identity.grants import GrantStore
from carelog.identity.kept_keys import KeptKeys
from carelog.identity.looks import Asked
from carelog.identity.notices import Notices
from carelog.identity.passwords import RECOMMENDED, Cost
from carelog.identity.reception import Reception, ReceptionOptions
from carelog.identity.registration import Mode
from carelog.identity.secret_key import SecretKey, load_secret_key
from carelog.kit.beside import beside
from carelog.kit.clock import Clock, SystemClock
from carelog.kit.shared_redis import SharedRedis
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.configuration import PostedConfigurations
from carelog.pipeline.copier import Copier
from carelog.pipeline.copy_store import CopyStore
from carelog.pipeline.dead_letters import DeadLetters
from carelog.pipeline.deletion import Deletion
from carelog.pipeline.depths import ListDepths
from carelog.pipeline.dispatch import StreamOptions, make_dispatch
from carelog.pipeline.egress import EgressLists
from carelog.pipeline.erasers import erasers_of
from carelog.pipeline.erasure import Erasure
from carelog.pipeline.executor import Executor
from carelog.pipeline.intake import Intake
from carelog.pipeline.maintenance import Maintenance
from carelog.pipeline.owners import Owners
from carelog.pipeline.pressure import DepthLimits
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.reprocessing import Reprocessing
from carelog.pipeline.runs import RunStore
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.transcripts import Transcripts
from carelog.pipeline.worker import Worker, WorkerOptions
from carelog.record.archive import Archives, Part
from carelog.record.archive.beside import FhirPart, GrantsPart, LooksPart, TableRows
from carelog.record.archive.container import Limits
from carelog.record.archive.conversations import ConversationsPart
from carelog.record.archive.entries import CataloguePart, EntriesPart, LinksPart
from carelog.record.archive.reviews import ReviewsPart
from carelog.record.archive.subject import SubjectPart
from carelog.record.conflict_list import Conflicts
from carelog.record.fhir import Exports, Fhir, FhirReader, Importer
from carelog.record.fhir.exporting import erase_exports
from carelog.record.fhir.tables import fhir_source
from carelog.record.insights import Insights
from carelog.record.linking import Linking
from carelog.record.links import LinkStore
from carelog.record.locusgraph import Forwarder
from carelog.record.locusgraph.changes import erase_forwarded
from carelog.record.memory import Memory
from carelog.record.rejections import Rejections
from carelog.record.review.store import ReviewStore
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.reminders import PreferenceStore, ReminderAnswers, ReminderOptions, Reminders
from carelog.reminders.tables import reminder_preference
from carelog.settings import Settings
from carelog.telemetry.tracing import open_tracer

log = logging.getLogger(__name__)

_MESSAGES_AT_ONCE: Final = 20

if TYPE_CHECKING:
    from carelog.conversations.sealed import Keys


def _load_keys(settings: Settings) -> "Keys | None":
    if not settings.trusted_keys and not settings.decryption_keys:
        return None
    from carelog.conversations.sealed import Keys  # loads the cryptography, which few need

    return Keys.load(settings.trusted_keys, settings.decryption_keys)


def _senders(settings: Settings) -> dict[Channel, Sender[Any]]:
    return {
        channel: make_sender(definition.type, definition.options, channel)
        for channel, definition in settings.senders.items()
    }


def _shared_redis(settings: Settings, clock: Clock) -> SharedRedis | None:
    if settings.cache_url is not None:
        return SharedRedis(settings.cache_url, clock, setting="cache_url")
    if settings.broker_url is not None:
        return SharedRedis(settings.broker_url, clock, setting="broker_url")
    return None


def _registration(settings: Settings) -> Mode:
    if settings.registration != "open":
        return settings.registration
    return "confirmed" if "email" in settings.senders else "unconfirmed"


def _reception(
    settings: Settings,
    auth: Database,
    health: Database,
    clock: Clock,
    secrets: SecretKey,
    kept_keys: KeptKeys,
    freshness: Freshness,
    events: SignInEvents,
    notices: Notices,
    password_cost: Cost,
) -> Reception:
    return Reception.open(
        auth,
        clock,
        secrets,
        kept_keys,
        events=events,
        records=Linking(auth, health, clock, events),
        notices=notices,
        options=ReceptionOptions(
            registration=_registration(settings),
            access_lifetime=timedelta(minutes=settings.access_token_minutes),
            session_lifetime=timedelta(days=settings.session_days),
            clinicians_see=settings.clinicians_see,
            password_cost=password_cost,
            freshness=freshness,
        ),
    )


async def _put_in_force(
    own: Configured,
    made: Made,
    make: Callable[[Definitions], Made],
    health: Database,
    clock: Clock,
    storages: StoragesInForce,
) -> tuple[ConfigurationInForce[Made], ChainBook]:
    """What was posted last, else what the files say, and what was `made` of those."""
    posted = PostedConfigurations(health, clock)
    newest = await posted.newest()
    current = configured_by_posted(newest, own) if newest else own
    if newest:
        made = current.made(make)
        await storages.replace(made.storages)
    book = ChainBook(made.chains, health, clock)
    await book.record()

    async def put(made: Made) -> None:
        await book.replace(made.chains)
        await storages.replace(made.storages)

    return ConfigurationInForce(own, current, posted, make=make, put=put), book


def _archives(
    settings: Settings,
    health: Database,
    clock: Clock,
    reader: ConversationReader,
    grants: GrantStore,
    audit: AuditTrail,
    fhir_reader: FhirReader,
    erasure: Erasure,
) -> Archives:
    parts: list[Part] = [
        SubjectPart(),
        ConversationsPart(reader.fill),
        CataloguePart(),
        EntriesPart(),
        LinksPart(),
        ReviewsPart(),
        TableRows("reminder_preferences", reminder_preference),
        TableRows("fhir_sources", fhir_source),
        GrantsPart(grants),
        LooksPart(audit),
        FhirPart(fhir_reader),
    ]
    limits = Limits(bytes=4 * settings.max_archive_bytes)
    return Archives(health, clock, parts, settings.data_dir / "archives", erasure.is_under_way, limits)


def secret_key_of(settings: Settings, *, shared: bool) -> SecretKey:
    """Raises ConfigurationError."""
    return load_secret_key(
        settings.secret_key.get_secret_value() if settings.secret_key else None,
        settings.data_dir,
        shared=shared,
        older=[secret.get_secret_value() for secret in settings.older_secret_keys],
    )


@asynccontextmanager
async def open_carelog(
    settings: Settings, clock: Clock | None = None, *, password_cost: Cost = RECOMMENDED
) -> AsyncIterator[Carelog]:
    """Open both databases, bring them to the newest schema, and wire the parts. Raises ConfigurationError."""
    clock = clock or SystemClock()
    for warning in settings.warnings:
        log.warning("left out of the configuration", extra={"problem": warning})
    own = settings.configured
    settings.make_data_dir()
    async with AsyncExitStack() as closing:
        tracer = open_tracer() if settings.otel else None
        if tracer:
            closing.push_async_callback(tracer.close)
        auth = await closing.enter_async_context(_database(settings.auth_url))
        health = await closing.enter_async_context(_database(settings.health_url))
        redis = _shared_redis(settings, clock)
        if redis:
            closing.push_async_callback(redis.close)
        secrets = secret_key_of(settings, shared=auth.dialect != "sqlite")
        make = partial(Made.of, safeguards=Safeguards.shared(health, redis, secrets.subkey, clock))
        made = own.made(make)
        storages = StoragesInForce(made.storages)
        closing.push_async_callback(storages.close)
        senders = _senders(settings)
        for sender in senders.values():
            closing.push_async_callback(sender.close)
        keys = _load_keys(settings)
        lease, poll = timedelta(seconds=settings.lease_seconds), timedelta(seconds=settings.poll_seconds)
        streams = StreamOptions(batch=settings.worker_batch, abandoned=lease, poll=poll)
        dispatch = make_dispatch(health, settings.broker_url, streams)
        closing.push_async_callback(dispatch.close)
        forwarder = Forwarder(health, clock, settings.locusgraph) if settings.locusgraph else None
        if forwarder:
            closing.push_async_callback(forwarder.close)
        await migrate(health, "health")
        await migrate(auth, "auth")
        kept_keys = await KeptKeys.load(auth, secrets)
        audit = AuditTrail(auth, clock, lambda: kept_keys.key("audit"), settings.data_dir / "audit")
        await audit.bring_in()
        hearing = Hearing(audit, Asked, at_once=True)
        configuration, book = await _put_in_force(own, made, make, health, clock, storages)
        conversations = ConversationStore(health)
        reader = ConversationReader(health, conversations, storages)
        copying = PumpOptions(settings.storage_batch, max_tries=settings.storage_max_tries, lease=lease, poll=poll)
        copier = Copier(health, storages, reader, clock, copying, tracer)
        sending = PumpOptions(_MESSAGES_AT_ONCE, max_tries=settings.delivery_max_tries, lease=lease, poll=poll)
        postman = Postman(health, senders, clock, sending)
        notices = NoticesByDelivery(health, clock, senders, postman.wake)
        reminder_options = ReminderOptions(late=timedelta(minutes=settings.reminder_late_minutes), poll=poll)
        alerting = Alerting(auth, clock, senders, postman.wake, clinicians_see=settings.clinicians_see)
        executor = Executor(health, book, reader, clock, dispatch, copier, tracer, alerting)
        options = WorkerOptions(
            batch=settings.worker_batch, concurrency=settings.worker_concurrency, lease=lease, poll=poll
        )
        depths = DepthLimits(bulk=settings.bulk_limit, routine=settings.routine_limit)
        intake = Intake(health, book, clock, dispatch, depths, any_list=settings.allow_unknown_lists, tracer=tracer)
        followers = Followers(
            configuration,
            health,
            intake,
            clock,
            header=settings.conserver_header_name,
            max_bytes=settings.max_body_bytes,
        )
        subjects = SubjectStore(health)
        rejections = Rejections(health, clock, lambda: kept_keys.key("rejections"))
        record = RecordStore(health, clock, rejections)
        freshness = Freshness(timedelta(minutes=settings.fresh_sign_in_minutes))
        grants = GrantStore(auth, clock, audit, freshness)
        insights = Insights(health, record, clock)
        fhir_reader = FhirReader(health, clock, subjects, conversations, grants, audit)
        erasers = {
            "ai_answers": forget_answers,
            "fhir_export": erase_exports,
            "forwarded": erase_forwarded,
            **erasers_of(storages),
        }
        erasure = Erasure(health, auth, clock, audit, erasers, copier.wake, freshness)
        reception = _reception(
            settings, auth, health, clock, secrets, kept_keys, freshness, SignInsAudited(audit), notices, password_cost
        )
        await reception.account_notices.hand_over()
        async with beside(configuration.watch()), beside(health.keep_log_short()), _pumped(Pump(audit)):
            yield Carelog(
                settings=settings,
                configuration=configuration,
                clock=clock,
                health=health,
                auth=auth,
                secrets=secrets,
                kept_keys=kept_keys,
                reception=reception,
                keyring=Keyring(auth, clock),
                audit=audit,
                operator=hearing.let_in(operator()),
                grants=grants,
                erasure=erasure,
                owners=Owners(health),
                chains=book,
                receive=lambda data: receive(data, keys, clock.now(), max_bytes=settings.max_body_bytes),
                intake=intake,
                transcripts=Transcripts(health, book, reader, clock, dispatch),
                deletion=Deletion(health, clock, storages, copier),
                conversations=conversations,
                conversation_ids=ConversationIds(health),
                reader=reader,
                subjects=subjects,
                record=record,
                insights=insights,
                conflicts=Conflicts(health),
                links=LinkStore(health, clock),
                memory=Memory(health, clock, record, subjects, insights, rejections),
                rejections=rejections,
                reviews=ReviewStore(health, clock, rejections),
                reprocessing=Reprocessing(health, book, clock, dispatch, depths),
                forwarder=forwarder,
                archives=_archives(settings, health, clock, reader, grants, audit, fhir_reader, erasure),
                runs=RunStore(health),
                copies=CopyStore(health),
                dead_letters=DeadLetters(health, clock, dispatch, copier),
                egress=EgressLists(health, book),
                list_depths=ListDepths(health, book),
                metrics_public=settings.metrics_public,
                worker=Worker(health, book, executor, clock, dispatch, options),
                storages=storages,
                copier=copier,
                deliveries=DeliveryStore(health, clock, postman.wake),
                postman=postman,
                reminders=Reminders(health, auth, clock, senders, postman.wake, reminder_options),
                reminder_answers=ReminderAnswers(health, clock),
                reminder_preferences=PreferenceStore(health, clock),
                maintenance=Maintenance(
                    health, clock, storages, erasure, book, finished=timedelta(days=settings.finished_days)
                ),
                followers=followers,
                fhir=Fhir(
                    fhir_reader,
                    Importer(health, clock),
                    Exports(health, clock, fhir_reader, subjects, audit, settings.data_dir / "exports"),
                ),
                tracer=tracer,
            )


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        async with beside(database.end_halted()):
            yield database
    finally:
        await database.close()


@asynccontextmanager
async def _pumped(pump: Pump) -> AsyncIterator[None]:
    """What is kept meanwhile is in the audit trail at the end."""
    task = asyncio.create_task(pump.run())
    try:
        yield
    finally:
        pump.stop()
        await task
