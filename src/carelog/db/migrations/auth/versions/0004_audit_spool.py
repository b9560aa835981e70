"""What comes into the audit trail by a spool: its id, and how many events it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("id", sa.Uuid))
    op.add_column("audit_event", sa.Column("times", sa.Integer))
    spooled = sa.text("id IS NOT NULL")
    op.create_index(
        "ix_audit_event_id", "audit_event", ["id"], unique=True, sqlite_where=spooled, postgresql_where=spooled
    )
