"""The record: links between entries, who told them again, due times, sources, named requests, the catalogue."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CATALOGUE = UUID("00000000-0000-7000-8000-000000000000")


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    before = sa.text("'1970-01-01 00:00:00.000000+00:00'" if postgresql else "'1970-01-01 00:00:00.000000'")
    op.add_column("entry", sa.Column("updated_at", UtcDateTime, nullable=False, server_default=before))
    op.execute(
        "UPDATE entry SET updated_at = (SELECT recorded_at FROM entry_revision AS r"
        " WHERE r.entry_id = entry.id AND r.revision = entry.revision)"
    )
    op.add_column("entry", sa.Column("due_at", UtcDateTime))
    op.add_column(
        "entry_revision", sa.Column("source", sa.String(20), nullable=False, server_default=sa.text("'conversation'"))
    )
    if postgresql:
        op.alter_column("entry", "updated_at", server_default=None)
        op.alter_column("entry_revision", "source", server_default=None)
    op.create_index("ix_entry_updated", "entry", ["updated_at", "id"])
    has_due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_entry_due", "entry", ["due_at"], sqlite_where=has_due, postgresql_where=has_due)
    op.create_table(
        "entry_link",
        sa.Column("from_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("to_id", sa.Uuid, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("from_id", "kind", "to_id", name="pk_entry_link"),
        *(
            sa.ForeignKeyConstraint([end], ["entry.id"], name=f"fk_entry_link_{end}_entry", ondelete="CASCADE")
            for end in ("from_id", "to_id")
        ),
    )
    op.create_index("ix_entry_link_to", "entry_link", ["to_id"])
    op.create_table(
        "entry_mention",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "conversation_id", name="pk_entry_mention"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_entry_mention_entry_id_entry", ondelete="CASCADE"),
    )
    op.create_index("ix_entry_mention_conversation", "entry_mention", ["conversation_id"])
    op.create_table(
        "entry_request",
        sa.Column("principal", sa.String(80), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answers", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="pk_entry_request"),
    )
    op.create_index("ix_entry_request_created", "entry_request", ["created_at"])
    subject = sa.table("subject", sa.column("id", sa.Uuid), sa.column("recorded_at", UtcDateTime))
    op.bulk_insert(subject, [{"id": _CATALOGUE, "recorded_at": datetime(1970, 1, 1, tzinfo=UTC)}])
