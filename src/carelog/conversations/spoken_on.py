"""The day on which a plain transcript was spoken, as a line at its top says: "Date: 2024-03-06", "Visit date: March 6,
2024"."""

import re
from datetime import UTC, datetime
from typing import Final

_LINES: Final = 6
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + "|sept"
_HEAD: Final = re.compile(
    r"[ \t>*_#]{0,8}(?:(?:visit|call|session|recording|encounter|consultation|appointment)[ \t]+)?"
    r"(?:date|dated|date of (?:visit|call|service|encounter|consultation)|recorded(?: on)?|started(?: at)?)"
    r"[ \t]*[*_]{0,3}[:：][ \t*_]{0,8}(?P<said>[^\n]{4,60})",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)")
_DAY_FIRST: Final = re.compile(
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ \t]+(?P<m>{_MONTH})\.?,?[ \t]+(?P<y>\d{{4}})", re.IGNORECASE
)
_MONTH_FIRST: Final = re.compile(
    rf"(?P<m>{_MONTH})\.?[ \t]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[ \t]+(?P<y>\d{{4}})", re.IGNORECASE
)
_TIME: Final = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?[ \t]*(?P<half>[ap]\.?m\b)?", re.IGNORECASE)
_ZONED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[Zz]|[+-]\d\d:?\d\d)")


def spoken_on(text: str) -> datetime | None:
    """The moment, in UTC where no zone is told, and at noon where no time is: the day is then the same nearly
    everywhere. None where no line at the top tells a date; dates of figures alone, such as 03/06/2024, tell none.

    >>> str(spoken_on("Date: March 6, 2024\\nNurse: Any fever?"))
    '2024-03-06 12:00:00+00:00'
    >>> str(spoken_on("Call date: 2024-03-06T10:02:00+05:30\\n"))
    '2024-03-06 10:02:00+05:30'
    >>> spoken_on("Nurse: Any fever?\\nPatient: Since March 6, 2024.") is None
    True
    """
    for line in text.lstrip("\ufeff \t\r\n").splitlines()[:_LINES]:
        if head := _HEAD.match(line):
            return moment_in(head["said"])
    return None


def moment_in(said: str) -> datetime | None:
    """The first date in some words, as `spoken_on` reads it.

    >>> str(moment_in("2024-03-06-call")), moment_in("call 17")
    ('2024-03-06 12:00:00+00:00', None)
    """
    try:
        if zoned := _ZONED.search(said):
            return datetime.fromisoformat(zoned[0].upper())
        day = _ISO.search(said) or _DAY_FIRST.search(said) or _MONTH_FIRST.search(said)
        if day is None:
            return None
        month = int(day["m"]) if day["m"].isdigit() else _month(day["m"])
        hour, minute = _time(said[day.end() :])
        return datetime(int(day["y"]), month, int(day["d"]), hour, minute, tzinfo=UTC)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].lower()))


def _time(said: str) -> tuple[int, int]:
    match = _TIME.search(said)
    if match is None:
        return 12, 0
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    return hour, int(match["minute"])
