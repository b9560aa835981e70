"""Tells trouble with the database itself from data that it will not take."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# SQLSTATE classes (PostgreSQL, appendix A): 22 data exception, 23 integrity constraint violation.
_DATA_CLASSES = ("22", "23")


def is_outage(error: BaseException) -> bool:
    """Whether to wait and try again, since no piece of data is to blame.

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
