"""The ledger: what is still to be done, and what was; and what goes on from there: copies, egress."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from carelog.db import JsonText, UtcDateTime, health_metadata
from carelog.db.breakers import breaker_columns
from carelog.db.leases import lease_columns

chain_version = Table(
    "chain_version",
    health_metadata,
    Column("chain", String(80), primary_key=True),
    Column("version", String(16), primary_key=True),
    Column("definition", JsonText, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

run = Table(
    "run",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("chain", String(80), nullable=False),
    Column("chain_version", String(16), nullable=False),
    Column("pass", SmallInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease", Uuid),
    Column("lease_until", UtcDateTime),
    Column("ordering_key", String(255)),
    Column("stopped", Boolean, nullable=False),
    Column("error", JsonText),
    # Whether what it finds takes the place of what an older engine found.
    Column("supersedes", Boolean, nullable=False, server_default=false()),
    Column("trace", String(55)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "chain", "pass"),
    CheckConstraint("state IN ('queued', 'running', 'finished', 'waiting', 'dead', 'discarded')", name="state"),
    CheckConstraint("(state = 'running') = (lease IS NOT NULL AND lease_until IS NOT NULL)", name="lease"),
)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


# Partial, so that claiming costs the same however many runs have finished.
Index("ix_run_queued", run.c.lane, run.c.due_at, run.c.id, **_where("state = 'queued'"))
Index("ix_run_leases", run.c.lease_until, **_where("state = 'running'"))
Index("ix_run_order", run.c.ordering_key, run.c.id, **_where("state IN ('queued', 'running')"))
Index("ix_run_waiting", run.c.conversation_id, **_where("state = 'waiting'"))
Index("ix_run_dead", run.c.id, **_where("state = 'dead'"))
Index("ix_run_dead_place", run.c.chain, run.c.chain_version, run.c.position, **_where("state = 'dead'"))

# Which version of each engine read a conversation last, through each chain. Runs are pruned; this stays.
reading = Table(
    "reading",
    health_metadata,
    Column("conversation_id", Uuid, ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
    Column("chain", String(80), primary_key=True),
    Column("engine", String(80), primary_key=True),
    Column("version", String(80), nullable=False),
)

# What became of the runs that were pruned, by the day on which they ended.
run_summary = Table(
    "run_summary",
    health_metadata,
    Column("day", Date, primary_key=True),
    Column("chain", String(80), primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("runs", Integer, nullable=False),
)

# One row for each storage that a conversation is to go to, or to be deleted from.
copy = Table(
    "copy",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("storage", String(80), nullable=False),
    Column("action", String(10), nullable=False),
    # No foreign keys: a copy is deleted after the conversation is, and outlives the runs that are pruned.
    Column("conversation_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    # A deletion is of no run and no chain.
    Column("run_id", Uuid),
    Column("chain", String(80)),
    # Of the document that is stored.
    Column("revision", Integer),
    Column("state", String(10), nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("error", JsonText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("action IN ('save', 'delete')", name="action"),
    CheckConstraint("state IN ('queued', 'stored', 'dead', 'discarded')", name="state"),
)
Index("ix_copy_queued", copy.c.storage, copy.c.id, **_where("state = 'queued'"))
Index("ix_copy_dead", copy.c.id, **_where("state = 'dead'"))
Index("ix_copy_dead_storage", copy.c.storage, **_where("state = 'dead'"))
Index("ix_copy_conversation_id", copy.c.conversation_id)
Index("ix_copy_run_id", copy.c.run_id, **_where("state IN ('queued', 'dead')"))

# Who serves a storage now, and until when nobody shall, because it is down.
storage_state = Table(
    "storage_state",
    health_metadata,
    Column("storage", String(80), primary_key=True),
    *lease_columns(),
    Column("troubles", Integer, nullable=False),
    Column("error", JsonText),
)

# One row for each receiver of webhooks that was ever posted to: how it fares, for all processes that post to it.
webhook_breaker = Table(
    "webhook_breaker",
    health_metadata,
    Column("receiver", String(300), primary_key=True),
    *breaker_columns(),
)

# What one process at a time does for all of them, beside serving storages, and when it is due again.
chore = Table(
    "chore",
    health_metadata,
    Column("name", String(80), primary_key=True),
    *lease_columns(),
)

# What other programs may pop from a list: announced once every storage of the chain has its copy.
egress = Table(
    "egress",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("list", String(80), nullable=False),
    Column("conversation_id", Uuid, ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Uuid),
    Column("announced_at", UtcDateTime),
)
Index("ix_egress_announced", egress.c.list, egress.c.announced_at, egress.c.id, **_where("announced_at IS NOT NULL"))
Index("ix_egress_waiting", egress.c.run_id, **_where("announced_at IS NULL"))
Index("ix_egress_conversation_id", egress.c.conversation_id)

# The processes that work, as they last said so.
worker = Table(
    "worker",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("in_hand", Integer, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

# What was answered to a request that named itself: the same name again gets the same answer.
idempotency = Table(
    "idempotency",
    health_metadata,
    Column("principal", String(80), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("subject_id", Uuid),
    Column("runs", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_idempotency_created_at", idempotency.c.created_at)

# The configuration that was posted, newest last; the newest is in force in every process.
configuration = Table(
    "configuration",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("content", JsonText, nullable=False),
    Column("posted_by", String(80), nullable=False),
    Column("posted_at", UtcDateTime, nullable=False),
)

# What was popped from another server's egress list, which has it there no more, until it is here.
followed = Table(
    "followed",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("follower", String(80), nullable=False),
    Column("vcon", String(255), nullable=False),
    Column("state", String(10), nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("error", JsonText),
    Column("popped_at", UtcDateTime, nullable=False),
    UniqueConstraint("follower", "vcon"),
    CheckConstraint("state IN ('waiting', 'dead')", name="state"),
)
Index("ix_followed_waiting", followed.c.follower, followed.c.due_at, followed.c.id, **_where("state = 'waiting'"))
