"""Dates as vCons write them: RFC 3339, always with a zone."""

import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from uuid import UUID

_DATE = re.compile(
    r"\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?P<second>[0-5]\d|60)(?:\.\d+)?"
    r"(?P<zone>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_FIRST_PLAUSIBLE_MS = 946_684_800_000  # 2000-01-01T00:00:00Z
_LAST_PLAUSIBLE_MS = 4_102_444_800_000  # 2100-01-01T00:00:00Z


@lru_cache(maxsize=8192)  # a conversation's dates are checked, then read, then read again with its turns
def read_date(text: str) -> datetime | None:
    """The moment, in the zone it was written in; None when it is not an RFC 3339 date and time with a zone.

    Digits beyond microseconds are dropped, and a leap second is the last microsecond of its minute.

    >>> read_date("2026-01-05T09:30:00.25+05:30").isoformat()
    '2026-01-05T09:30:00.250000+05:30'
    >>> read_date("2026-01-05 09:30") is None
    True
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    if match["second"] == "60":
        text = f"{text[:17]}59.999999{match['zone']}"
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.year in (MINYEAR, MAXYEAR):
            moment.astimezone(UTC)  # the first and last hours of time have no UTC
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=_shared(moment.tzinfo or UTC))


@lru_cache(maxsize=256)
def _shared(zone: tzinfo) -> tzinfo:
    """The same object for the same zone: moments of one zone are compared at once, those of two by their offsets."""
    return zone


def write_date(moment: datetime) -> str:
    """
    >>> write_date(datetime(2026, 1, 5, 9, 30, tzinfo=UTC))
    '2026-01-05T09:30:00Z'
    """
    return moment.isoformat().replace("+00:00", "Z")


def uuid_moment(identity: UUID) -> datetime | None:
    """When a version 7 or 8 UUID was made, by its first 48 bits (Unix time in ms, RFC 9562 section 5.7).

    Version 8 leaves those bits to its maker: a time before 2000 or after 2100 is taken to be no time.

    >>> uuid_moment(UUID("019f15a6-a752-826f-b9a2-279e0d16bc46")).year
    2026
    """
    milliseconds = identity.int >> 80
    if identity.version not in (7, 8) or not _FIRST_PLAUSIBLE_MS <= milliseconds < _LAST_PLAUSIBLE_MS:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
