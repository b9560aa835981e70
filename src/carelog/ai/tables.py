"""The tables of AI endpoints: how they fare, how often they are asked, and the salt of what is remembered of them."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, String, Table

from carelog.db import health_metadata
from carelog.db.breakers import breaker_columns

# One row for each AI endpoint that was ever called: how it fares, for all processes that call it.
ai_breaker = Table(
    "ai_breaker",
    health_metadata,
    Column("endpoint", String(200), primary_key=True),
    *breaker_columns(),
)

# How many were taken in a second, or are to be: without a Redis.
ai_count = Table(
    "ai_count",
    health_metadata,
    Column("name", String(300), primary_key=True),
    Column("second", BigInteger, primary_key=True, index=True),
    Column("amount", Integer, nullable=False),
)

# One row: what the keys of remembered answers are made of, beside the secret key.
ai_answer_salt = Table(
    "ai_answer_salt",
    health_metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary(32), nullable=False),
)
