"""The words of a turn that tell when something happened, each resolved to a moment on the subject's clock.

What moment stands for a day is told in `moments`; "today" and "now" leave the moment of speaking as it is.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from carelog.extraction.calendar_words import MONTHS, WEEKDAYS
from carelog.extraction.clocks import APPROXIMATELY, PARTS, ClockTime, Part, clock_times
from carelog.extraction.durations import find_durations
from carelog.extraction.moments import at_hour, middle_of_day, middle_of_month
from carelog.extraction.numbers import find_numbers
from carelog.extraction.phrasebook import phrase_table
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.when import Direction, resolve
from carelog.extraction.wordsets import word_set


class Sense(StrEnum):
    PAST = "past"  # it happened at `moment`
    NOW = "now"  # it is so as it is said
    AHEAD = "ahead"  # it is to come
    BEGAN = "began"  # it has been so since then: no time at which it happened
    OPEN = "open"  # the words have no one meaning


@dataclass(frozen=True, slots=True)
class TimeWords:
    """Words `first` up to `end` of a turn tell a time; `moment` is on the clock of `said_at`, of what is past only.

    `today`: they tell an hour of today that has not come on that clock, which may be a guess.
    """

    first: int
    end: int
    sense: Sense
    moment: datetime | None = None
    today: bool = False


class _Day(NamedTuple):
    """A day so many days away; `both`: before or after, as the tense of the sentence has it."""

    away: int
    part: Part | None = None
    both: bool = False
    now: bool = False


_DAYS: Final[PhraseTable[_Day]] = phrase_table(
    {
        _Day(-2): "day before yesterday | the day before yesterday | the other day before yesterday",
        _Day(-1): "yesterday | beeta kal | बीता कल | बीते कल",
        _Day(-1, Part.NIGHT): "last night | overnight | beeti raat | बीती रात | pichhli raat",
        _Day(-1, Part.EVENING): "last evening",
        _Day(-2, Part.NIGHT): "night before last | the night before last",
        _Day(0, now=True): """
            now | right now | just now | currently | at the moment | at present | these days | abhi | ab | अभी | अब |
            nowadays | lately | usually
        """,
        _Day(0): "today | earlier today | aaj | आज",
        _Day(0, Part.MORNING): "this morning",
        _Day(0, Part.AFTERNOON): "this afternoon",
        _Day(0, Part.EVENING): "this evening",
        _Day(0, Part.NIGHT): "tonight",
        _Day(1): "tomorrow",
        _Day(2): "day after tomorrow | the day after tomorrow",
        _Day(1, both=True): "kal | कल",
        _Day(2, both=True): "parso | parson | परसों",
    }
)
_AGO: Final = word_set("ago back pehle pahle पहले")
_BACK_OF: Final = word_set("pain pains ache aches hurts spasm spasms to in here from is and")
_MORNINGS: Final = word_set("subah subha savere सुबह सवेरे")
_UNITS: Final = word_set("minute minutes hour hours day days week weeks month months year years")
_MONTHS_LONG: Final = {"month": 1, "months": 1, "mahine": 1, "year": 12, "years": 12, "saal": 12}
_EXACT: Final = word_set("minute minutes min mins hour hours hr hrs ghante ghanta minat मिनट घंटे घंटा")
_STARTS: Final = word_set(
    """
    the day yesterday beeta बीता बीते last overnight beeti बीती pichhli night now right just currently at these abhi
    ab अभी अब nowadays lately usually today earlier aaj आज this tonight tomorrow kal कल parso parson परसों
    """
)
_CUES: Final = (
    WEEKDAYS.keys() | MONTHS.keys() | _AGO | _UNITS | _MORNINGS
    | word_set(
        """
        yesterday tomorrow today tonight now last overnight currently moment present abhi ab अभी अब nowadays lately
        usually aaj आज this kal कल parso parson परसों beeta बीता बीते beeti बीती pichhli night these /
        """
    )
)  # fmt: skip
_WAS: Final = word_set("tha thi liya kiya khaya hua aaya aayi nikla था थी लिया किया खाया हुआ आया आई निकला")
_OVER: Final = _WAS | word_set(
    """
    was were had did took went ate drank walked ran slept felt got came checked measured showed read weighed said
    finished skipped managed
    """
)
_HABITS: Final = word_set("roz rozana har hamesha रोज़ रोज हर हमेशा hoon hun हूँ हूं")
_FIRST: Final = _CUES | _STARTS | _MORNINGS
_BEGINNINGS: Final = word_set("since from")
_BEGINNINGS_AFTER: Final = word_set("se से")  # "kal raat se"
_OPENING: Final = word_set("until till than before after like as by every each most or unlike versus vs compared")
_COMING: Final = word_set("next coming upcoming following")
_GLUE: Final = word_set("at around about on in the by of , this ko को sharp exactly hi only") | APPROXIMATELY
_TO_COME: Final = word_set(
    "will 'll shall gonna i'll we'll you'll he'll she'll it'll they'll won't going planning plan"
)
_ENDINGS_TO_COME: Final = (
    "unga", "ungi", "oonga", "oongi", "enge", "ega", "egi", "ूँगा", "ूंगा", "ूँगी", "ूंगी", "ेगा", "ेगी", "ेंगे", "एगा", "एगी",
    "ऊँगा",
    "ऊंगा", "ऊँगी", "ऊंगी", "एंगे", "aunga", "aungi",
)  # fmt: skip


def find_time_words(utterance: Utterance) -> list[TimeWords]:
    """Every time that a turn tells, left to right; none where it is not known when the turn was said.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> at = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    >>> [said] = read([Turn(0, "It was 150 yesterday, 140 this morning at eight and 130 now", "/t")], started_at=at)
    >>> [(t.sense.value, t.moment and t.moment.isoformat()[:16]) for t in find_time_words(said)]
    [('past', '2026-01-04T12:00'), ('past', '2026-01-05T08:00'), ('now', None)]
    """
    said_at, words = utterance.said_at, utterance.words
    if said_at is None or _CUES.isdisjoint(utterance.norms):
        return []
    found: list[TimeWords] = []
    for sentence in utterance.sentences:
        if not _CUES.isdisjoint([words[i].norm for i in range(*sentence)]):
            found += _Sentence(utterance, sentence, said_at).read()
    return found


def looks_ahead(words: Sequence[Word]) -> bool:
    """Whether the words speak of what is to come: "I'll walk", "main karunga"."""
    return any(word.norm in _TO_COME or word.norm.endswith(_ENDINGS_TO_COME) for word in words)


class _Sentence:
    """Reads the words of one sentence."""

    def __init__(self, utterance: Utterance, sentence: tuple[int, int], said_at: datetime) -> None:
        self._utterance = utterance
        self._words = utterance.words
        self._first, self._end = sentence
        self._said_at = said_at
        self._today = said_at.date()

    def read(self) -> list[TimeWords]:
        found: list[TimeWords] = []
        i = self._first
        while i < self._end:
            one = self._at(i) if self._words[i].norm in _FIRST else None
            if one is None or (found and one.first < found[-1].end):
                i += 1
                continue
            found.append(one)
            i = max(one.end, i + 1)
        return found

    def _at(self, i: int) -> TimeWords | None:
        norm = self._words[i].norm
        named = _DAYS.at(self._words, i) if norm in _STARTS else None
        if named is not None and i + named[0] <= self._end:
            return self._of_day(i, i + named[0], named[1])
        if norm in _AGO:
            return self._ago(i)
        if norm in _UNITS:
            return self._in_so_long(i)
        if norm in WEEKDAYS:
            return self._dated(i, i + 1)
        if norm == "/":
            beside = [self._words[k].norm for k in (i - 1, i + 1) if self._first <= k < self._end]
            if len(beside) < 2 or not all(n.isdecimal() and len(n) <= 2 for n in beside):
                return None  # a pressure
            return self._dated(max(self._first, i - 1), min(self._end, i + 4))
        if norm in MONTHS:
            return self._dated(i, i + 1)
        if norm in _MORNINGS:
            return self._this_morning(i)
        return None

    def _this_morning(self, i: int) -> TimeWords | None:
        """ "Subah chhe baje BP 150 tha": without a day, and in the past tense, of today. "Roz subah" is a habit."""
        norms = [word.norm for word in self._words[self._first : self._end]]
        if _WAS.isdisjoint(norms) or not _HABITS.isdisjoint(norms):
            return None
        first, end, _, hour = self._with_hour(i, i + 1, Part.MORNING)
        return self._told(first, end, self._today, Part.MORNING) if hour is not None else None

    def _of_day(self, first: int, end: int, day: _Day) -> TimeWords:
        if day.now:
            return TimeWords(first, end, Sense.NOW)
        if day.both:
            ahead = looks_ahead(self._words[self._first : self._end])
            day = _Day(day.away if ahead else -day.away, day.part)
        return self._told(first, end, self._days_away(day.away), day.part)

    def _days_away(self, days: int) -> date | None:
        try:
            return self._today + timedelta(days=days)
        except OverflowError:
            return None

    def _ago(self, i: int) -> TimeWords | None:
        """ "Two days ago", "half an hour ago", "do din pehle"."""
        if self._words[i].norm == "back" and i + 1 < self._end and self._words[i + 1].norm in _BACK_OF:
            return None
        lasting = next((d for d in find_durations(self._utterance) if d.end == i), None)
        if lasting is None:
            unit = self._words[i - 1].norm if i > self._first else ""
            if unit not in _UNITS | _MONTHS_LONG.keys():
                return None
            first = max(self._first, i - 2)
            seconds: float | None = _LENGTHS.get(unit) if self._words[first].norm in ("a", "an", "one", "ek") else None
        else:
            first, seconds = lasting.first, lasting.seconds
        unit = self._words[i - 1].norm
        before = self._words[first - 1].norm if first > self._first else ""
        if unit in _MONTHS_LONG:
            return self._months_ago(first, i)
        if seconds is None or (unit not in _EXACT and before in APPROXIMATELY):
            return TimeWords(first, i + 1, Sense.OPEN)
        try:
            moment = (self._said_at.astimezone(UTC) - timedelta(seconds=seconds)).astimezone(self._said_at.tzinfo)
        except OverflowError:
            return TimeWords(first, i + 1, Sense.OPEN)
        if unit in _EXACT:
            return self._sensed(first, i + 1, moment)
        return self._told(first, i + 1, moment.date(), None)

    def _months_ago(self, first: int, i: int) -> TimeWords:
        """ "Two months ago", "ten years ago": the same day of so many months before, the middle of what that leaves
        open."""
        count = next((n.value for n in find_numbers(self._utterance) if first <= n.first and n.end == i - 1), None)
        if count is None and self._words[i - 2 if i > 1 else 0].norm in ("a", "one", "ek"):
            count = 1.0
        vague = any(word.norm in ("or", "to", "few", "couple", "several") for word in self._words[first:i])
        if count is None or vague or not count.is_integer() or not 0 < count <= 1200:
            return TimeWords(first, i + 1, Sense.OPEN)
        months = self._today.year * 12 + self._today.month - 1 - int(count) * _MONTHS_LONG[self._words[i - 1].norm]
        year, month = divmod(months, 12)
        if year < 1900:
            return TimeWords(first, i + 1, Sense.OPEN)
        day = min(self._today.day, monthrange(year, month + 1)[1])
        return self._told(first, i + 1, date(year, month + 1, day), None)

    def _in_so_long(self, i: int) -> TimeWords | None:
        """ "In two hours" is to come."""
        for first in range(max(self._first, i - 4), i):
            if self._words[first].norm != "in":
                continue
            if any(d.first == first + 1 and d.end == i + 1 for d in find_durations(self._utterance)):
                return TimeWords(first, i + 1, Sense.AHEAD)
        return None

    def _dated(self, first: int, end: int) -> TimeWords | None:
        """A weekday, a date, or a month, with what stands around it."""
        words = self._words
        start, stop = max(self._first, first - 4), min(self._end, end + 4)
        before = words[first - 1].norm if first > self._first else ""
        if before in _COMING or (words[first].norm == "may" and not self._is_may(first)):
            return TimeWords(first, end, Sense.AHEAD) if before in _COMING else None
        if before in ("every", "each", "most"):
            return TimeWords(first, end, Sense.OPEN)
        ahead = looks_ahead(words[self._first : self._end]) and before != "last"
        if ahead:
            return TimeWords(first, end, Sense.AHEAD)
        if words[first].norm in WEEKDAYS:
            stop = (
                min(self._end, end + 3)
                if words[end : end + 1] and words[min(end, self._end - 1)].norm == "the"
                else end
            )
            start = max(self._first, first - 1)
        told = resolve(self._utterance, start, stop, self._said_at, Direction.PAST).day
        if told is None:
            return TimeWords(first, end, Sense.OPEN) if words[first].norm in WEEKDAYS or end - first > 1 else None
        if len(told) == len("2026-01-05"):
            return self._told(first, end, date.fromisoformat(told), None)
        if len(told) == len("2026-01"):
            year, month = map(int, told.split("-"))
            if not 1 <= year < 9999:
                return None
            return self._sensed(first, end, middle_of_month(year, month, self._said_at))
        return None

    def _is_may(self, i: int) -> bool:
        """The month, and not the verb."""
        around = [word.norm for word in self._words[max(self._first, i - 1) : i + 2] if word.norm != "may"]
        return any(norm[0].isdecimal() or norm in ("in", "last", "of") for norm in around)

    def _told(self, first: int, end: int, day: date | None, part: Part | None) -> TimeWords:
        """A day, with the part of it and the hour that are told beside it."""
        if day is None:
            return TimeWords(first, end, Sense.OPEN)
        first, end, part, hour = self._with_hour(first, end, part)
        if hour is not None:
            moment = at_hour(day, hour, part, self._said_at)
            if moment is not None:
                late = day == self._today and moment > self._said_at.astimezone(UTC)
                return self._not_come(first, end, None) if late else self._sensed(first, end, moment)
        if day == self._today and part is None:
            return TimeWords(first, end, Sense.NOW)
        moment = middle_of_day(day, part, self._said_at)
        if moment is None and day == self._today:
            return self._not_come(first, end, part)
        return self._sensed(first, end, moment)

    def _not_come(self, first: int, end: int, part: Part | None) -> TimeWords:
        """An hour of today that has not come on the clock: to come, unless it is told as over. Then the clock, whose
        zone may be a guess, is not the speaker's, and it was when it was said."""
        words = self._words[self._first : self._end]
        over = not _OVER.isdisjoint(word.norm for word in words) or part is Part.MORNING
        if over and not looks_ahead(words):
            return TimeWords(first, end, Sense.NOW)
        return TimeWords(first, end, Sense.AHEAD, today=not looks_ahead(words))

    def _with_hour(self, first: int, end: int, part: Part | None) -> tuple[int, int, Part | None, ClockTime | None]:
        first, end, part = self._with_part(first, end, part)
        hours = clock_times(self._words, max(self._first, first - 7), min(self._end, end + 7))
        nearest: tuple[int, ClockTime] | None = None
        for hour in hours:
            gap = (hour.end, first) if hour.end <= first else (end, hour.first)
            norms = [self._words[k].norm for k in range(*gap)]
            if all(norm in _GLUE or norm in PARTS for norm in norms) and len(norms) <= 4:
                distance = len(norms)
                if nearest is None or distance < nearest[0]:
                    nearest = distance, hour
        if nearest is None:
            return first, end, part, None
        hour = nearest[1]
        _, after, own = self._with_part(hour.first, hour.end, None)
        between = self._words[min(hour.end, end) : max(hour.first, first)]
        inner = next((PARTS[word.norm] for word in between if word.norm in PARTS), None)
        return min(first, hour.first), max(end, after), part or own or inner, hour

    def _with_part(self, first: int, end: int, part: Part | None) -> tuple[int, int, Part | None]:
        """ "Yesterday evening", "yesterday in the morning", "kal raat", "on the evening of": to the end of the part."""
        k = end
        while k < self._end and k - end < 2 and self._words[k].norm in ("in", "the", "at", "ko", "को", "की", "ki"):
            k += 1
        if part is None and k < self._end and self._words[k].norm in PARTS:
            return first, k + 1, PARTS[self._words[k].norm]
        return first, end, part

    def _sensed(self, first: int, end: int, moment: datetime | None) -> TimeWords:
        """As the words around it have it: when it happened, since when, or neither. None is of what is to come."""
        if moment is None:
            return TimeWords(first, end, Sense.AHEAD)
        words = self._words
        before = [word.norm for word in words[max(self._first, first - 3) : first]]
        near = [norm for norm in before if norm not in ("the", "about", "around", "it", "was", "on", "ever")]
        after = words[end].norm if end < self._end else ""
        if (near and near[-1] in _BEGINNINGS) or after in _BEGINNINGS_AFTER:
            return TimeWords(first, end, Sense.BEGAN)
        if (near and near[-1] in _OPENING) or "than" in before:
            return TimeWords(first, end, Sense.OPEN)
        if moment > self._said_at.astimezone(UTC):
            return TimeWords(first, end, Sense.AHEAD)
        return TimeWords(first, end, Sense.PAST, moment.astimezone(self._said_at.tzinfo))


_LENGTHS: Final = {"minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}
