"""The ledger: what is still to be done, and what was."""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from carelog.db import JsonText, UtcDateTime, health_metadata

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
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "chain", "pass"),
    CheckConstraint("state IN ('queued', 'running', 'finished', 'dead', 'discarded')", name="state"),
    CheckConstraint("(state = 'running') = (lease IS NOT NULL AND lease_until IS NOT NULL)", name="lease"),
)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


# Partial, so that claiming costs the same however many runs have finished.
Index("ix_run_queued", run.c.lane, run.c.due_at, run.c.id, **_where("state = 'queued'"))
Index("ix_run_leases", run.c.lease_until, **_where("state = 'running'"))
Index("ix_run_order", run.c.ordering_key, run.c.id, **_where("state IN ('queued', 'running')"))
Index("ix_run_dead", run.c.updated_at, run.c.id, **_where("state = 'dead'"))
Index("ix_run_created", run.c.created_at, run.c.id)
