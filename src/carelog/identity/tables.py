"""Sign-in data."""

from sqlalchemy import Column, String, Table, Uuid

from carelog.db import JsonText, UtcDateTime, auth_metadata

api_key = Table(
    "api_key",
    auth_metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", JsonText, nullable=False),
    Column("subjects", JsonText),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
