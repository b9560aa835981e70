"""What waits for a person's judgement; who read a conversation last, and how far what was read is borne out."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UUID = "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"


def upgrade() -> None:
    op.add_column("entry", sa.Column("chain", sa.String(80)))
    op.add_column("entry_mention", sa.Column("chain", sa.String(80)))
    op.add_column("entry_mention", sa.Column("said", JsonText))
    op.add_column("entry_revision", sa.Column("confidence", sa.String(10)))
    op.add_column("run", sa.Column("supersedes", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "review",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("chain", sa.String(80)),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("doubt", sa.String(20), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("fields", JsonText, nullable=False),
        sa.Column("readings", JsonText, nullable=False),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("occurred_zone", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.Uuid),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decided_by", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("digest", name="uq_review_digest"),
        sa.CheckConstraint("status IN ('open', 'confirmed', 'corrected', 'rejected')", name="ck_review_status"),
        _reference("review", "subject_id", "subject"),
        _reference("review", "conversation_id", "conversation"),
        _reference("review", "entry_id", "entry", ondelete="SET NULL"),
    )
    op.create_index("ix_review_list", "review", ["subject_id", "status", "recorded_at", "id"])
    op.create_index("ix_review_conversation_id", "review", ["conversation_id"])
    op.create_index("ix_review_entry_id", "review", ["entry_id"])
    is_open = sa.text("status = 'open'")
    op.create_index("ix_review_open", "review", ["recorded_at", "id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "reading",
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("chain", sa.String(80), nullable=False),
        sa.Column("engine", sa.String(80), nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "chain", "engine", name="pk_reading"),
        _reference("reading", "conversation_id", "conversation"),
    )
    _fill_in()


def _reference(table: str, column: str, to: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def _fill_in() -> None:
    """What the runs that are not pruned yet still tell: through which chain an entry came, since its origin begins with
    the run's id; and which engine read a conversation, as far as it wrote anything."""
    if op.get_bind().dialect.name == "postgresql":
        begins = f"CASE WHEN entry.origin ~ '{_UUID}:' THEN CAST(substr(entry.origin, 1, 36) AS uuid) END"
        ours = f"run.id = {begins}"
        name, version = "split_part(first.recorded_by, '/', 1)", "split_part(first.recorded_by, '/', 2)"
    else:
        ours = "run.id = replace(substr(entry.origin, 1, 36), '-', '')"
        slash = "instr(first.recorded_by, '/')"
        name, version = f"substr(first.recorded_by, 1, {slash} - 1)", f"substr(first.recorded_by, {slash} + 1)"
    op.execute(
        f"UPDATE entry SET chain = (SELECT run.chain FROM run WHERE {ours}) "  # noqa: S608
        "WHERE conversation_id IS NOT NULL AND origin LIKE '%:%:%'"
    )
    op.execute(
        "INSERT INTO reading (conversation_id, chain, engine, version) "  # noqa: S608
        f"SELECT entry.conversation_id, entry.chain, {name}, max({version}) FROM entry "
        "JOIN entry_revision first ON first.entry_id = entry.id AND first.revision = 1 "
        "JOIN conversation ON conversation.id = entry.conversation_id "
        "WHERE entry.chain IS NOT NULL AND first.recorded_by LIKE '%_/_%' "
        f"GROUP BY entry.conversation_id, entry.chain, {name}"
    )
