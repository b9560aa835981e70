"""What was imported from other systems, and bulk exports with their files."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Uuid

from carelog.db import JsonText, UtcDateTime, health_metadata
from carelog.record.tables import entry, subject

# What another system's resource became here, and a digest of it: the same again changes nothing, whatever became of
# the entry since.
fhir_source = Table(
    "fhir_source",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), nullable=False),
    # SHA-256 of the other system's name for the resource.
    Column("key", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("entry_id", Uuid, ForeignKey(entry.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("imported_at", UtcDateTime, nullable=False),
    # When it happened, where that was told less exactly than to the second: a year, a month or a day.
    Column("said_date", String(10)),
)
Index("ix_fhir_source_key", fhir_source.c.key, fhir_source.c.subject_id)
Index("ix_fhir_source_subject", fhir_source.c.subject_id)

# One bulk export: who asked for what, how far it is, and the worker that is at it.
fhir_export = Table(
    "fhir_export",
    health_metadata,
    Column("id", Uuid, primary_key=True),
    Column("principal", String(80), nullable=False),
    Column("request", String(2000), nullable=False),
    # Kinds of resources, subjects (null: all), since when.
    Column("wanted", JsonText, nullable=False),
    Column("state", String(10), nullable=False),
    Column("position", JsonText),
    Column("error", JsonText),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("lease", Uuid),
    Column("lease_until", UtcDateTime),
)
Index("ix_fhir_export_state", fhir_export.c.state, fhir_export.c.asked_at)

fhir_export_file = Table(
    "fhir_export_file",
    health_metadata,
    Column("export_id", Uuid, ForeignKey(fhir_export.c.id, ondelete="CASCADE"), primary_key=True),
    Column("name", String(80), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("resources", Integer, nullable=False),
    # How much of the file is written for certain: what stands behind it, a process that died has left.
    Column("bytes", Integer, nullable=False),
)
