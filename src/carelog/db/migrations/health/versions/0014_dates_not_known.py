"""Entries whose date nobody knows, and when a subject's name or identifiers last changed."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry_revision", sa.Column("occurred_said", sa.String(80)))
    op.add_column("subject", sa.Column("updated_at", UtcDateTime))
