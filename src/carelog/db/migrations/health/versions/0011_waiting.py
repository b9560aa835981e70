"""Runs that wait for what comes from outside, such as a transcript."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATES = "state IN ('queued', 'running', 'finished', 'waiting', 'dead', 'discarded')"


def upgrade() -> None:
    with op.batch_alter_table("run") as table:
        table.drop_constraint("ck_run_state", type_="check")
        table.create_check_constraint("ck_run_state", _STATES)
    where = sa.text("state = 'waiting'")
    op.create_index("ix_run_waiting", "run", ["conversation_id"], sqlite_where=where, postgresql_where=where)
