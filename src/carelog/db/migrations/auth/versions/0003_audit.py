"""The audit trail, grants, and erasures of records."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# Rows stay as they are. Details may be destroyed by an erasure, whose number then stands in their place.
_SQLITE = (
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_detail_no_delete BEFORE DELETE ON audit_detail"
    " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    "CREATE TRIGGER audit_detail_only_erased BEFORE UPDATE ON audit_detail WHEN NOT ({erased})"
    " BEGIN SELECT RAISE(ABORT, 'details of the audit trail are only ever erased'); END",
)
_POSTGRES = (
    "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    "CREATE TRIGGER audit_detail_no_delete BEFORE DELETE OR TRUNCATE ON audit_detail"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    "CREATE TRIGGER audit_detail_only_erased BEFORE UPDATE ON audit_detail"
    " FOR EACH ROW WHEN (NOT ({erased})) EXECUTE FUNCTION audit_append_only()",
)


def _erased(part: str, columns: tuple[str, ...], same: str) -> str:
    """Either nothing of this part changes, or all of it goes and an erasure stands for it, once."""
    unchanged = " AND ".join(f"NEW.{c} {same} OLD.{c}" for c in (*columns, f"{part}_erased"))
    gone = " AND ".join(f"NEW.{c} IS NULL" for c in columns)
    return f"(({unchanged}) OR ({gone} AND OLD.{part}_erased IS NULL AND NEW.{part}_erased IS NOT NULL))"


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("role", sa.String(10)),
        sa.Column("operation", sa.String(80)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("object", sa.String(64)),
        sa.Column("covers", sa.String(64)),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at", "seq"])
    op.create_table(
        "audit_detail",
        sa.Column("seq", _NUMBER, nullable=False, autoincrement=False),
        sa.Column("actor_salt", sa.String(32)),
        sa.Column("principal", sa.String(80)),
        sa.Column("address", sa.String(45)),
        sa.Column("object_salt", sa.String(32)),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("target", sa.String(80)),
        sa.Column("actor_erased", _NUMBER),
        sa.Column("object_erased", _NUMBER),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_detail"),
        sa.ForeignKeyConstraint(["seq"], ["audit_event.seq"], name="fk_audit_detail_seq_audit_event"),
    )
    for column in ("principal", "subject_id", "target"):
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_audit_detail_{column}", "audit_detail", [column, "seq"], sqlite_where=known, postgresql_where=known
        )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "mac": "0" * 64}])
    postgresql = op.get_bind().dialect.name == "postgresql"
    same = "IS NOT DISTINCT FROM" if postgresql else "IS"
    actor = _erased("actor", ("actor_salt", "principal", "address"), same)
    object_ = _erased("object", ("object_salt", "subject_id", "target"), same)
    erased = f"NEW.seq {same} OLD.seq AND {actor} AND {object_}"
    for statement in _POSTGRES if postgresql else _SQLITE:
        op.execute(statement.replace("{erased}", erased))

    op.create_table(
        "record_grant",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("user_id", sa.Uuid),
        sa.Column("access", sa.String(10), nullable=False),
        sa.Column("given_by", sa.String(80), nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("revoked_by", sa.String(80)),
        sa.PrimaryKeyConstraint("id", name="pk_record_grant"),
        sa.CheckConstraint("access IN ('full', 'read_only')", name="ck_record_grant_access"),
        sa.CheckConstraint("email IS NOT NULL OR user_id IS NOT NULL", name="ck_record_grant_to"),
    )
    op.create_index("ix_record_grant_subject", "record_grant", ["subject_id", "id"])
    op.create_index("ix_record_grant_user_id", "record_grant", ["user_id"])
    waiting = sa.text("user_id IS NULL")
    op.create_index(
        "ix_record_grant_waiting", "record_grant", ["email"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("named", JsonText),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("emptied_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.UniqueConstraint("subject_id", name="uq_erasure_subject_id"),
    )
