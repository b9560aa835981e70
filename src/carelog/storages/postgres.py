"""`postgres`: the table `vcons`, one row for each conversation, for SQL of the user's own.

Its columns and indexes are those that the conserver gives it, so that what reads that table reads this one, and a
table that the conserver has filled may be gone on with. One column is added, `revision`.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field, SecretStr

from carelog.conversations.dates import read_date
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput
from carelog.storages.batches import in_order, in_pieces, newest
from carelog.storages.storage import Copy, Extra, Storage, StorageError, StorageOptions, StorageRefused

_CREATE = """
CREATE TABLE IF NOT EXISTS {table} (
    id UUID PRIMARY KEY,
    vcon TEXT NOT NULL,
    uuid UUID NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    subject TEXT,
    vcon_json JSONB NOT NULL
);
ALTER TABLE {table} ADD COLUMN IF NOT EXISTS revision BIGINT;
CREATE UNIQUE INDEX IF NOT EXISTS idx_{name}_uuid ON {table} (uuid);
CREATE INDEX IF NOT EXISTS idx_{name}_created_at ON {table} (created_at);
CREATE INDEX IF NOT EXISTS idx_{name}_json ON {table} USING GIN (vcon_json);
"""

_SAVE = """
INSERT INTO {table} AS kept (id, uuid, vcon, created_at, updated_at, subject, vcon_json, revision)
SELECT id, id, vcon, created_at, now() AT TIME ZONE 'UTC', subject, coalesce(searched, vcon)::jsonb, revision
FROM unnest($1::uuid[], $2::text[], $3::timestamp[], $4::text[], $5::text[], $6::bigint[])
    AS given (id, vcon, created_at, subject, searched, revision)
ON CONFLICT (id) DO UPDATE SET
    vcon = EXCLUDED.vcon, created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at,
    subject = EXCLUDED.subject, vcon_json = EXCLUDED.vcon_json, revision = EXCLUDED.revision
WHERE kept.revision IS NULL OR kept.revision < EXCLUDED.revision
"""

# A row without a revision is the conserver's, whose `vcon` is only the version of the format.
_GET = "SELECT CASE WHEN revision IS NULL THEN vcon_json::text ELSE vcon END FROM {table} WHERE id = $1"
_DELETE = "DELETE FROM {table} WHERE id = ANY($1::uuid[])"
_IS_THERE = """
SELECT EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'revision' AND NOT attisdropped
)
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('carelog.storages'), hashtext($1))"

_CLOSING_SECONDS = 5
_MOST_CHARACTERS = 16_000_000  # in one statement; PostgreSQL takes messages of up to 1 GB
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
# SQLSTATE classes (PostgreSQL, appendix A) that tell of the data: data exception, integrity constraint violation,
# program limit exceeded.
_ABOUT_THE_DATA = ("22", "23", "54")


class PostgresOptions(StorageOptions):
    """Where the server is: a URL, or its parts. `table` may name a schema: 'archive.vcons'."""

    url: SecretStr | None = None
    url_env: str | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    user: str | None = None
    password: SecretStr | None = None
    password_env: str | None = None
    database: str | None = None
    table: str = Field(default="vcons", pattern=r"^[a-z_][a-z0-9_]{0,40}(\.[a-z_][a-z0-9_]{0,40})?$")
    connections: int = Field(default=4, ge=1, le=100)
    timeout_seconds: float = Field(default=30.0, gt=0, le=600)


class PostgresStorage(Storage[PostgresOptions]):
    """A batch is one statement, which is one transaction."""

    options_model = PostgresOptions
    extra: ClassVar[Extra | None] = Extra("postgres", "asyncpg")

    def __init__(self, options: PostgresOptions, name: str) -> None:
        super().__init__(options, name)
        url = self.secret("url")
        if url is None and options.host is None:
            raise self.misconfigured("url", "give url_env, url, or host")
        if url is not None and not re.match(r"postgres(ql)?(\+asyncpg)?://", url):
            raise self.misconfigured("url", "must begin with postgresql://")
        self._connect = {
            "dsn": url.replace("+asyncpg://", "://", 1) if url else None,
            "host": options.host,
            "port": options.port,
            "user": options.user,
            "password": self.secret("password"),
            "database": options.database,
        }
        names = {"table": options.table, "name": options.table.rpartition(".")[2]}
        self._create, self._save, self._get, self._delete = (
            statement.format(**names) for statement in (_CREATE, _SAVE, _GET, _DELETE)
        )
        self._pool: Any = None
        self._is_prepared = False
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        await self._ready()

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        failures: dict[UUID, StorageError] = {}
        # In one order, so that two that write the same rows at the same time wait for each other and never deadlock.
        ordered = sorted(newest(copies), key=lambda copy: copy.conversation_id)
        for piece in in_pieces(ordered, _MOST_CHARACTERS):
            await self._save_piece(piece, failures)
        return in_order(copies, failures)

    async def get(self, conversation_id: UUID) -> str | None:
        text: str | None = await self._run("fetchval", self._get, conversation_id)
        return text

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        await self._run("execute", self._delete, list(conversation_ids))

    async def _save_piece(self, piece: Sequence[Copy], failures: dict[UUID, StorageError]) -> None:
        """A piece that is refused for what is in it is halved, until the copy at fault stands alone."""
        try:
            columns = zip(*map(_row, piece), strict=True)
            await self._run("execute", self._save, *map(list, columns))
        except StorageRefused as error:
            if len(piece) == 1:
                failures[piece[0].conversation_id] = error
                return
            half = len(piece) // 2
            await self._save_piece(piece[:half], failures)
            await self._save_piece(piece[half:], failures)

    async def _run(self, method: str, statement: str, *arguments: object) -> Any:
        """Raises StorageDown, or StorageRefused when it is the data that is refused."""
        import asyncpg

        pool = await self._ready()
        try:
            return await getattr(pool, method)(statement, *arguments)
        except asyncpg.UndefinedTableError:
            self._is_prepared = False  # dropped meanwhile: made again the next time
            raise self.down("has lost its table") from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
            raise self._failure(error) from None

    async def _ready(self) -> Any:
        """The pool, with its table made. A pool finds the server again by itself after it was away."""
        import asyncpg

        if self._pool is not None and self._is_prepared:
            return self._pool
        async with self._opening:
            try:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        **self._connect,
                        min_size=0,
                        max_size=self.options.connections,
                        timeout=self.options.timeout_seconds,
                        command_timeout=self.options.timeout_seconds,
                        statement_cache_size=0,  # so that it works behind PgBouncer too
                    )
                if not self._is_prepared:
                    await self._prepare()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError) as error:
                raise self._failure(error, whole=True) from None
        return self._pool

    async def _prepare(self) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            # IF NOT EXISTS alone fails when two make it at the same moment.
            await connection.execute(_LOCK, self.options.table)
            # Looked for first: DDL locks readers out, and is not allowed to everyone who may write.
            if not await connection.fetchval(_IS_THERE, self.options.table):
                await connection.execute(self._create)
        self._is_prepared = True

    def _failure(self, error: Exception, *, whole: bool = False) -> StorageError:
        """PostgreSQL's own messages may quote the row, and the driver's the URL: neither is repeated."""
        state = getattr(error, "sqlstate", None)
        told = f"{type(error).__name__}, SQLSTATE {state}" if state else type(error).__name__
        about_the_data = isinstance(error, ValueError) if state is None else state.startswith(_ABOUT_THE_DATA)
        if about_the_data and not whole:
            return self.refused(f"cannot keep this copy: PostgreSQL refuses it ({told})")
        return self.down(f"cannot use PostgreSQL ({told})")


def _row(copy: Copy) -> tuple[UUID, str, datetime, str | None, str | None, int]:
    title = copy.title.replace("\0", "\N{REPLACEMENT CHARACTER}") if copy.title else None
    return copy.conversation_id, copy.document, _created_at(copy), title, _searched(copy.document), copy.revision


def _searched(document: str) -> str | None:
    """The text for the column that is searched, where it cannot be the document's own: JSONB has no NUL character,
    which JSON text may write."""
    return _ESCAPED_NUL.sub(r"\1\\ufffd", document) if r"\u0000" in document else None


def _created_at(copy: Copy) -> datetime:
    """The vCon's own `created_at`, UTC without a zone as the column has it; a sealed vCon does not show its own."""
    try:
        document = jsontext.parse(copy.document)
    except InvalidInput:
        document = None
    told = document.get("created_at") if isinstance(document, dict) else None
    moment = read_date(told) if isinstance(told, str) else None
    return (moment or copy.started_at).astimezone(UTC).replace(tzinfo=None)
