"""Names that callers give entries, rejected values, and what was forwarded to another memory."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "entry_name",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("event_kind", sa.String(40), nullable=False),
        sa.Column("source", sa.String(20)),
        sa.PrimaryKeyConstraint("entry_id", "name", name="pk_entry_name"),
        _reference("entry_name", "entry_id", "entry"),
        _reference("entry_name", "subject_id", "subject"),
    )
    op.create_index("ix_entry_name_name", "entry_name", ["subject_id", "type", "name"])
    op.create_table(
        "rejection",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("rejected_at", UtcDateTime, nullable=False),
        sa.Column("rejected_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rejection"),
        _reference("rejection", "subject_id", "subject"),
    )
    op.create_index("ix_rejection_value", "rejection", ["subject_id", "digest"])
    op.create_table(
        "forwarded",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("graph", sa.String(200), nullable=False),
        sa.Column("context_id", sa.String(100), nullable=False),
        sa.Column("locus_id", sa.String(200)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("links", sa.Integer, nullable=False),
        sa.Column("error", sa.String(40)),
        sa.Column("forwarded_at", UtcDateTime, nullable=False),
        sa.Column("erased", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_forwarded"),
    )
    erased = sa.text("erased")
    op.create_index("ix_forwarded_erased", "forwarded", ["entry_id"], sqlite_where=erased, postgresql_where=erased)
    op.create_table(
        "forwarder",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("troubles", sa.Integer, nullable=False),
        sa.Column("position", JsonText),
        sa.PrimaryKeyConstraint("name", name="pk_forwarder"),
    )
    op.create_index("ix_entry_link_recorded", "entry_link", ["recorded_at"])
