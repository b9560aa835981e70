"""Reminders and deliveries."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("title", sa.String(200)),
        sa.Column("text", sa.Text),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("error", JsonText),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
        sa.CheckConstraint("state IN ('queued', 'sent', 'dead', 'discarded')", name="ck_delivery_state"),
    )
    for name, columns, state in (
        ("ix_delivery_due", ["channel", "due_at", "id"], "queued"),
        ("ix_delivery_dead", ["channel", "id"], "dead"),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "delivery", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_delivery_subject_id", "delivery", ["subject_id"])
    op.create_table(
        "sender_state",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("troubles", sa.Integer, nullable=False),
        sa.Column("error", JsonText),
        sa.PrimaryKeyConstraint("channel", name="pk_sender_state"),
    )
    op.create_table(
        "reminder_preference",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_preference"),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["subject.id"],
            name="fk_reminder_preference_subject_id_subject",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_reminder_preference_subject_id", "reminder_preference", ["subject_id"])
