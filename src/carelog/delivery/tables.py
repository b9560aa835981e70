"""The outbox, and how its senders stand."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, SmallInteger, String, Table, Text, Uuid, text
from sqlalchemy import UniqueConstraint as Unique

from carelog.db import JsonText, UtcDateTime, health_metadata
from carelog.db.leases import lease_columns

delivery = Table(
    "delivery",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String(20), nullable=False),
    # Masked, and without its words, once nothing more is to be done about it.
    Column("recipient", String(320), nullable=False),
    Column("title", String(200)),
    Column("text", Text),
    Column("subject_id", Uuid, index=True),
    # What it is about: the same is queued once.
    Column("key", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("error", JsonText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Unique("key"),
    CheckConstraint("state IN ('queued', 'sent', 'dead', 'discarded')", name="state"),
)
Index(
    "ix_delivery_due",
    delivery.c.channel,
    delivery.c.due_at,
    delivery.c.id,
    sqlite_where=text("state = 'queued'"),
    postgresql_where=text("state = 'queued'"),
)
Index(
    "ix_delivery_dead",
    delivery.c.channel,
    delivery.c.id,
    sqlite_where=text("state = 'dead'"),
    postgresql_where=text("state = 'dead'"),
)

# Which process serves a channel, until when, and how often in a row its sender could not be used.
sender_state = Table(
    "sender_state",
    health_metadata,
    Column("channel", String(20), primary_key=True),
    *lease_columns(),
    Column("troubles", Integer, nullable=False),
    Column("error", JsonText),
)
