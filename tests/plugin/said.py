"""An engine that says of conversations what a test wrote down, by the words of their first turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from carelog.app import Carelog
from carelog.conversations import Conversation
from carelog.identity import operator
from carelog.pipeline import Outcome, Work
from carelog.pipeline.reprocessing import ReprocessQuery
from carelog.pipeline.tables import reading
from carelog.record import Evidence, NewEntry, parse_payload
from carelog.record.entries import Confidence
from carelog.record.rereading.coverage import Coverage
from carelog.record.review.items import Doubt, NewReview, Reading
from carelog.record.review.tables import review
from carelog.record.tables import entry, entry_link, entry_mention, entry_revision, subject, subject_identifier

TABLES = (subject, subject_identifier, entry, entry_revision, entry_link, entry_mention, review, reading)


@dataclass(frozen=True)
class Fact:
    """A fact of a type, the words of the first turn that say it, and how far it is borne out."""

    type: str
    quote: str
    payload: Mapping[str, Any]
    confidence: Confidence = "single"
    happened: datetime | None = None


@dataclass(frozen=True)
class Unbelieved:
    """A reading that is doubted."""

    type: str
    quote: str
    payload: Mapping[str, Any]
    doubt: Doubt = Doubt.IMPLAUSIBLE


@dataclass
class Engine:
    """`says` holds facts by the words of a conversation's first turn."""

    version: str = "made/1"
    says: dict[str, Sequence[Fact | Unbelieved]] = field(default_factory=dict)
    types: frozenset[str] | None = None

    def __call__(self, work: Work) -> Outcome:
        conversation = work.conversation
        told = self.says.get(conversation.turns[0].text, ())
        return Outcome(
            entries=tuple(self._entry(conversation, one) for one in told if isinstance(one, Fact)),
            reviews=tuple(self._doubt(conversation, one) for one in told if isinstance(one, Unbelieved)),
            covers=(Coverage(self.version, self.types),),
        )

    def _entry(self, conversation: Conversation, fact: Fact) -> NewEntry:
        payload = parse_payload(fact.type, fact.payload)
        return NewEntry(
            type=fact.type,
            payload=payload,
            evidence=(quoted(conversation, fact.quote),),
            occurred_at=payload.happens_at() or fact.happened or conversation.started_at,
            occurred_zone="UTC",
            recorded_by=self.version,
            confidence=fact.confidence,
        )

    def _doubt(self, conversation: Conversation, one: Unbelieved) -> NewReview:
        read = Reading(self.version, one.payload, (quoted(conversation, one.quote),))
        return NewReview(one.type, one.doubt, (read,), conversation.started_at, "UTC")


def quoted(conversation: Conversation, words: str) -> Evidence:
    turn = conversation.turns[0]
    start = turn.text.index(words)
    return Evidence(
        conversation=conversation.uuid, turn=0, pointer=turn.pointer, dialog=0, start=start, end=start + len(words),
        quote=words,
    )  # fmt: skip


async def dump(carelog: Carelog) -> dict[str, list[str]]:
    """Every row of every table of records, as it is stored."""
    async with carelog.health.read() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in await connection.execute(select(table))) for table in TABLES
        }


async def reprocess(carelog: Carelog, query: ReprocessQuery = ReprocessQuery(), *, limit: int = 100) -> int:
    """Reprocess all that the query is after, and let it be done. Returns how many conversations it were."""
    after, count = None, 0
    while True:
        step = await carelog.reprocessing.step(operator(), query, after=after, limit=limit)
        count += step.conversations
        after = step.next
        if after is None:
            break
    await carelog.worker.drain()
    return count
