"""Registrations that wait for a code, notices about accounts, and keys that outlive the secret key."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(16)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64)),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
    )
    op.create_index("ix_registration_expires_at", "registration", ["expires_at"])
    op.create_table(
        "account_notice",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_notice"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_account_notice_user_id_user_account", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_account_notice_user_id", "account_notice", ["user_id"])
    op.create_table(
        "kept_key",
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sealed_with", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name="pk_kept_key"),
    )
    op.add_column("second_factor", sa.Column("sealed_with", sa.String(16)))
    op.create_index("ix_second_factor_sealed_with", "second_factor", ["sealed_with"])
