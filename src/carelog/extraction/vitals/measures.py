"""The vitals that are one number: pulse, temperature, glucose, oxygen, weight, height, breathing."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.measured import in_range, is_clock_time, with_unsaid_point
from carelog.extraction.numbers import Form, Number
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.units import (
    FAHRENHEIT,
    FEET,
    INCH,
    KILOGRAM,
    METRE,
    MILLIMOLES,
    POUND,
    STONE,
    Unit,
    foreign_at,
    unit_at,
)
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import RANGES, Kind


class Measure(NamedTuple):
    """Words `first` up to `end` say a `value` in the stored unit of its kind; `doubtful`: nobody can have it."""

    first: int
    end: int
    value: float
    doubtful: bool = False


# What a bare number must look like to be read without its unit: wide enough for illness, too narrow for
# ages, counts and years.
_BARE: dict[Kind, tuple[float, float]] = {
    "heart_rate": (30, 220),
    "glucose": (40, 600),
    "spo2": (50, 100),
    "respiratory_rate": (6, 60),
    "bmi": (10, 90),
}
# A number that is plainly said of the vital need not look like it, up to where it can be no slip of a reading either.
_PLAINLY: dict[Kind, tuple[float, float]] = {
    "heart_rate": (20, 9999),
    "glucose": (40, 99999),
    "spo2": (20, 999),
    "respiratory_rate": (6, 999),
    "bmi": (8, 999),
}
_FAHRENHEIT = (95, 108)
_CELSIUS = (34, 42)
_FAHRENHEIT_PLAINLY = (90, 113)
_CELSIUS_PLAINLY = (34, 45)
_TEMPERATURES = (12, 999)
# So little sugar in mg/dL is seen in nobody who can tell of it, and as mmol/L it is common.
_MILLIMOLES = (1.5, 33.3)
# Between them a whole number is an emergency in either unit: very low in mg/dL, very high in mmol/L. Above, no meter
# tells mmol/L (ISO 15197 meters end at 33.3).
_UNSURE_SUGAR = (17, 34)
_AT = word_set("at around about by")
_ALIKE = 0.15
# Told in the units of another.
_AS: dict[Kind, Kind] = {"waist": "height", "body_fat": "spo2"}
_PER_MINUTE: frozenset[Kind] = frozenset({"heart_rate", "respiratory_rate"})
_DEGREES = frozenset({"degree", "degrees", "°"})
_GRAMS = word_set("grams gram gm gms g")
_WEIGHTS = (25, 300)
"""Kilograms of one who is weighed and is no small child."""
_ONLY_POUNDS = (221, 600)
_MORE = word_set(
    "more less lighter heavier over under down up lost gained overweight "
    "badh badha badhi kam ghat ghata ghati बढ़ बढ़ा कम घट"
)
_CHANGED = word_set("up down gained lost gain lose dropped another extra")


def measure_at(
    utterance: Utterance, numbers: Sequence[Number], k: int, kind: Kind, *, plainly: bool = False
) -> Measure | None:
    """Number `k` read as a measure of the kind, or None where it is a range, a dose or an age.

    `plainly`: it is surely said of that vital, so that a value that nobody can have is a slip of it.
    """
    number, words = numbers[k], utterance.words
    if in_range(utterance, numbers, k):
        return None
    if kind == "height":
        return _doubted(_height(utterance, numbers, k), kind)
    if kind == "temperature" and number.value < _FAHRENHEIT_PLAINLY[1]:
        number = with_unsaid_point(words, numbers, k)
    unit = unit_at(words, number.end)
    if unit is None or not (unit[1].kind == _AS.get(kind, kind) or {kind, unit[1].kind} <= _PER_MINUTE):
        if foreign_at(words, number.end) or is_clock_time(words, number):
            return None
        return _bare(words, number, kind, plainly=plainly)
    end = number.end + unit[0]
    if kind == "weight":
        return _doubted(_weight(words, numbers, k, end, unit[1]), kind)
    if kind == "spo2" and number.value < (_PLAINLY if plainly else _BARE)["spo2"][0]:
        return None
    return _doubted(Measure(number.first, end, round(unit[1].convert(number.value), 1)), kind)


def weight_like(number: Number, kilograms: float) -> Measure | None:
    """A bare weight told beside one of so many kilograms, in the unit that makes the two alike."""
    for unit in (KILOGRAM, POUND):
        value = unit.convert(number.value)
        if abs(value - kilograms) <= _ALIKE * kilograms:
            return Measure(number.first, number.end, round(value, 1))
    return None


def weight_in(utterance: Utterance, numbers: Sequence[Number], k: int, scale: Unit) -> Measure | None:
    """A bare weight in the unit that the talk tells weights in."""
    number, value = numbers[k], scale.convert(numbers[k].value)
    after = utterance.words[number.end].norm if number.end < len(utterance.words) else ""
    likely = _WEIGHTS[0] <= value <= _WEIGHTS[1] and not in_range(utterance, numbers, k) and after not in _MORE
    return Measure(number.first, number.end, round(value, 1)) if likely else None


def weight_of_nobody_in_kilograms(utterance: Utterance, numbers: Sequence[Number], k: int) -> Measure | None:
    """A bare weight of more kilograms than hardly anybody has, which therefore are pounds."""
    number = numbers[k]
    after = utterance.words[number.end].norm if number.end < len(utterance.words) else ""
    likely = _ONLY_POUNDS[0] <= number.value <= _ONLY_POUNDS[1] and after not in _MORE
    if not likely or in_range(utterance, numbers, k) or is_clock_time(utterance.words, number):
        return None
    return Measure(number.first, number.end, round(POUND.convert(number.value), 1))


def _doubted(measure: Measure | None, kind: Kind) -> Measure | None:
    allowed = RANGES[kind]
    if measure is None or allowed.low <= measure.value <= allowed.high:
        return measure
    return measure._replace(doubtful=True)


def _bare(words: Sequence[Word], number: Number, kind: Kind, *, plainly: bool) -> Measure | None:
    value = number.value
    if kind == "temperature":
        end = number.end + (number.end < len(words) and words[number.end].norm in _DEGREES)
        return _temperature(number.first, end, value, plainly=plainly)
    if kind == "glucose" and not value.is_integer() and _MILLIMOLES[0] <= value <= _MILLIMOLES[1]:
        return Measure(number.first, number.end, round(MILLIMOLES.convert(value), 1))
    if kind == "glucose" and plainly and words[number.first - 1].norm not in _AT:
        if _UNSURE_SUGAR[0] <= value < _UNSURE_SUGAR[1]:
            return Measure(number.first, number.end, value, doubtful=True)
        if _UNSURE_SUGAR[1] <= value < _PLAINLY["glucose"][0]:
            return Measure(number.first, number.end, value)
    low, high = (_PLAINLY if plainly else _BARE).get(kind, (1, 0))
    return _doubted(Measure(number.first, number.end, value), kind) if low <= value <= high else None


def _temperature(first: int, end: int, value: float, *, plainly: bool) -> Measure | None:
    """A temperature without its unit: where both could be meant, no living person has the other."""
    fahrenheit, celsius = (_FAHRENHEIT_PLAINLY, _CELSIUS_PLAINLY) if plainly else (_FAHRENHEIT, _CELSIUS)
    if fahrenheit[0] <= value <= fahrenheit[1]:
        return Measure(first, end, round(FAHRENHEIT.convert(value), 1))
    if celsius[0] <= value <= celsius[1]:
        return Measure(first, end, value)
    if not plainly or not _TEMPERATURES[0] <= value <= _TEMPERATURES[1]:
        return None
    in_celsius = value if value <= _CELSIUS_PLAINLY[1] else round(FAHRENHEIT.convert(value), 1)
    return Measure(first, end, in_celsius, doubtful=True)


def _weight(words: Sequence[Word], numbers: Sequence[Number], k: int, end: int, unit: Unit) -> Measure | None:
    number, value = numbers[k], unit.convert(numbers[k].value)
    if is_of_a_change(words, number.first, end):
        return None
    following = numbers[k + 1] if k + 1 < len(numbers) else None
    if unit is KILOGRAM and following and following.first == end and _are_grams(words, following):
        value, end = value + following.value / 1000, following.end + 1
    if unit is STONE and k + 1 < len(numbers) and numbers[k + 1].first - end <= 1 and numbers[k + 1].value < 14:
        pounds = numbers[k + 1]
        value += POUND.convert(pounds.value)
        named = unit_at(words, pounds.end)
        end = pounds.end + (named[0] if named and named[1] is POUND else 0)
    return Measure(number.first, end, round(value, 1))


def is_of_a_change(words: Sequence[Word], first: int, end: int) -> bool:
    """ "Up three pounds", "two kilos more", "2 kilo badh gaya": no weight."""
    if end < len(words) and words[end].norm in _MORE:
        return True
    return any(word.norm in _CHANGED for word in words[max(0, first - 2) : first])


def _are_grams(words: Sequence[Word], number: Number) -> bool:
    """ "70 kilos | 500 grams"."""
    return number.end < len(words) and words[number.end].norm in _GRAMS and number.value < 1000


def _height(utterance: Utterance, numbers: Sequence[Number], k: int) -> Measure | None:
    words, number = utterance.words, numbers[k]
    following = numbers[k + 1] if k + 1 < len(numbers) else None
    unit = unit_at(words, number.end)
    if unit and unit[1].kind == "height":
        end, value = number.end + unit[0], unit[1].convert(number.value)
        if unit[1] is FEET and following and _inches_follow(words, end, following):
            value += INCH.convert(following.value)
            inches = unit_at(words, following.end)
            end = following.end + (inches[0] if inches and inches[1] is INCH else 0)
        elif unit[1] is METRE and following and following.first == end and 10 <= following.value < 100:
            value, end = value + following.value, following.end  # "One metre seventy"
        return Measure(number.first, end, round(value, 1))
    if following and following.first == number.end and 3 <= number.value <= 8 and following.value < 12:
        joint = utterance.text[words[number.end - 1].end : words[following.first].start].strip()
        if joint in {"'", "’", "′"} or joint == "":  # 5'6, "five six"
            height = FEET.convert(number.value) + INCH.convert(following.value)
            return Measure(number.first, following.end, round(height, 1))
    feet, inch = divmod(number.value, 100)
    if number.form is Form.JOINED and 3 <= feet <= 8 and inch in {10, 11}:  # "five ten"
        return Measure(number.first, number.end, round(FEET.convert(feet) + INCH.convert(inch), 1))
    return None


def _inches_follow(words: Sequence[Word], end: int, number: Number) -> bool:
    between = [word.norm for word in words[end : number.first]]
    return number.value < 12 and (not between or between in ([","], ["and"]))
