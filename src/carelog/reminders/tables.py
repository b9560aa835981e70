"""How subjects want to be reminded. Where a record has several, as when two became one, the one changed last counts."""

from sqlalchemy import Column, ForeignKey, String, Table, Uuid

from carelog.db import JsonText, UtcDateTime, health_metadata

reminder_preference = Table(
    "reminder_preference",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, ForeignKey("subject.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("content", JsonText, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(80), nullable=False),
)
