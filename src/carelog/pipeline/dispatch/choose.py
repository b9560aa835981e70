"""Which dispatch the settings ask for."""

from carelog.db import Database
from carelog.pipeline.dispatch.base import Dispatch
from carelog.pipeline.dispatch.notify import NotifyDispatch
from carelog.pipeline.dispatch.streams import RedisDispatch, StreamOptions


def make_dispatch(database: Database, broker_url: str | None, options: StreamOptions) -> Dispatch:
    """Redis Streams where there is a broker, LISTEN/NOTIFY on PostgreSQL, and otherwise the ledger alone.

    Raises ConfigurationError for a broker that is not Redis, and when the `redis` extra is not installed.
    """
    if broker_url is not None:
        return RedisDispatch(broker_url, options)
    if database.dialect == "postgresql":
        return NotifyDispatch(database)
    return Dispatch()
