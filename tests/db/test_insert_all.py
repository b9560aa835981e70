"""Rows that are inserted at once come back as they went in, whatever their types, on either database."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from carelog.app import Carelog
from carelog.db import insert_all
from carelog.pipeline.tables import chain_version, idempotency

_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _answer(key: str, at: datetime, subject: object) -> dict[str, object]:
    runs = {"list": [1, "é\x00"], "none": None}
    return {"principal": "p", "key": key, "digest": "d", "conversation_id": uuid4(), "subject_id": subject,
            "runs": runs, "created_at": at}  # fmt: skip


async def test_rows_come_back_as_they_went_in(carelog: Carelog) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    rows = [_answer("a", _NOON, uuid4()), _answer("b", _NOON.astimezone(east), None)]
    async with carelog.health.write() as connection:
        await insert_all(connection, idempotency, rows)
        await insert_all(connection, idempotency, [])
    async with carelog.health.read() as connection:
        found = (await connection.execute(select(idempotency).order_by(idempotency.c.key))).mappings().all()
    assert [dict(row) for row in found] == rows


async def test_what_a_constraint_forbids_is_an_integrity_error_and_nothing_stays(carelog: Carelog) -> None:
    row = {"chain": "c", "version": "v", "definition": {}, "recorded_at": _NOON}
    with pytest.raises(IntegrityError):
        async with carelog.health.write() as connection:
            await insert_all(connection, chain_version, [row, row])
    async with carelog.health.read() as connection:
        assert not (await connection.execute(select(chain_version).where(chain_version.c.chain == "c"))).all()


async def test_a_naive_moment_is_refused(carelog: Carelog) -> None:
    with pytest.raises(ValueError, match="zone"):
        async with carelog.health.write() as connection:
            await insert_all(connection, idempotency, [_answer("n", datetime(2026, 1, 5), None)])  # noqa: DTZ001
