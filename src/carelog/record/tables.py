"""Subjects, and the entries of their records.

`entry_revision` is append-only and holds the truth; `entry` holds the newest revision's place in lists.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, Uuid, text

from carelog.db import JsonText, UtcDateTime, health_metadata

subject = Table(
    "subject",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(200)),
    Column("name_key", String(400)),
    Column("zone", String(64)),
    Column("recorded_at", UtcDateTime, nullable=False),
    # When the name or an identifier last changed; null as long as they are those of the beginning.
    Column("updated_at", UtcDateTime),
)
Index("ix_subject_name_key", subject.c.name_key)
Index("ix_subject_recorded", subject.c.recorded_at, subject.c.id)

subject_identifier = Table(
    "subject_identifier",
    health_metadata,
    Column("system", String(20), primary_key=True),
    Column("value", String(320), primary_key=True),
    Column("subject_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), nullable=False, index=True),
)

entry = Table(
    "entry",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, ForeignKey(subject.c.id), nullable=False),
    Column("type", String(40), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("conversation_id", Uuid, index=True),
    # The chain through which that conversation told it; not known of what was written before it was kept.
    Column("chain", String(80)),
    # What an entry is made from, once: the run, the link and its place in the outcome.
    Column("origin", String(120), nullable=False),
    UniqueConstraint("origin"),
    # When the newest revision was written, and when the subject is next to be reminded of it.
    Column("updated_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
)
Index("ix_entry_updated", entry.c.updated_at, entry.c.id)
Index(
    "ix_entry_due",
    entry.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
Index("ix_entry_timeline", entry.c.subject_id, entry.c.state, entry.c.occurred_at, entry.c.id)
Index("ix_entry_list", entry.c.subject_id, entry.c.state, entry.c.type, entry.c.occurred_at, entry.c.id)

entry_revision = Table(
    "entry_revision",
    health_metadata,
    Column("entry_id", Uuid, ForeignKey(entry.c.id, ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("payload", JsonText, nullable=False),
    Column("evidence", JsonText, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("occurred_zone", String(64), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", String(80), nullable=False),
    Column("reason", String(200)),
    Column("source", String(20), nullable=False),
    Column("confidence", String(10)),
    # When it happened, in words, where no moment is known: `occurred_at` is when it was written then.
    Column("occurred_said", String(80)),
)

entry_link = Table(
    "entry_link",
    health_metadata,
    Column("from_id", Uuid, ForeignKey(entry.c.id, ondelete="CASCADE"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("to_id", Uuid, ForeignKey(entry.c.id, ondelete="CASCADE"), primary_key=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", String(80), nullable=False),
)
Index("ix_entry_link_to", entry_link.c.to_id)
Index("ix_entry_link_recorded", entry_link.c.recorded_at)

# The conversations that tell an entry which others tell too, or which somebody wrote; and the payload that each said,
# as far as it was kept.
entry_mention = Table(
    "entry_mention",
    health_metadata,
    Column("entry_id", Uuid, ForeignKey(entry.c.id, ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", Uuid, primary_key=True),
    Column("chain", String(80)),
    Column("said", JsonText),
)
Index("ix_entry_mention_conversation", entry_mention.c.conversation_id)

# What requests that named themselves have written: the same request again is answered with the same entries.
entry_request = Table(
    "entry_request",
    health_metadata,
    Column("principal", String(80), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("answers", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_entry_request_created", entry_request.c.created_at)

# Records that were two and are one now. The source's subject stays, for what was on its way to it.
subject_merge = Table(
    "subject_merge",
    health_metadata,
    Column("source_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), primary_key=True),
    Column("target_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("merged_at", UtcDateTime, nullable=False, index=True),
)
