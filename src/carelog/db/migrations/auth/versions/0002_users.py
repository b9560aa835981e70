"""Users, sessions, second factors, verification, limits."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["user_account.id"], name=f"fk_{table}_user_id_user_account", ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(16)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64)),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("password_set_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("email_key", name="uq_user_account_email_key"),
        sa.UniqueConstraint("subject_id", name="uq_user_account_subject_id"),
        sa.CheckConstraint("role IN ('patient', 'carer', 'clinician', 'admin')", name="ck_user_account_role"),
        sa.CheckConstraint("state IN ('active', 'disabled')", name="ck_user_account_state"),
    )
    op.create_table(
        "user_identifier",
        sa.Column("system", sa.String(20), nullable=False),
        sa.Column("value", sa.String(320), nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("verified_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("system", "value", name="pk_user_identifier"),
        _of_user("user_identifier"),
    )
    op.create_index("ix_user_identifier_user_id", "user_identifier", ["user_id"])
    op.create_table(
        "subject_claim",
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("claimed_at", UtcDateTime, nullable=False),
        sa.Column("merged_at", UtcDateTime),
        sa.PrimaryKeyConstraint("subject_id", name="pk_subject_claim"),
        _of_user("subject_claim"),
    )
    op.create_index("ix_subject_claim_user_id", "subject_claim", ["user_id"])
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("device", sa.String(200)),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("revoked_for", sa.String(20)),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        _of_user("session"),
    )
    op.create_index("ix_session_user_id", "session", ["user_id"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_token"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name="fk_refresh_token_session_id_session", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_refresh_token_session_id", "refresh_token", ["session_id"])
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("enrolled_at", UtcDateTime, nullable=False),
        sa.Column("confirmed_at", UtcDateTime),
        sa.Column("last_step", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factor"),
        _of_user("second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_code"),
        _of_user("recovery_code"),
    )
    op.create_table(
        "sent_code",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("target", sa.String(320), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "purpose", name="pk_sent_code"),
        _of_user("sent_code"),
    )
    op.create_index("ix_sent_code_expires_at", "sent_code", ["expires_at"])
    op.create_table(
        "rate_window",
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("bucket", "began_at", name="pk_rate_window"),
    )
    op.create_index("ix_rate_window_expires_at", "rate_window", ["expires_at"])
    op.create_table(
        "failed_try",
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("bucket", name="pk_failed_try"),
    )
    op.create_index("ix_failed_try_expires_at", "failed_try", ["expires_at"])
