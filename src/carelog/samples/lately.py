"""The samples as if they had been spoken lately: moved on by whole weeks, so that what they say of days stays right.

What a record shows is of its last months, and the samples are of a winter. One names the days of its month ("Thursday
the twelfth"), which no other month has: it stays where it is.
"""

import re
from datetime import date, datetime, timedelta
from typing import Final

from carelog.samples import sample_files

_WEEK: Final = timedelta(weeks=1)
_BY_THE_CALENDAR: Final = ("15-call-rescheduling",)
_ENDS: Final = datetime.fromisoformat("2026-02-04T06:33:48-05:00")
"""When the last of those that are moved was over."""

_WRITTEN: Final = re.compile(r"\b2026-\d\d-\d\d(?=\D)")
_SAID: Final = re.compile(r"\b(?:January|February) \d{1,2}, 2026\b")


def weeks_until(now: datetime) -> int:
    """By how many weeks they are to be moved so that the last is over, by less than a week.

    >>> weeks_until(datetime.fromisoformat("2026-02-11T12:00:00+00:00"))
    1
    """
    return max(0, (now - _ENDS) // _WEEK)


def samples_moved(weeks: int) -> list[bytes]:
    """The samples in the order to load them in, so many weeks later."""
    return [
        file.read_bytes() if file.name.startswith(_BY_THE_CALENDAR) else _moved(file.read_text("utf-8"), weeks).encode()
        for file in sample_files()
    ]


def _moved(vcon: str, weeks: int) -> str:
    def written(match: re.Match[str]) -> str:
        return (date.fromisoformat(match[0]) + weeks * _WEEK).isoformat()

    def said(match: re.Match[str]) -> str:
        day = datetime.strptime(match[0], "%B %d, %Y").date() + weeks * _WEEK  # noqa: DTZ007
        return f"{day:%B} {day.day}, {day.year}"

    return _SAID.sub(said, _WRITTEN.sub(written, vcon))
