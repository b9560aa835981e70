"""Rows that are changed one by one are changed as a plain UPDATE would, on either database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from carelog.app import Carelog
from carelog.db import insert_all, update_all
from carelog.pipeline.tables import idempotency

_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
_CHANGE = (
    update(idempotency)
    .where(idempotency.c.key == bindparam("_key"))
    .values(
        subject_id=bindparam("_subject"),
        runs=bindparam("_runs"),
        created_at=bindparam("_at"),
        digest=idempotency.c.digest + "+",
    )
)


def _row(key: str) -> dict[str, object]:
    return {"principal": "p", "key": key, "digest": "d", "conversation_id": uuid4(), "subject_id": uuid4(), "runs": [],
            "created_at": _NOON}  # fmt: skip


async def test_each_row_gets_its_own_values_and_the_others_stay(carelog: Carelog) -> None:
    rows = [_row("a"), _row("b"), _row("c")]
    later, subject = _NOON + timedelta(microseconds=1), uuid4()
    async with carelog.health.write() as connection:
        await insert_all(connection, idempotency, rows)
        changes: list[dict[str, object]] = [
            {"_key": "a", "_subject": subject, "_runs": {"list": [1, "é\x00"]}, "_at": later},
            {"_key": "c", "_subject": None, "_runs": ["x"], "_at": _NOON},
        ]
        await update_all(connection, _CHANGE, changes)
        await update_all(connection, _CHANGE, [])
    async with carelog.health.read() as connection:
        found = (await connection.execute(select(idempotency).order_by(idempotency.c.key))).mappings().all()
    rows[0] |= {"subject_id": subject, "runs": {"list": [1, "é\x00"]}, "created_at": later, "digest": "d+"}
    rows[2] |= {"subject_id": None, "runs": ["x"], "digest": "d+"}
    assert [dict(row) for row in found] == rows


async def test_what_a_constraint_forbids_changes_nothing(carelog: Carelog) -> None:
    async with carelog.health.write() as connection:
        await insert_all(connection, idempotency, [_row("a")])
    with pytest.raises(IntegrityError):
        async with carelog.health.write() as connection:
            await update_all(connection, _CHANGE, [{"_key": "a", "_subject": None, "_runs": None, "_at": _NOON}])
    async with carelog.health.read() as connection:
        assert await connection.scalar(select(idempotency.c.digest)) == "d"
