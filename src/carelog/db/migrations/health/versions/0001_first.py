"""Conversations, the record and the ledger."""

import sqlalchemy as sa
from alembic import op

from carelog.db.types import JsonText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversations()
    _record()
    _ledger()


def _conversations() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(255), nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("channel", "external_id", name="uq_conversation_channel_external_id"),
    )
    op.create_index("ix_conversation_recorded", "conversation", ["recorded_at", "id"])
    op.create_index("ix_conversation_subject", "conversation", ["subject_id", "recorded_at", "id"])
    op.create_table(
        "conversation_party",
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("party", sa.SmallInteger, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "party", "kind", "value", name="pk_conversation_party"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_conversation_party_conversation_id_conversation",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_conversation_party_value", "conversation_party", ["kind", "value", "conversation_id"])
    op.create_table(
        "conversation_text",
        sa.Column("seq", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_conversation_text"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_conversation_text_conversation_id_conversation",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("conversation_id", name="uq_conversation_text_conversation_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_conversation_text_words ON conversation_text USING gin (to_tsvector('simple', content))"
        )
        return
    # Marks belong to words: without them the vowel signs of Hindi would cut every word to pieces.
    op.execute(
        "CREATE VIRTUAL TABLE conversation_words USING fts5(content, content='conversation_text',"
        " content_rowid='seq', tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")"
    )
    added = "INSERT INTO conversation_words(rowid, content) VALUES (new.seq, new.content);"
    removed = (
        "INSERT INTO conversation_words(conversation_words, rowid, content) VALUES ('delete', old.seq, old.content);"
    )
    for moment, does in (("INSERT", added), ("DELETE", removed), ("UPDATE", removed + added)):
        op.execute(
            f"CREATE TRIGGER conversation_words_{moment.lower()} AFTER {moment} ON conversation_text BEGIN {does} END"
        )


def _record() -> None:
    op.create_table(
        "subject",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("name_key", sa.String(400)),
        sa.Column("zone", sa.String(64)),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject"),
    )
    op.create_index("ix_subject_name_key", "subject", ["name_key"])
    op.create_index("ix_subject_recorded", "subject", ["recorded_at", "id"])
    op.create_table(
        "subject_identifier",
        sa.Column("system", sa.String(20), nullable=False),
        sa.Column("value", sa.String(320), nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("system", "value", name="pk_subject_identifier"),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["subject.id"],
            name="fk_subject_identifier_subject_id_subject",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_subject_identifier_subject_id", "subject_identifier", ["subject_id"])
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("conversation_id", sa.Uuid),
        sa.Column("origin", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name="fk_entry_subject_id_subject"),
        sa.UniqueConstraint("origin", name="uq_entry_origin"),
    )
    op.create_index("ix_entry_conversation_id", "entry", ["conversation_id"])
    op.create_index("ix_entry_timeline", "entry", ["subject_id", "state", "occurred_at", "id"])
    op.create_index("ix_entry_list", "entry", ["subject_id", "state", "type", "occurred_at", "id"])
    op.create_table(
        "entry_revision",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("evidence", JsonText, nullable=False),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("occurred_zone", sa.String(64), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(200)),
        sa.PrimaryKeyConstraint("entry_id", "revision", name="pk_entry_revision"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name="fk_entry_revision_entry_id_entry", ondelete="CASCADE"
        ),
    )


def _ledger() -> None:
    op.create_table(
        "chain_version",
        sa.Column("chain", sa.String(80), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("definition", JsonText, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("chain", "version", name="pk_chain_version"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("conversation_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("chain", sa.String(80), nullable=False),
        sa.Column("chain_version", sa.String(16), nullable=False),
        sa.Column("pass", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("lane", sa.SmallInteger, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("ordering_key", sa.String(255)),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("error", JsonText),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_run_conversation_id_conversation",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("conversation_id", "chain", "pass", name="uq_run_conversation_id_chain_pass"),
        sa.CheckConstraint("state IN ('queued', 'running', 'finished', 'dead', 'discarded')", name="ck_run_state"),
        sa.CheckConstraint(
            "(state = 'running') = (lease IS NOT NULL AND lease_until IS NOT NULL)", name="ck_run_lease"
        ),
    )
    partial = {
        "ix_run_queued": (["lane", "due_at", "id"], "state = 'queued'"),
        "ix_run_leases": (["lease_until"], "state = 'running'"),
        "ix_run_order": (["ordering_key", "id"], "state IN ('queued', 'running')"),
        "ix_run_dead": (["updated_at", "id"], "state = 'dead'"),
    }
    for name, (columns, condition) in partial.items():
        where = sa.text(condition)
        op.create_index(name, "run", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_run_created", "run", ["created_at", "id"])
