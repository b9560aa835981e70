"""Exports of messengers: "[31/12/2025, 21:15:07] Asha: ...", "12/31/25, 9:15 PM - Asha: ...", and when each message was
written, on the clock of whoever exported it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

_HEAD: Final = re.compile(
    r"[\u200e\u200f\ufeff]*\[?(?P<a>\d{1,4})(?P<sep>[./-])(?P<b>\d{1,2})[./-](?P<c>\d{2,4}),?[ \u202f\u00a0]+"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:[ \u202f\u00a0]?(?P<half>[AaPp])\.?[ ]?[Mm]\.?)?"
    r"(?:\][ \u200e]*|[ ]+[-–][ ]+)"
    r"(?:(?P<label>[^\n:]{1,60}):[ \t\u200e]+)?"
)


class Written(NamedTuple):
    """The head of a message: where its words begin, whose they are (None: a notice of the messenger), and its date and
    time as they stand there."""

    end: int
    label: str | None
    date: tuple[str, str, str]
    separator: str
    time: tuple[int, int, int]


def written_at(text: str, start: int) -> Written | None:
    """The head that begins there."""
    match = _HEAD.match(text, start)
    if match is None:
        return None
    hour = int(match["hour"])
    if half := match["half"]:
        hour = hour % 12 + (12 if half in "pP" else 0)
    time = hour, int(match["minute"]), int(match["second"] or 0)
    return Written(match.end(), match["label"], (match["a"], match["b"], match["c"]), match["sep"], time)


def moments(heads: Sequence[Written]) -> list[datetime | None]:
    """When each was written, without a zone. Whether the day or the month comes first is told by a day beyond the
    twelfth, else by how the date is written; of dates that are none in that order nothing is told.

    >>> heads = [written_at("[1/5/26, 9:12:44 PM] Ana: hi", 0), written_at("[1/31/26, 12:00:00 AM] Ana: hi", 0)]
    >>> [str(moment) for moment in moments([head for head in heads if head])]
    ['2026-01-05 21:12:44', '2026-01-31 00:00:00']
    """
    order = _order([head.date for head in heads], heads[0].separator) if heads else ""
    return [_moment(head, order) for head in heads]


def _order(dates: Sequence[tuple[str, str, str]], separator: str) -> str:
    """Short dates begin with the year in some countries; elsewhere with the day, but for M/d/yy in the United States
    (https://cldr.unicode.org/, dateFormats, short)."""
    if all(len(a) == 4 for a, _, _ in dates):
        return "ymd"
    if any(int(a) > 12 for a, _, _ in dates):
        return "dmy"
    if any(int(b) > 12 for _, b, _ in dates):
        return "mdy"
    unpadded = any(len(a) == 1 or len(b) == 1 for a, b, _ in dates)
    return "mdy" if separator == "/" and unpadded and all(len(c) == 2 for _, _, c in dates) else "dmy"


def _moment(head: Written, order: str) -> datetime | None:
    number = {unit: int(digits) for unit, digits in zip(order, head.date, strict=True)}
    year = number["y"] + (2000 if number["y"] < 100 else 0)
    try:
        return datetime(year, number["m"], number["d"], *head.time)  # noqa: DTZ001  the zone is whose clock it was
    except ValueError:
        return None
