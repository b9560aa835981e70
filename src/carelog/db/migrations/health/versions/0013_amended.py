"""Conversations that take the place of a prior version."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("amends", sa.Uuid))
    where = sa.text("amends IS NOT NULL")
    op.create_index("ix_conversation_amends", "conversation", ["amends"], sqlite_where=where, postgresql_where=where)
