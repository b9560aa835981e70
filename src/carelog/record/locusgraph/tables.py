"""What was forwarded, and who is at it."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Uuid, text

from carelog.db import JsonText, UtcDateTime, health_metadata
from carelog.db.leases import lease_columns

# No foreign key: what was forwarded of an entry that is erased is still to be deleted over there.
forwarded = Table(
    "forwarded",
    health_metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("graph", String(200), nullable=False),
    Column("context_id", String(100), nullable=False),
    # As it is called over there; None where it is not there.
    Column("locus_id", String(200)),
    # The newest that is there, or that was refused there.
    Column("revision", Integer, nullable=False),
    # How many links led from the entry then.
    Column("links", Integer, nullable=False),
    Column("error", String(40)),
    Column("forwarded_at", UtcDateTime, nullable=False),
    Column("erased", Boolean, nullable=False),
)
_ERASED = text("erased")
Index("ix_forwarded_erased", forwarded.c.entry_id, sqlite_where=_ERASED, postgresql_where=_ERASED)

forwarder = Table(
    "forwarder",
    health_metadata,
    Column("name", String(80), primary_key=True),
    *lease_columns(),
    Column("troubles", Integer, nullable=False),
    # Up to when changes were seen, and when all entries were last looked at.
    Column("position", JsonText),
)
