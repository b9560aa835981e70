"""Time zones by name: IANA names ('Asia/Kolkata') and fixed offsets ('+05:30'), as conversations carry them."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# Files beside the zones: what this machine is set to, and the same zones with leap seconds.
_NO_PLACE = re.compile(r"(?:localtime|posixrules|Factory|posix/.*|right/.*)\Z", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """The zone of that name. Raises ValueError for a name that is neither.

    >>> zone("+05:30").utcoffset(None)
    datetime.timedelta(seconds=19800)
    >>> str(zone("America/New_York"))
    'America/New_York'
    """
    match = _OFFSET.fullmatch(name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3])
        return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    try:
        if _NO_PLACE.match(name):
            raise KeyError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no such time zone: {name!r}") from None


def local(moment: datetime, name: str) -> datetime:
    """A moment on the clock of a zone. It stays as it is where that clock cannot show it (the first and last hours of
    time) and where the offset has seconds, as before there were zones, which RFC 3339 cannot write."""
    try:
        there = moment.astimezone(zone(name))
    except OverflowError:
        return moment
    offset = there.utcoffset()
    return moment if offset and offset.seconds % 60 else there


def is_zone(name: str) -> bool:
    """Whether a zone has this name.

    >>> is_zone("Asia/Kolkata"), is_zone("+05:30"), is_zone("the moon")
    (True, True, False)
    """
    try:
        return bool(zone(name))
    except ValueError:
        return False


@lru_cache(maxsize=128)
def offset_name(offset: timedelta) -> str:
    """A fixed offset as a zone name, to the minute.

    >>> offset_name(timedelta(hours=-5)), offset_name(timedelta(0))
    ('-05:00', 'UTC')
    """
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '-'}{hours:02}:{rest:02}"
