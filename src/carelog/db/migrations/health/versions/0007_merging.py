"""Two records become one."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_merge",
        sa.Column("source_id", sa.Uuid, nullable=False),
        sa.Column("target_id", sa.Uuid, nullable=False),
        sa.Column("merged_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_subject_merge"),
        *(
            sa.ForeignKeyConstraint([end], ["subject.id"], name=f"fk_subject_merge_{end}_subject", ondelete="CASCADE")
            for end in ("source_id", "target_id")
        ),
    )
    op.create_index("ix_subject_merge_target_id", "subject_merge", ["target_id"])
    op.create_index("ix_subject_merge_merged_at", "subject_merge", ["merged_at"])
