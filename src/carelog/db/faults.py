"""Tells trouble with the database itself from data that it refuses."""

from logging import Logger

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from carelog.kit.place import kind_of, place_of

# SQLSTATE classes (PostgreSQL, appendix A): 22 data exception, 23 integrity constraint violation.
_DATA_CLASSES = ("22", "23")


def is_outage(error: BaseException) -> bool:
    """Whether to wait and try again, because no piece of data is to blame.

    >>> is_outage(ConnectionRefusedError()), is_outage(ValueError())
    (True, False)
    """
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        if isinstance(error, IntegrityError | DataError):
            return False
        state = getattr(error.orig, "sqlstate", None)
        return not (isinstance(state, str) and state.startswith(_DATA_CLASSES))
    if isinstance(error, StatementError):
        return False
    return isinstance(error, OSError | PoolTimeoutError)


def log_failure(log: Logger, error: Exception, what: str, **named: str) -> None:
    """Log that `what` failed, or that the database is away, for a caller that goes on. The kind and place of the error
    are logged, never its message, which may quote what was said."""
    said = "the database cannot be used" if is_outage(error) else what
    log.error(said, extra={**named, "error": kind_of(error), "place": place_of(error)})
