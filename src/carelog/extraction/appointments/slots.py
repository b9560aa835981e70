"""Days and hours at which somebody may be seen, as they are offered and arranged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from carelog.extraction.calendar_words import MONTHS, ORDINALS, WEEKDAYS
from carelog.extraction.clocks import PARTS, ClockTime, clock_times, part_named
from carelog.extraction.durations import find_durations
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.when import Direction, resolve
from carelog.extraction.wordsets import word_set

_DAYS: Final = word_set("tomorrow tmrw tmr today tonight kal कल parso परसों")
_SPANS: Final = word_set("day days week weeks month months year years hafte mahine din")
_PERIODS: Final = word_set("week month year fall spring summer winter hafte mahine")
_BEFORE: Final = word_set("on this next coming following for the in by day after agle")
_COMES: Final = word_set("is are am be 's 're she's he's they're who's")
_ONE: Final = word_set("a one ek do teen char chaar paanch chhe एक दो तीन चार पांच छह")
_LATER: Final = {"week": 7, "fortnight": 14}
"""By so many days "Tuesday week" is later than Tuesday."""
_GONE: Final = word_set("last past since previous from")
_WITHIN: Final = word_set("at on the of , in around about between i think uh um by for kind - a")
_SUFFIXES: Final = frozenset({"st", "nd", "rd", "th"})
_OFFICE: Final = {**dict.fromkeys((9, 10, 11), 0), 12: 0, **dict.fromkeys((1, 2, 3, 4, 5), 12)}
"""What to add to an hour without am or pm, where only one of the two lies between nine and six."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Words `first` up to `end` say when. `day` is whole (YYYY-MM-DD) where it was said so that it has one meaning, and
    so is `hour`; `timed`: an hour was said, be its half of the day known or not."""

    first: int
    end: int
    text: str
    day: str | None = None
    hour: time | None = None
    timed: bool = False
    zone_of: datetime | None = None

    @property
    def moment(self) -> datetime | None:
        """The moment, where both the day and the hour were said."""
        if self.day is None or self.hour is None or self.zone_of is None:
            return None
        return datetime.combine(date.fromisoformat(self.day), self.hour, tzinfo=self.zone_of.tzinfo)


def find_slots(utterance: Utterance, first: int, end: int, direction: Direction = Direction.FUTURE) -> list[Slot]:
    """The days, with their hours, that the words `first` up to `end` name: "Thursday the twelfth at ten thirty", "in
    two weeks", "next month". None where an hour alone is named."""
    words = utterance.words
    found: list[Slot] = []
    for i in [i for i in range(first, end) if words[i].norm in _CUES]:
        if found and i < found[-1].end:
            continue
        extent = _extent(utterance, i, first, end)
        if extent is not None and not (found and extent[0] < found[-1].end):
            found.append(_slot(utterance, *extent, end, direction))
    return found


_NAMING: Final = WEEKDAYS.keys() | MONTHS.keys() | _DAYS | _SPANS | _PERIODS
_CUES: Final = _NAMING | {"the", "/"}


def _extent(utterance: Utterance, i: int, first: int, end: int) -> tuple[int, int] | None:
    """The words around a cue that name the day."""
    words, norm = utterance.words, utterance.words[i].norm
    before = words[i - 1].norm if i > first else ""
    if before in _GONE:
        return None
    if norm in _SPANS and before not in ("next", "this"):
        return _so_long(utterance, i, first)
    if norm in _PERIODS:
        return (i - 1, i + 1) if before in ("next", "this", "agle", "following") else None
    if norm == "/":
        return (i - 1, min(end, i + 4)) if i > first and words[i - 1].norm.isdecimal() else None
    if norm == "the":
        return (i, min(end, i + 4)) if _is_day_of_month(words, i, end) else None
    if norm in ("may", "march") and not _has_day(words, i, first, end):
        return None
    begin = i
    while begin > first and words[begin - 1].norm in _BEFORE and i - begin < 3:
        begin -= 1
    if words[begin].norm == "coming" and begin > first and words[begin - 1].norm in _COMES:
        begin += 1  # "she is coming | on Thursday"
    if words[begin].norm == "in" and i > begin and norm not in MONTHS:
        begin += 1  # "come in | on Thursday"
    stop = i + 1
    if norm in WEEKDAYS and stop < end and words[stop].norm == "the":
        stop = min(end, stop + 3)
    if norm in WEEKDAYS and stop < end and words[stop].norm in _LATER:
        return begin, stop + 1
    if norm in WEEKDAYS and stop < end and words[stop].norm == ",":
        month = min(end, stop + 2)
        stop = month if words[month - 1].norm in MONTHS else stop
    if words[stop - 1].norm in MONTHS or norm in MONTHS:
        while stop < end and stop - i < 6 and (_in_date(words[stop].norm) and not _is_hour(words, stop, end)):
            stop += 1
        while begin > first and i - begin < 4 and (_in_date(words[begin - 1].norm) or words[begin - 1].norm == "on"):
            begin -= 1
    return begin, stop


def _in_date(norm: str) -> bool:
    return norm.isdecimal() or norm in ("the", "of", ",", "twenty", "thirty") or _is_ordinal(norm)


def _is_ordinal(norm: str) -> bool:
    return norm in ORDINALS or norm in _SUFFIXES


def _is_hour(words: Sequence[Word], i: int, end: int) -> bool:
    """ "March 4, 3 pm": the second number is an hour."""
    return i + 1 < end and words[i + 1].norm in ("am", "pm", "a", "p", "o'clock") and words[i].norm.isdecimal()


def _so_long(utterance: Utterance, i: int, first: int) -> tuple[int, int] | None:
    """ "In two weeks", "within six to eight weeks", "do hafte baad"."""
    words = utterance.words
    around = [word.norm for word in words[max(first, i - 8) : i + 2]]
    if "in" not in around and "within" not in around and around[-1] not in ("baad", "बाद"):
        return None
    lasting = next((d for d in find_durations(utterance) if d.first < i < d.end or d.end == i + 1), None)
    begin = lasting.first if lasting is not None else i - 1 if i > first and words[i - 1].norm in _ONE else -1
    if begin < first:
        return None
    while begin > first and words[begin - 1].norm in ("about", "around", "like", "another", "the", "next", "or", "so"):
        begin -= 1
    after = words[i + 1].norm if i + 1 < len(words) else ""
    if begin > first and words[begin - 1].norm in ("in", "within"):
        return begin - 1, i + 1
    return (begin, i + 2) if after in ("baad", "बाद") else None


def _is_day_of_month(words: Sequence[Word], i: int, end: int) -> bool:
    following = words[i + 1].norm if i + 1 < end else ""
    second = words[i + 2].norm if i + 2 < end else ""
    if following.isdecimal():
        return second in ("st", "nd", "rd", "th")
    if following in ("twenty", "thirty"):
        return second in ORDINALS
    after = second[:1].isalpha() and second not in _WITHIN | {"with", "please", "that"}
    return following in ORDINALS and not after


def _has_day(words: Sequence[Word], i: int, first: int, end: int) -> bool:
    around = [words[k].norm for k in range(max(first, i - 2), min(end, i + 3)) if k != i]
    if any(norm[0].isdecimal() or norm.endswith("th") for norm in around):
        return True
    dated = i > first and words[i - 1].norm in ("on", "of")  # "On May third", and not "you may first"
    return dated and any(norm in ORDINALS for norm in around)


def _slot(utterance: Utterance, first: int, stop: int, end: int, direction: Direction) -> Slot:
    words, said_at = utterance.words, utterance.said_at
    hour, begin, after = _hour_beside(words, first, stop, end)
    later = _LATER.get(words[stop - 1].norm, 0) if stop - 2 >= first and words[stop - 2].norm in WEEKDAYS else 0
    told = resolve(utterance, first, stop - bool(later), said_at, direction) if said_at is not None else None
    day = told.day if told is not None and told.day is not None and len(told.day) == len("2026-01-05") else None
    if day is not None and later:
        day = (date.fromisoformat(day) + timedelta(days=later)).isoformat()
    last = _trimmed(words, begin, max(_last_of_day(words, first, stop), after))
    read = _in_office(hour, words, begin, last) if hour else None
    return Slot(begin, last, utterance.quote(begin, last), day, read, hour is not None, said_at)


def _last_of_day(words: Sequence[Word], first: int, stop: int) -> int:
    """Where the words of a day end, within those that were looked through for it."""
    last = first
    for k in range(first, stop):
        norm = words[k].norm
        named = norm in _NAMING or norm in _LATER or norm[0].isdecimal() or norm in ("baad", "बाद")
        if named or _is_ordinal(norm):
            last = k
    return last + 1


def _hour_beside(words: Sequence[Word], first: int, stop: int, end: int) -> tuple[ClockTime | None, int, int]:
    """The one hour that is named beside the day, and the words that the two reach over."""
    last = _last_of_day(words, first, stop)
    after = [
        c
        for c in clock_times(words, last, min(end, last + 8), loose=True)
        if all(words[k].norm in _WITHIN or words[k].norm in PARTS for k in range(last, c.first))
    ]
    if len(after) == 1:
        stop = after[0].end
        while (
            stop < end
            and stop - after[0].end < 3
            and (words[stop].norm in ("in", "the", "at") or words[stop].norm in PARTS)
        ):
            stop += 1
        return after[0], first, stop
    if after:
        return None, first, last
    before = clock_times(words, max(0, first - 6), first, loose=True)
    before = [c for c in before if all(words[k].norm in _WITHIN or words[k].norm in PARTS for k in range(c.end, first))]
    if len(before) == 1:
        begin = before[0].first
        return before[0], begin - (begin > 0 and words[begin - 1].norm == "at"), last
    return None, first, last


def _in_office(hour: ClockTime, words: Sequence[Word], begin: int, end: int) -> time | None:
    read = hour.at(part_named(words[begin:end]))
    if read is not None:
        return read[0] if not read[1] else None
    later = _OFFICE.get(hour.hour)
    return None if later is None else time(hour.hour + later, hour.minute)


def _trimmed(words: Sequence[Word], first: int, end: int) -> int:
    """Without the marks and small words at the end."""
    while end > first + 1 and (
        not words[end - 1].norm[0].isalnum() or words[end - 1].norm in ("in", "the", "at", "on")
    ):
        end -= 1
    return end
