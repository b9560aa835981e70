"""How much of an activity: its time, distance, steps, how often and how hard, as said around it."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from carelog.extraction import claims
from carelog.extraction.durations import Duration, find_durations
from carelog.extraction.measured import in_short
from carelog.extraction.numbers import Number, find_numbers
from carelog.extraction.slips import with_slips_put_right
from carelog.extraction.utterances import PhraseTable, Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.types.exercise import Intensity


class Measures(NamedTuple):
    """What is said of how much, in words `first` up to `end`. `some`: anything at all, be it too vague to write."""

    minutes: float | None
    kilometres: float | None
    steps: int | None
    frequency: str | None
    first: int
    end: int
    some: bool
    kcal: float | None = None


_KILOMETRES = {
    word: length
    for words, length in (
        ("km kms k kilometer kilometers kilometre kilometres किलोमीटर", 1.0),
        ("mile miles", 1.609344),
        ("meter meters metre metres", 0.001),
    )
    for word in words.split()
}
STEPS = word_set("steps step kadam कदम")
_CALORIES = word_set("calories calorie kcal cal cals kcals")
_BURNED = word_set("burn burned burnt burning")
_BURNING_REACH = 3  # words
_MOST_KCAL = 20_000
_FEWEST_STEPS = 300  # Fewer are a staircase.
_MOST_STEPS = 200_000
_FARTHEST = 1000  # km
_OFTEN = """
    every day|everyday|daily|every morning|every evening|every night|every other day|every week|every weekend|each day
    each morning|each week|once a day|twice a day|once a week|twice a week|once daily|twice daily|twice weekly|per day
    a day|per week|a week|weekly|most days|most mornings|on weekends|on the weekends|in the mornings|weekdays|regularly
    several times a week|a few times a week|a couple times a week|a couple of times a week|roz|rozana|har roz
"""
_ON_DAYS = [f"{day}s" for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")]
_FREQUENCIES = PhraseTable(
    [
        *((phrase.strip(), True) for line in _OFTEN.splitlines() for phrase in line.split("|")),
        *((day, True) for day in _ON_DAYS),
        *((f"{one} and {other}", True) for one in _ON_DAYS for other in _ON_DAYS),
    ]
)
_TIMES = word_set("times time days day mornings evenings nights x")
_RATES = frozenset({"a", "per"})  # "a day" tells how often only after how much or how many times
_COUNTED = word_set("minutes minute mins min hour hours half mile miles km kms kilometers k steps")
_INTENSITIES: dict[str, Intensity] = {
    "light": "low", "gentle": "low", "easy": "low", "mild": "low", "low": "low",
    # Brisk walking is the usual example of moderate exercise:
    # https://www.cdc.gov/physical-activity-basics/measuring/index.html
    "brisk": "moderate", "briskly": "moderate", "moderate": "moderate",
    "intense": "high", "hard": "high", "vigorous": "vigorous", "vigorously": "vigorous",
}  # fmt: skip
_CUTS = frozenset(".?!;।…\n") | word_set("but because then so if until when where which & slept sleep ate had drank")
_REACH = 12
_LONGEST = 80  # characters of how often
_LONG = word_set("day days week weeks month months year years night nights")


class Measuring:
    """Reads the measures of one utterance; its numbers are found only when first asked for."""

    def __init__(self, utterance: Utterance) -> None:
        self._utterance = utterance
        self._words = utterance.words

    @cached_property
    def numbers(self) -> list[Number]:
        return find_numbers(self._utterance)

    @cached_property
    def _durations(self) -> list[Duration]:
        return with_slips_put_right(self._words, find_durations(self._utterance, self.numbers), self.numbers)

    def around(self, first: int, end: int, *, after: int, before: int) -> Measures:
        """The measures said with the words `first` to `end`, between the word `after` and the word `before`."""
        low, high = self._bounds(first, end, after, before)
        times = [
            duration
            for duration in self._durations
            if low <= duration.first and duration.end <= high and self._words[duration.end - 1].norm not in _LONG
        ]
        minutes = times[0].seconds / 60 if len(times) == 1 and times[0].seconds else None
        lengths = self._distances(low, high)
        steps = self._steps(low, high)
        frequency = self._frequency(low, high)
        if frequency and self._words[frequency[0]].norm in _RATES and len(times) + len(lengths) + len(steps) != 1:
            frequency = None  # "A mile, a mile and a half a day": what is a day is not sure.
        used = [(d.first, d.end) for d in times] + [a[:2] for a in steps] + [a[:2] for a in lengths]
        used += [frequency] if frequency else []
        burned = self._burned(low, high) if used else None
        used += [burned[:2]] if burned else []
        return Measures(
            minutes=minutes if minutes and minutes <= 1440 else None,
            kilometres=lengths[0][2] if len(lengths) == 1 and lengths[0][2] <= _FARTHEST else None,
            steps=int(steps[0][2]) if len(steps) == 1 else None,
            frequency=in_short(self._utterance.quote(*frequency), _LONGEST) if frequency else None,
            first=min((a for a, _ in used), default=first),
            end=max((b for _, b in used), default=end),
            some=bool(used),
            kcal=burned[2] if burned else None,
        )

    def _burned(self, low: int, high: int) -> tuple[int, int, float] | None:
        """(first, end, kcal) of "burned 300 calories" among the words `low` to `high`."""
        words = self._words
        for number in self.numbers:
            calories = low <= number.first and number.end < high and words[number.end].norm in _CALORIES
            before = {word.norm for word in words[max(low, number.first - _BURNING_REACH) : number.first]}
            if calories and before & _BURNED and number.value <= _MOST_KCAL:
                return number.first, number.end + 1, number.value
        return None

    def _bounds(self, first: int, end: int, after: int, before: int) -> tuple[int, int]:
        words = self._words
        low = max(first - 6, after, claims.clause_start(words, first, reach=6))
        for k in range(first - 1, low - 1, -1):
            if words[k].norm in _CUTS or words[k].norm == ",":
                low = k + 1
                break
        high = end
        while high < min(len(words), end + _REACH, before) and words[high].norm not in _CUTS:
            high += 1
        return low, high

    def bare(self, counted: str) -> Measures:
        """The one number of a short answer, which counts "steps" or "minutes"."""
        low, most = (_FEWEST_STEPS, _MOST_STEPS) if counted == "steps" else (1, 600)
        number = self.numbers[0] if len(self.numbers) == 1 else None
        if number is None or not low <= number.value <= most:
            return Measures(None, None, None, None, 0, 0, some=False)
        minutes, steps = (None, int(number.value)) if counted == "steps" else (number.value, None)
        return Measures(minutes, None, steps, None, number.first, number.end, some=True)

    def _steps(self, low: int, high: int) -> list[tuple[int, int, float]]:
        """(first, end, steps) of every count of steps among the words `low` to `high`."""
        words, found = self._words, list[tuple[int, int, float]]()
        for number in self.numbers:
            thousands = number.end < len(words) and words[number.end].norm == "k"  # "10k steps"
            end, steps = number.end + thousands, number.value * (1000 if thousands else 1)
            counts = low <= number.first and end < high and words[end].norm in STEPS
            if counts and _FEWEST_STEPS <= steps <= _MOST_STEPS:
                found.append((number.first, end + 1, steps))
        return found

    def _distances(self, low: int, high: int) -> list[tuple[int, int, float]]:
        """(first, end, kilometres) of every distance among the words `low` to `high`."""
        words, found = self._words, list[tuple[int, int, float]]()
        for k in range(low, high):
            length = _KILOMETRES.get(words[k].norm)
            if length is None or (k + 1 < len(words) and words[k + 1].norm in STEPS):
                continue
            number = next((n for n in self.numbers if n.end == k or (n.value == 0.5 and n.end == k - 1)), None)
            if number is not None and number.first >= low:
                found.append((number.first, k + 1, round(number.value * length, 2)))
            elif k > low and words[k - 1].norm in {"a", "one"}:
                half = [word.norm for word in words[k + 1 : k + 4]] == ["and", "a", "half"]
                found.append((k - 1, k + 4 if half else k + 1, round((1.5 if half else 1) * length, 2)))
        return found

    def _frequency(self, low: int, high: int) -> tuple[int, int] | None:
        """ "Three times a week", "every morning", "5 days a week"."""
        words = self._words
        for k in range(low, high):
            match = _FREQUENCIES.at(words, k)
            if match is None:
                continue
            if words[k].norm not in _RATES:
                return k, k + match[0]
            if k and words[k - 1].norm in _TIMES:
                first = _count_before(self.numbers, words, k - 1)
                if first is not None:
                    return first, k + match[0]
            elif k and words[k - 1].norm in _COUNTED:
                return k, k + match[0]
        return None


def _count_before(numbers: Sequence[Number], words: Sequence[Word], i: int) -> int | None:
    """Where "three" or "two or three" that ends at word `i` begins."""
    number = next((n for n in numbers if n.end == i), None)
    if number is None:
        return None
    first = number.first
    range_of = (n for n in numbers if n.end == first - 1 and words[first - 1].norm in {"to", "or"})
    return next(range_of, number).first


def intensity_of(words: Sequence[Word], first: int, end: int) -> Intensity | None:
    """How hard it was, as said among the words `first` to `end`."""
    return next((_INTENSITIES[word.norm] for word in words[first:end] if word.norm in _INTENSITIES), None)
