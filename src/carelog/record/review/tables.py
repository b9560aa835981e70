"""The table of what waits for a person's judgement."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, Uuid, text

from carelog.conversations.tables import conversation
from carelog.db import JsonText, UtcDateTime, health_metadata
from carelog.record.tables import entry, subject

review = Table(
    "review",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), nullable=False),
    # It goes with the conversation: without its words nobody could judge.
    Column("conversation_id", Uuid, ForeignKey(conversation.c.id, ondelete="CASCADE"), nullable=False),
    Column("chain", String(80)),
    Column("type", String(40), nullable=False),
    Column("doubt", String(20), nullable=False),
    Column("status", String(10), nullable=False),
    Column("fields", JsonText, nullable=False),
    Column("readings", JsonText, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("occurred_zone", String(64), nullable=False),
    Column("entry_id", Uuid, ForeignKey(entry.c.id, ondelete="SET NULL")),
    # The same for the same doubt about the same words, so that nobody is asked twice.
    Column("digest", String(64), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", String(80)),
    UniqueConstraint("digest"),
    CheckConstraint("status IN ('open', 'confirmed', 'corrected', 'rejected')", name="status"),
)
Index("ix_review_list", review.c.subject_id, review.c.status, review.c.recorded_at, review.c.id)
Index("ix_review_conversation_id", review.c.conversation_id)
Index("ix_review_entry_id", review.c.entry_id)
_OPEN = text("status = 'open'")
Index("ix_review_open", review.c.recorded_at, review.c.id, sqlite_where=_OPEN, postgresql_where=_OPEN)
