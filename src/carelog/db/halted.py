"""Ends transactions on PostgreSQL whose process stands still in the middle of a statement.

The server itself ends those that stand still between two statements (`idle_in_transaction_session_timeout`). But the
driver prepares a statement before it sends the values, and sends many rows bit by bit: a process that is halted there
is active to the server, and would keep its rows locked for as long as it is halted.
"""

import asyncio
import logging
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from carelog.db.faults import log_failure

log = logging.getLogger(__name__)

APPLICATION: Final = "carelog"
"""The name by which the server knows Carelog's sessions from those of others, which are none of its business."""

# `state_change` moves with each message of the protocol, so a client that sends many rows does not stand still.
_END: Final = text(
    """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name = :application
    AND state = 'active' AND wait_event = 'ClientRead' AND xact_start IS NOT NULL
    AND clock_timestamp() - state_change > make_interval(secs => :idle)
    """
)


async def end_halted(engine: AsyncEngine, idle_seconds: float) -> None:
    """End every transaction that has stood still for `idle_seconds`, until this is cancelled."""
    while True:
        await asyncio.sleep(idle_seconds / 2)
        try:
            async with engine.connect() as connection:
                halted = await connection.scalar(_END, {"application": APPLICATION, "idle": idle_seconds})
            if halted:
                log.warning("ended transactions that stood still", extra={"transactions": halted})
        except (SQLAlchemyError, OSError) as error:
            log_failure(log, error, "whether transactions stand still cannot be told")
