"""Databases: engines for SQLite and PostgreSQL, column types, migrations."""

from carelog.db.among import (
    among,
    among_given,
    among_given_pairs,
    among_pairs,
    among_texts,
    given_ids,
    given_pairs,
)
from carelog.db.anew import anew_if_taken
from carelog.db.combine import Combiner
from carelog.db.engine import Connection, Database
from carelog.db.faults import is_outage
from carelog.db.insert_all import insert_all
from carelog.db.insert_new import insert_new
from carelog.db.metadata import auth_metadata, health_metadata
from carelog.db.migrate import migrate
from carelog.db.types import JsonText, UtcDateTime
from carelog.db.update_all import update_all

__all__ = [
    "Combiner",
    "Connection",
    "Database",
    "JsonText",
    "UtcDateTime",
    "among",
    "among_given",
    "among_given_pairs",
    "among_pairs",
    "among_texts",
    "anew_if_taken",
    "auth_metadata",
    "given_ids",
    "given_pairs",
    "health_metadata",
    "insert_all",
    "insert_new",
    "is_outage",
    "migrate",
    "update_all",
]
