"""FHIR: what was imported from other systems, and bulk exports."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fhir_source",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("imported_at", UtcDateTime, nullable=False),
        sa.Column("said_date", sa.String(10)),
        sa.PrimaryKeyConstraint("id", name="pk_fhir_source"),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["subject.id"], name="fk_fhir_source_subject_id_subject", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_fhir_source_entry_id_entry", ondelete="CASCADE"),
    )
    op.create_index("ix_fhir_source_key", "fhir_source", ["key", "subject_id"])
    op.create_index("ix_fhir_source_subject", "fhir_source", ["subject_id"])
    op.create_index("ix_fhir_source_entry_id", "fhir_source", ["entry_id"])
    op.create_table(
        "fhir_export",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("principal", sa.String(80), nullable=False),
        sa.Column("request", sa.String(2000), nullable=False),
        sa.Column("wanted", JsonText, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("position", JsonText),
        sa.Column("error", JsonText),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("lease", sa.Uuid),
        sa.Column("lease_until", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_fhir_export"),
    )
    op.create_index("ix_fhir_export_state", "fhir_export", ["state", "asked_at"])
    op.create_table(
        "fhir_export_file",
        sa.Column("export_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("resources", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("export_id", "name", name="pk_fhir_export_file"),
        sa.ForeignKeyConstraint(
            ["export_id"], ["fhir_export.id"], name="fk_fhir_export_file_export_id_fhir_export", ondelete="CASCADE"
        ),
    )
