"""Conversations and what they are found by."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from carelog.db import UtcDateTime, health_metadata

conversation = Table(
    "conversation",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("external_id", String(255), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("title", Text),
    Column("started_at", UtcDateTime, nullable=False),
    # When the vCon was made, as it says itself.
    Column("created_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    # Of the document as it came in: tells a second delivery of it from another document under the same name.
    Column("digest", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document", Text, nullable=False),
    # When the document may be dropped here, since storages have it; and when it was.
    Column("expires_at", UtcDateTime),
    Column("expired_at", UtcDateTime),
    # The prior version that it takes the place of, be that here or not.
    Column("amends", Uuid),
    UniqueConstraint("channel", "external_id"),
)
Index("ix_conversation_recorded", conversation.c.recorded_at, conversation.c.id)
Index("ix_conversation_created", conversation.c.created_at, conversation.c.id)
Index("ix_conversation_subject", conversation.c.subject_id, conversation.c.recorded_at, conversation.c.id)
_EXPIRING = text("expires_at IS NOT NULL AND expired_at IS NULL")
Index("ix_conversation_expiring", conversation.c.expires_at, sqlite_where=_EXPIRING, postgresql_where=_EXPIRING)

_AMENDING = text("amends IS NOT NULL")
Index("ix_conversation_amends", conversation.c.amends, sqlite_where=_AMENDING, postgresql_where=_AMENDING)

# The signed or encrypted form, as it came in.
conversation_original = Table(
    "conversation_original",
    health_metadata,
    Column("conversation_id", Uuid, ForeignKey(conversation.c.id, ondelete="CASCADE"), primary_key=True),
    Column("form", String(10), nullable=False),
    Column("signer", Text),
    Column("content", Text, nullable=False),
)

conversation_party = Table(
    "conversation_party",
    health_metadata,
    Column("conversation_id", Uuid, ForeignKey(conversation.c.id, ondelete="CASCADE"), primary_key=True),
    Column("party", SmallInteger, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("value", String(320), primary_key=True),
)
Index(
    "ix_conversation_party_value",
    conversation_party.c.kind,
    conversation_party.c.value,
    conversation_party.c.conversation_id,
)

# What full-text search reads: the words of the conversation. Written by word_index.py, which keeps the index in step.
conversation_text = Table(
    "conversation_text",
    health_metadata,
    Column("seq", Integer, Identity(), primary_key=True),
    Column(
        "conversation_id",
        Uuid,
        ForeignKey(conversation.c.id, ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("content", Text, nullable=False),
)
