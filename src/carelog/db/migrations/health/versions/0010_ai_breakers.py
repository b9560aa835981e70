"""AI endpoints: their breakers, their counts, and the salt of remembered answers, which all processes share."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ai_breaker",
        sa.Column("endpoint", sa.String(200), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("successes", sa.Integer, nullable=False),
        sa.Column("open_until", UtcDateTime),
        sa.Column("trial_until", UtcDateTime),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name="pk_ai_breaker"),
    )
    op.create_table(
        "ai_count",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("second", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "second", name="pk_ai_count"),
    )
    op.create_index("ix_ai_count_second", "ai_count", ["second"])
    op.create_table(
        "ai_answer_salt",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ai_answer_salt"),
    )
