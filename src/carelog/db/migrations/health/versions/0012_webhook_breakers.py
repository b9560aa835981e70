"""Receivers of webhooks: their breakers, which all processes share."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_breaker",
        sa.Column("receiver", sa.String(300), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("successes", sa.Integer, nullable=False),
        sa.Column("open_until", UtcDateTime),
        sa.Column("trial_until", UtcDateTime),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("receiver", name="pk_webhook_breaker"),
    )
