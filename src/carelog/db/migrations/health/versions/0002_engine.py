"""The engine: copies in storages, egress, workers, idempotency, posted configuration, expiry, signed originals."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversations()
    _runs()
    _copies()
    _processes()


def _conversations() -> None:
    # What came in before is listed by when it did. SQLite adds no column that must have a value without a default, and
    # to make the table anew would take everything along that points to it.
    before = sa.text("'1970-01-01 00:00:00.000000+00:00'" if _is_postgresql() else "'1970-01-01 00:00:00.000000'")
    op.add_column("conversation", sa.Column("created_at", UtcDateTime, nullable=False, server_default=before))
    op.execute("UPDATE conversation SET created_at = recorded_at")
    if _is_postgresql():
        op.alter_column("conversation", "created_at", server_default=None)
    op.create_index("ix_conversation_created", "conversation", ["created_at", "id"])
    op.add_column("conversation", sa.Column("expires_at", UtcDateTime))
    op.add_column("conversation", sa.Column("expired_at", UtcDateTime))
    _partial(
        "ix_conversation_expiring", "conversation", ["expires_at"], "expires_at IS NOT NULL AND expired_at IS NULL"
    )
    op.create_table(
        "conversation_original",
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("signer", sa.Text),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversation_original"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_conversation_original_conversation_id_conversation",
            ondelete="CASCADE",
        ),
    )


def _runs() -> None:
    op.add_column("run", sa.Column("trace", sa.String(55)))
    # Ids are made in the order of time, so that their own index lists runs by age.
    op.drop_index("ix_run_created", "run")
    op.drop_index("ix_run_dead", "run")
    _partial("ix_run_dead", "run", ["id"], "state = 'dead'")
    _partial("ix_run_dead_place", "run", ["chain", "chain_version", "position"], "state = 'dead'")
    op.create_table(
        "run_summary",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("chain", sa.String(80), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "chain", "state", name="pk_run_summary"),
    )


def _copies() -> None:
    op.create_table(
        "copy",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("storage", sa.String(80), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.Uuid),
        sa.Column("chain", sa.String(80)),
        sa.Column("revision", sa.Integer),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("error", JsonText),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_copy"),
        sa.CheckConstraint("action IN ('save', 'delete')", name="ck_copy_action"),
        sa.CheckConstraint("state IN ('queued', 'stored', 'dead', 'discarded')", name="ck_copy_state"),
    )
    _partial("ix_copy_queued", "copy", ["storage", "id"], "state = 'queued'")
    _partial("ix_copy_dead", "copy", ["id"], "state = 'dead'")
    _partial("ix_copy_dead_storage", "copy", ["storage"], "state = 'dead'")
    op.create_index("ix_copy_conversation_id", "copy", ["conversation_id"])
    _partial("ix_copy_run_id", "copy", ["run_id"], "state IN ('queued', 'dead')")
    op.create_table(
        "storage_state",
        sa.Column("storage", sa.String(80), nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("troubles", sa.Integer, nullable=False),
        sa.Column("error", JsonText),
        sa.PrimaryKeyConstraint("storage", name="pk_storage_state"),
    )
    op.create_table(
        "chore",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_chore"),
    )
    op.create_table(
        "egress",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("list", sa.String(80), nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("run_id", sa.Uuid),
        sa.Column("announced_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_egress"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_egress_conversation_id_conversation",
            ondelete="CASCADE",
        ),
    )
    _partial("ix_egress_announced", "egress", ["list", "announced_at", "id"], "announced_at IS NOT NULL")
    _partial("ix_egress_waiting", "egress", ["run_id"], "announced_at IS NULL")
    op.create_index("ix_egress_conversation_id", "egress", ["conversation_id"])


def _processes() -> None:
    op.create_table(
        "worker",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("in_hand", sa.Integer, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(80), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("runs", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_table(
        "configuration",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("posted_by", sa.String(80), nullable=False),
        sa.Column("posted_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_configuration"),
    )
    op.create_table(
        "followed",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("follower", sa.String(80), nullable=False),
        sa.Column("vcon", sa.String(255), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("error", JsonText),
        sa.Column("popped_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_followed"),
        sa.UniqueConstraint("follower", "vcon", name="uq_followed_follower_vcon"),
        sa.CheckConstraint("state IN ('waiting', 'dead')", name="ck_followed_state"),
    )
    _partial("ix_followed_waiting", "followed", ["follower", "due_at", "id"], "state = 'waiting'")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
