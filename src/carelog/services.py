"""What a running Carelog offers to those who ask something of it: its doors, its commands, programs that embed it."""

from dataclasses import dataclass
from typing import Any

from carelog.conserver.in_force import ConfigurationInForce
from carelog.conversations.listing import ConversationIds
from carelog.conversations.store import ConversationStore
from carelog.db import Database
from carelog.delivery.store import DeliveryStore
from carelog.identity import Keyring
from carelog.identity.audit import AuditTrail
from carelog.identity.grants import GrantStore
from carelog.identity.reception import Reception
from carelog.identity.tokens import Tokens
from carelog.kit.clock import Clock
from carelog.pipeline.copy_store import CopyStore
from carelog.pipeline.dead_letters import DeadLetters
from carelog.pipeline.deletion import Deletion
from carelog.pipeline.depths import ListDepths
from carelog.pipeline.egress import EgressLists
from carelog.pipeline.erasure import Erasure
from carelog.pipeline.intake import Intake
from carelog.pipeline.owners import Owners
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.reprocessing import Reprocessing
from carelog.pipeline.runs import RunStore
from carelog.pipeline.submission import Receive
from carelog.pipeline.transcripts import Transcripts
from carelog.record.archive import Archives
from carelog.record.conflict_list import Conflicts
from carelog.record.fhir import Fhir
from carelog.record.insights import Insights
from carelog.record.joins import Joins
from carelog.record.likely_same import Likenesses
from carelog.record.links import LinkStore
from carelog.record.memory import Memory
from carelog.record.rejections import Rejections
from carelog.record.review.store import ReviewStore
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.reminders import PreferenceStore, ReminderAnswers


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    clock: Clock
    health: Database
    auth: Database
    keyring: Keyring
    reception: Reception
    audit: AuditTrail
    grants: GrantStore
    erasure: Erasure
    owners: Owners
    receive: Receive
    intake: Intake
    transcripts: Transcripts
    deletion: Deletion
    conversations: ConversationStore
    conversation_ids: ConversationIds
    reader: ConversationReader
    subjects: SubjectStore
    likenesses: Likenesses
    joins: Joins
    record: RecordStore
    insights: Insights
    conflicts: Conflicts
    links: LinkStore
    memory: Memory
    rejections: Rejections
    reviews: ReviewStore
    reprocessing: Reprocessing
    archives: Archives
    fhir: Fhir
    runs: RunStore
    copies: CopyStore
    dead_letters: DeadLetters
    deliveries: DeliveryStore
    reminder_answers: ReminderAnswers
    reminder_preferences: PreferenceStore
    egress: EgressLists
    list_depths: ListDepths
    configuration: ConfigurationInForce[Any]
    metrics_public: bool

    @property
    def databases(self) -> dict[str, Database]:
        return {"health": self.health, "auth": self.auth}

    @property
    def tokens(self) -> Tokens:
        return self.reception.tokens
