"""Days and hours, as people say them, resolved against the moment at which they are said.

Only what has one meaning is resolved: "next Friday", "3/4" and "at five" stay as they were said. What lies before and
what lies ahead is for the asker to know: "on Monday" is told of a pain, or of an appointment.
"""

import itertools
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from carelog.extraction.calendar_words import MONTHS, ORDINALS, WEEKDAYS
from carelog.extraction.clocks import APPROXIMATELY, ClockTime, clock_times, part_named
from carelog.extraction.numbers import find_numbers
from carelog.extraction.utterances import Utterance, Word


class Direction(StrEnum):
    PAST = "past"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class When:
    """`day` is a date as far as it was said: YYYY, YYYY-MM or YYYY-MM-DD; `hour` a time on the speaker's clock."""

    day: str | None = None
    hour: time | None = None

    def moment(self, said_at: datetime) -> datetime | None:
        """The moment, on the clock of `said_at`, where both the whole day and the hour were said."""
        if self.day is None or self.hour is None or len(self.day) < len("2026-01-05"):
            return None
        return datetime.combine(date.fromisoformat(self.day), self.hour, tzinfo=said_at.tzinfo)


_DAYS: Final = {
    "day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "tmrw": 1,
    "tmr": 1,
    "overnight": -1,
    "aaj": 0,
    "आज": 0,
}
_EITHER_WAY: Final = {"kal": 1, "कल": 1, "parso": 2, "parson": 2, "परसों": 2}
"""So many days away, before or after, as the sentence's tense has it."""
_UNITS: Final = {
    unit + plural: unit for unit in ("day", "week", "month", "year") for plural in ("", "s")
}  # "a week ago", "in two days"
_LONGEST: Final = {"day": 400, "week": 60, "month": 120, "year": 120}
_UNSURE: Final = frozenset(
    {"next", "following", "or", "about", "around", "maybe", "few", "couple", "several", "to", "every", "each"}
)
_EARLIEST: Final = 1900
_ISO_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BEFORE_DATE: Final = frozenset({"on", "since", "from", "dated", "until", "by", "for", "of", ","})
_AFTER_DAY: Final = frozenset(
    {"at", "with", "in", "i", "and", "for", "to", "from", "it", "my", "we", "would", "of", "is"}
)


def resolve(utterance: Utterance, first: int, end: int, said_at: datetime, direction: Direction) -> When:
    """What the words `first` up to `end` say, said at a moment with the speaker's zone.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "tomorrow at 3:30 pm", "/t")])
    >>> resolve(said, 0, len(said.words), datetime(2026, 1, 5, 9, 0), Direction.FUTURE)
    When(day='2026-01-06', hour=datetime.time(15, 30))
    """
    words = utterance.words[first:end]
    hours = clock_times(words, 0, len(words))
    if _unsure(words, hours):
        return When()
    counted = any(word.norm in _UNITS for word in words)
    numbers = {n.first - first: n.value for n in find_numbers(utterance)} if counted else {}
    found = _day(words, numbers, said_at.date(), direction)
    return When(found, _hour(words, hours))


def _unsure(words: Sequence[Word], hours: Sequence[ClockTime]) -> bool:
    """A word that leaves it open. "Around eight" is as good as an hour gets."""
    sure = {i for hour in hours for i in range(hour.first, hour.end)}
    sure |= {hour.first - 1 for hour in hours if hour.first and words[hour.first - 1].norm in APPROXIMATELY}
    return any(word.norm in _UNSURE and i not in sure for i, word in enumerate(words))


def _day(words: Sequence[Word], numbers: dict[int, float], today: date, direction: Direction) -> str | None:
    norms = [word.norm for word in words]
    joined = f" {' '.join(norms)} "
    for phrase, days in _DAYS.items():
        if f" {phrase} " in joined:
            return _moved(today, days)
    for norm in norms:
        if norm in _EITHER_WAY:
            return _moved(today, _EITHER_WAY[norm] * (-1 if direction is Direction.PAST else 1))
    in_month = _of_month(norms, today, direction)
    return (
        _counted(norms, numbers, today)
        or _in_digits(norms, today, direction)
        or _weekday_of_month(norms, today, direction)
        or (in_month if in_month and len(in_month) == len("2026-01-05") else None)
        or _weekday(norms, today, direction)
        or in_month
        or _day_of_month(norms, today, direction)
        or _year(norms, today, direction)
    )


def _moved(today: date, days: int) -> str | None:
    try:
        return (today + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _counted(norms: Sequence[str], numbers: dict[int, float], today: date) -> str | None:
    """ "Three days ago", "in two weeks", "a year ago": as exactly as the unit is."""
    for i, norm in enumerate(norms):
        unit = _UNITS.get(norm)
        if unit is None or not i:
            continue
        count = 1.0 if norms[i - 1] in {"a", "an"} else _number_before(numbers, norms, i)
        ago = norms[i + 1 : i + 2] == ["ago"]
        ahead = norms[:1] == ["in"]
        if count is None or ago == ahead or not count.is_integer() or not 0 < count <= _LONGEST[unit]:
            continue
        steps = int(count) * (-1 if ago else 1)
        match unit:
            case "day":
                return _moved(today, steps)
            case "week":
                return _moved(today, 7 * steps)
            case "month":
                months = today.year * 12 + today.month - 1 + steps
                return f"{months // 12:04}-{months % 12 + 1:02}"
            case _:
                return f"{today.year + steps:04}"
    return None


def _number_before(numbers: dict[int, float], norms: Sequence[str], i: int) -> float | None:
    """The number that ends right before word `i`, with nothing but its own words in between."""
    starts = [start for start in numbers if start < i]
    if not starts:
        return None
    start = max(starts)
    return numbers[start] if i - start <= 3 and not {"ago", "in"} & set(norms[start:i]) else None


def _weekday(norms: Sequence[str], today: date, direction: Direction) -> str | None:
    for i, norm in enumerate(norms):
        if norm not in WEEKDAYS:
            continue
        past = direction is Direction.PAST or norms[i - 1 : i] == ["last"]
        if (past and norms[i - 1 : i] == ["this"]) or (not past and norms[i - 1 : i] == ["since"]):
            return None
        ahead = (WEEKDAYS[norm] - today.weekday()) % 7
        if ahead == 0:
            return None  # of the day's own name, today and a week's distance are meant alike
        return _moved(today, ahead - 7 if past else ahead)
    return None


def _of_month(norms: Sequence[str], today: date, direction: Direction) -> str | None:
    """ "March 4", "the fourth of March 2024", "since March"; without a year, the nearest in the direction."""
    for i, norm in enumerate(norms):
        month = MONTHS.get(norm)
        if month is None or (norm in {"may", "march"} and not _is_month(norms, i)):
            continue
        day = _day_at(norms, i + 1)
        if day is None:
            day = _day_before(norms, i)
        year = next((int(n) for n in norms[i + 1 :] if re.fullmatch(r"(19|20)\d\d", n)), None)
        if day is None:
            return None if year is None and direction is Direction.FUTURE else _in_month(month, year, today)
        return _dated(year, month, day, today, direction)
    return None


def _is_month(norms: Sequence[str], i: int) -> bool:
    beside = {"in", "since", "of", "last", "on", "by"}
    return (norms[i - 1 : i] != [] and (norms[i - 1] in beside or _day_before(norms, i) is not None)) or (
        _day_at(norms, i + 1) is not None
    )


def _day_at(norms: Sequence[str], i: int) -> int | None:
    if i < len(norms) and norms[i] == "the":
        i += 1
    return _day_number(norms, i)[0] if i < len(norms) else None


def _day_before(norms: Sequence[str], i: int) -> int | None:
    """The "4" of "4 March" and "4th of March"."""
    last = i - 2 if norms[i - 1 : i] == ["of"] else i - 1
    for start in range(max(0, last - 1), last + 1):
        day, end = _day_number(norms, start)
        if day is not None and end == last + 1:
            return day
    return None


def _day_number(norms: Sequence[str], i: int) -> tuple[int | None, int]:
    """The day of a month at word `i`, in digits or as an ordinal, and where it ends."""
    norm = norms[i]
    if norm.isdecimal() and 1 <= int(norm) <= 31:
        suffix = norms[i + 1 : i + 2] in (["st"], ["nd"], ["rd"], ["th"])
        return int(norm), i + 1 + suffix
    if norm in {"twenty", "thirty"} and i + 1 < len(norms) and ORDINALS.get(norms[i + 1], 99) < 10:
        return {"twenty": 20, "thirty": 30}[norm] + ORDINALS[norms[i + 1]], i + 2
    return (ORDINALS[norm], i + 1) if norm in ORDINALS else (None, i)


def _weekday_of_month(norms: Sequence[str], today: date, direction: Direction) -> str | None:
    """ "Wednesday the eighteenth": the nearest one in the direction, within the quarter of a year."""
    for i, norm in enumerate(norms):
        if norm not in WEEKDAYS or norms[i + 1 : i + 2] != ["the"] or any(n in MONTHS for n in norms):
            continue
        day = _day_at(norms, i + 2)
        step = -1 if direction is Direction.PAST else 1
        for distance in range(92) if day is not None else ():
            found = today + timedelta(days=step * distance)
            if found.day == day and found.weekday() == WEEKDAYS[norm]:
                return found.isoformat()
    return None


def _day_of_month(norms: Sequence[str], today: date, direction: Direction) -> str | None:
    """ "On the twelfth", "the 18th at two": the nearest one in the direction; "the second one" is none."""
    for i, norm in enumerate(norms):
        if norm != "the" or i + 1 >= len(norms):
            continue
        day, end = _day_number(norms, i + 1)
        follows = norms[end] if end < len(norms) else ""
        said = norms[i + 1] not in ORDINALS or norms[i - 1 : i] in ([], ["on"])
        if day is None or (end == i + 2 and norms[i + 1].isdecimal()) or not said:
            continue
        if follows[:1].isalpha() and follows not in _AFTER_DAY:
            continue
        return _nearest(day, today, direction)
    return None


def _nearest(day: int, today: date, direction: Direction) -> str | None:
    month, step = today.year * 12 + today.month - 1, -1 if direction is Direction.PAST else 1
    for _ in range(3):
        year, number = divmod(month, 12)
        if date.min.year <= year <= date.max.year and day <= monthrange(year, number + 1)[1]:
            found = date(year, number + 1, day)
            if found <= today if direction is Direction.PAST else found >= today:
                return found.isoformat()
        month += step
    return None


def _in_digits(norms: Sequence[str], today: date, direction: Direction) -> str | None:
    """ "2026-03-04"; "on 12/28", which no month of the year can be read into the other way round. "3/4" stays open."""
    for i, norm in enumerate(norms):
        if _ISO_YEAR.fullmatch(norm) and [len(n) * n.isdecimal() for n in norms[i + 1 : i + 3]] == [2, 2]:
            return _valid(int(norm), int(norms[i + 1]), int(norms[i + 2]))
        if norms[i + 1 : i + 2] != ["/"] or norms[i - 1 : i] == ["/"] or not _before_date(norms, i):
            continue
        pair = [norm, *norms[i + 2 : i + 3]]
        if len(pair) < 2 or not all(n.isdecimal() and len(n) <= 2 for n in pair):
            continue
        year = None
        if norms[i + 3 : i + 4] == ["/"]:
            if not _ISO_YEAR.fullmatch("".join(norms[i + 4 : i + 5])):
                continue
            year = int(norms[i + 4])
        one, other = int(pair[0]), int(pair[1])
        readings = {(m, d) for m, d in ((one, other), (other, one)) if 1 <= m <= 12 and 1 <= d <= 31}
        if len(readings) == 1:
            [(month, day)] = readings
            return _dated(year, month, day, today, direction)
    return None


def _before_date(norms: Sequence[str], i: int) -> bool:
    return not i or norms[i - 1] in _BEFORE_DATE or norms[i - 1] in WEEKDAYS


def _valid(year: int, month: int, day: int) -> str | None:
    good = 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return f"{year:04}-{month:02}-{day:02}" if good else None


def _in_month(month: int, year: int | None, today: date) -> str:
    if year is None:
        year = today.year if month <= today.month else today.year - 1
    return f"{year:04}-{month:02}"


def _dated(year: int | None, month: int, day: int, today: date, direction: Direction) -> str | None:
    if year is not None:
        return f"{year:04}-{month:02}-{day:02}" if day <= monthrange(year, month)[1] else None
    for candidate in (today.year, today.year - 1 if direction is Direction.PAST else today.year + 1):
        if day > monthrange(candidate, month)[1]:
            continue
        found = date(candidate, month, day)
        if found <= today if direction is Direction.PAST else found >= today:
            return found.isoformat()
    return None


def _year(norms: Sequence[str], today: date, direction: Direction) -> str | None:
    """ "Since 2019", "in 2019"; a bare number may be anything."""
    for before, norm in itertools.pairwise(norms):
        if before in {"since", "in"} and re.fullmatch(r"(19|20)\d\d", norm):
            ahead = direction is Direction.FUTURE
            return norm if (int(norm) >= today.year if ahead else _EARLIEST <= int(norm) <= today.year) else None
    return None


def _hour(words: Sequence[Word], found: Sequence[ClockTime]) -> time | None:
    if len(found) != 1:
        return None
    read = found[0].at(part_named(words))
    return read[0] if read and not read[1] else None
