"""The audit trail: rows that are never changed, and beside each the personal details that an erasure destroys."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, String, Table, Uuid, text

from carelog.db import UtcDateTime, auth_metadata

# On SQLite only an INTEGER is the row's own number.
_Number = BigInteger().with_variant(Integer, "sqlite")

audit_event = Table(
    "audit_event",
    auth_metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(40), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("role", String(10)),
    Column("operation", String(80)),
    Column("request_id", String(64)),
    # Commitments to the details beside the row: they stay when the details are destroyed.
    Column("actor", String(64), nullable=False),
    Column("object", String(64)),
    # Of an erasure: the digest of which details it destroyed.
    Column("covers", String(64)),
    # Of what came by a spool: its line may be brought in again, and is then known by this.
    Column("id", Uuid),
    # How many events it counts, where there are several.
    Column("times", Integer),
    Column("mac", String(64), nullable=False),
)
_spooled = text("id IS NOT NULL")
Index("ix_audit_event_id", audit_event.c.id, unique=True, sqlite_where=_spooled, postgresql_where=_spooled)
Index("ix_audit_event_at", audit_event.c.at, audit_event.c.seq)

audit_detail = Table(
    "audit_detail",
    auth_metadata,
    Column("seq", _Number, ForeignKey(audit_event.c.seq), primary_key=True, autoincrement=False),
    Column("actor_salt", String(32)),
    Column("principal", String(80)),
    Column("address", String(45)),
    Column("object_salt", String(32)),
    Column("subject_id", Uuid),
    Column("target", String(80)),
    # The erasure that destroyed the details of the actor, or of the object.
    Column("actor_erased", _Number),
    Column("object_erased", _Number),
)
for _column in ("principal", "subject_id", "target"):
    _known = text(f"{_column} IS NOT NULL")
    Index(
        f"ix_audit_detail_{_column}",
        audit_detail.c[_column],
        audit_detail.c.seq,
        sqlite_where=_known,
        postgresql_where=_known,
    )

# The end of the chain. Whoever appends holds this one row, so that several processes make one chain.
audit_head = Table(
    "audit_head",
    auth_metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", _Number, nullable=False),
    Column("mac", String(64), nullable=False),
)
