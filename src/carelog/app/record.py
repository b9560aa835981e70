"""The record: what conversations say of a subject, what is made of it, and how it is taken out or erased."""

from carelog.ai.answer_keys import forget_answers
from carelog.app.conversations import Conversations
from carelog.app.ground import Ground
from carelog.app.people import People
from carelog.pipeline.erasers import erasers_of
from carelog.pipeline.erasure import Erasure
from carelog.record.archive import Archives
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
from carelog.record.joins import Joins
from carelog.record.likely_same import Likenesses
from carelog.record.links import LinkStore
from carelog.record.locusgraph.changes import erase_forwarded
from carelog.record.memory import Memory
from carelog.record.rejections import Rejections
from carelog.record.review.store import ReviewStore
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.reminders.tables import reminder_preference


class Record:
    def __init__(self, ground: Ground, people: People, conversations: Conversations) -> None:
        settings, health, clock = ground.settings, ground.health, ground.clock
        grants, audit, kept_keys = people.grants, people.audit, people.kept_keys

        self.subjects = SubjectStore(health)
        self.likenesses = Likenesses(health)
        self.joins = Joins(health, ground.auth, clock, audit, people.freshness)
        self.rejections = Rejections(health, clock, lambda: kept_keys.key("rejections"))
        self.store = RecordStore(health, clock, self.rejections)
        self.links = LinkStore(health, clock)
        self.conflicts = Conflicts(health)
        self.reviews = ReviewStore(health, clock, self.rejections)
        self.insights = Insights(health, self.store, clock)
        self.memory = Memory(health, clock, self.store, self.subjects, self.insights, self.rejections)

        fhir = FhirReader(health, clock, self.subjects, conversations.store, grants, audit)
        exports = Exports(health, clock, fhir, self.subjects, audit, settings.data_dir / "exports")
        self.fhir = Fhir(fhir, Importer(health, clock), exports)

        erasers = {
            "ai_answers": forget_answers,
            "fhir_export": erase_exports,
            "forwarded": erase_forwarded,
            **erasers_of(ground.storages),
        }
        wake_copier, freshness = conversations.copier.wake, people.freshness
        self.erasure = Erasure(health, ground.auth, clock, audit, erasers, wake_copier, freshness)

        self.archives = Archives(
            health,
            clock,
            [
                SubjectPart(),
                ConversationsPart(conversations.reader.fill),
                CataloguePart(),
                EntriesPart(),
                LinksPart(),
                ReviewsPart(),
                TableRows("reminder_preferences", reminder_preference),
                TableRows("fhir_sources", fhir_source),
                GrantsPart(grants),
                LooksPart(audit),
                FhirPart(fhir),
            ],
            settings.data_dir / "archives",
            self.erasure.is_under_way,
            Limits(bytes=4 * settings.max_archive_bytes),
        )
