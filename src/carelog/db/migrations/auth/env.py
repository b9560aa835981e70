"""Alembic's environment for sign-in data: the connection is handed in by carelog.db.migrate."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=False,
    version_table="auth_schema_version",
)
context.run_migrations()
