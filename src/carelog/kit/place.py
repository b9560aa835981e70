"""What kind an error is and where it comes from, without the data that it was raised for."""

import errno
import traceback


def kind_of(error: BaseException) -> str:
    """The kind of an error, with the code that a database or the system gives it.

    >>> import os
    >>> kind_of(ValueError("of a patient")), kind_of(OSError(28, os.strerror(28)))
    ('ValueError', 'OSError ENOSPC')
    """
    driver = getattr(error, "orig", None) or error  # SQLAlchemy wraps the driver's error
    code = getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None)
    if code is None and isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0)
    return f"{type(error).__name__} {code}" if isinstance(code, str) else type(error).__name__


def place_of(error: BaseException) -> str:
    """Where an error was raised, 'module.py:12'."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown"
