"""The search index of SQLite is written once for all conversations of a commit, and merges its parts less often."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # What is inserted is indexed by conversations/word_index.py: a trigger writes a part of the index for each row.
    op.execute("DROP TRIGGER conversation_words_insert")
    # Who writes also merges parts, so that every word is written anew each time that there are so many times as many
    # parts: with eight, not four, fewer times. A search looks into each part. At 16 parts they are all merged at once,
    # which holds up a commit.
    op.execute("INSERT INTO conversation_words(conversation_words, rank) VALUES ('automerge', 8)")
