"""Everything that a running Carelog has, and what it does with it: work, stop, answer."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from carelog.app.made import Made
from carelog.conserver.followers import Followers
from carelog.conserver.in_force import ConfigurationInForce
from carelog.conversations.listing import ConversationIds
from carelog.conversations.receiving import receive
from carelog.conversations.store import ConversationStore
from carelog.db import Database
from carelog.delivery.postman import Postman
from carelog.delivery.store import DeliveryStore
from carelog.identity import Keyring, Principal
from carelog.identity.audit import AuditTrail
from carelog.identity.grants import GrantStore
from carelog.identity.reception import Reception
from carelog.identity.secret_key import SecretKey
from carelog.kit.clock import Clock
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.copier import Copier
from carelog.pipeline.copy_store import CopyStore
from carelog.pipeline.dead_letters import DeadLetters
from carelog.pipeline.deletion import Deletion
from carelog.pipeline.depths import ListDepths
from carelog.pipeline.egress import EgressLists
from carelog.pipeline.erasure import Erasure
from carelog.pipeline.intake import Intake
from carelog.pipeline.maintenance import Maintenance
from carelog.pipeline.owners import Owners
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.reprocessing import Reprocessing
from carelog.pipeline.runs import RunStore
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.transcripts import Transcripts
from carelog.pipeline.worker import Worker
from carelog.record.archive import Archives
from carelog.record.conflict_list import Conflicts
from carelog.record.fhir import Fhir
from carelog.record.insights import Insights
from carelog.record.links import LinkStore
from carelog.record.locusgraph import Forwarder
from carelog.record.memory import Memory
from carelog.record.rejections import Rejections
from carelog.record.review.store import ReviewStore
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.reminders import PreferenceStore, ReminderAnswers, Reminders
from carelog.settings import Settings
from carelog.telemetry.tracing import Tracer

if TYPE_CHECKING:
    from fastapi import FastAPI

    from carelog.conversations import Conversation
    from carelog.conversations.sealed import Keys, Opened


class Working(Protocol):
    """Does its part of the work until it is told to stop."""

    async def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Carelog:
    """Everything that a running Carelog has, wired together."""

    settings: Settings
    configuration: ConfigurationInForce[Made]
    clock: Clock
    health: Database
    auth: Database
    secrets: SecretKey
    reception: Reception
    keyring: Keyring
    audit: AuditTrail
    operator: Principal
    grants: GrantStore
    erasure: Erasure
    chains: ChainBook
    keys: "Keys | None"
    intake: Intake
    transcripts: Transcripts
    deletion: Deletion
    conversations: ConversationStore
    reader: ConversationReader
    subjects: SubjectStore
    record: RecordStore
    insights: Insights
    links: LinkStore
    memory: Memory
    rejections: Rejections
    reviews: ReviewStore
    reprocessing: Reprocessing
    archives: Archives
    forwarder: Forwarder | None
    runs: RunStore
    copies: CopyStore
    dead_letters: DeadLetters
    egress: EgressLists
    worker: Worker
    storages: StoragesInForce
    copier: Copier
    deliveries: DeliveryStore
    postman: Postman
    reminders: Reminders
    reminder_answers: ReminderAnswers
    reminder_preferences: PreferenceStore
    maintenance: Maintenance
    followers: Followers
    fhir: Fhir
    tracer: Tracer | None

    async def work(self) -> None:
        """Work on runs, bring copies to storages, remind, send messages, look after the tables, follow other servers
        and write exports, until `stop`. Should one of them end of itself, which none does, all do."""
        async with asyncio.TaskGroup() as working:
            for part in self._working:
                working.create_task(part.run()).add_done_callback(lambda _: self.stop())

    def stop(self) -> None:
        """End `work` after what is in hand."""
        for part in self._working:
            part.stop()

    @property
    def _working(self) -> tuple[Working, ...]:
        always: tuple[Working, ...] = (
            self.worker,
            self.copier,
            self.reminders,
            self.postman,
            self.maintenance,
            self.followers,
            self.fhir.exports,
        )
        return (*always, self.forwarder) if self.forwarder else always

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
            tokens=self.reception.tokens,
            reception=self.reception,
            audit=self.audit,
            grants=self.grants,
            erasure=self.erasure,
            owners=Owners(self.health),
            receive=self.receive,
            intake=self.intake,
            transcripts=self.transcripts,
            deletion=self.deletion,
            conversations=self.conversations,
            conversation_ids=ConversationIds(self.health),
            reader=self.reader,
            subjects=self.subjects,
            record=self.record,
            insights=self.insights,
            conflicts=Conflicts(self.health),
            links=self.links,
            memory=self.memory,
            rejections=self.rejections,
            reviews=self.reviews,
            reprocessing=self.reprocessing,
            archives=self.archives,
            fhir=self.fhir,
            runs=self.runs,
            copies=self.copies,
            dead_letters=self.dead_letters,
            deliveries=self.deliveries,
            reminder_answers=self.reminder_answers,
            reminder_preferences=self.reminder_preferences,
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
            max_archive_bytes=self.settings.max_archive_bytes,
            tracer=self.tracer,
            conserver=access,
            cors_origins=self.settings.cors_origins,
            trusted_proxies=self.settings.trusted_proxies,
        )
