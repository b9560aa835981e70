"""What HTTP answers say beside their bodies."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(hours=1)


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
    except (ValueError, TypeError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
