"""What HTTP answers say beside their bodies."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(hours=1)

_NOT_LET_IN = frozenset({401, 403, 404, 405, 407, 410})
_COME_BACK = frozenset({408, 425, 429, 502, 503, 504})


def takes_nothing(status: int) -> bool:
    """Whether an answer blames nothing that was sent: its receiver is busy, or the address is wrong, gone, points
    elsewhere or does not let us in.

    >>> [status for status in (204, 302, 401, 422, 429, 500, 503) if takes_nothing(status)]
    [302, 401, 429, 503]
    """
    return 300 <= status < 400 or status in _NOT_LET_IN or status in _COME_BACK


def retry_after(value: str | None) -> timedelta | None:
    """The pause that a `Retry-After` header asks for, seconds or a date (RFC 9110, 10.2.3), at most LONGEST_WAIT.

    None when there is none that can be read.

    >>> retry_after("120")
    datetime.timedelta(seconds=120)
    >>> retry_after("Mon, 05 Jan 2026 09:00:00 GMT")  # long past
    datetime.timedelta(0)
    >>> retry_after("soon") is None
    True
    """
    told = (value or "").strip()
    try:
        if told.isdecimal():
            return timedelta(seconds=min(int(told), LONGEST_WAIT.total_seconds()))
        wait = parsedate_to_datetime(told) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
