"""The vitals that are one number: pulse, temperature, glucose, oxygen, weight, height, breathing."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.numbers import Form, Number
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.vitals.units import FAHRENHEIT, FEET, INCH, POUND, STONE, Unit, foreign_at, unit_at
from carelog.extraction.wordsets import word_set
from carelog.record.types.vitals import Kind


class Measure(NamedTuple):
    """Words `first` up to `end` say a `value` in the stored unit of its kind."""

    first: int
    end: int
    value: float


# What may stand between the name of a vital and its number. Any other word means that the number is about
# something else.
LINKS = word_set(
    """
    is was 's are were be been being it it's its that's that of at as about around approximately roughly nearly
    almost like just only exactly actually probably i think guess say says said show shows showed showing read reads
    reading readings came comes back up down to high higher low lower elevated good fine great normal ok okay pretty
    a an little bit the this today today's yesterday tonight now right here there in on for office clinic home
    morning afternoon evening night my your our we you you're got have has had see seeing seen looks look looking
    measured checked check took taken take tested done did running run runs went was level levels number value rate
    count well and so um uh er hmm , : = . > still currently also all nice smooth slow fast fasting random resting
    before after breakfast lunch dinner food meal eating empty stomach by with last again even oral always kind sort
    hai tha thi aaya aayi aa gaya gayi ka ki ke subah shaam raat aaj kal mera meri aapka est approx ~ - yes yeah yep
    oh perfect excellent percent he's she's है था थी आज सुबह मेरा मेरी का की myself out dropped fell rose jumped
    spiked climbed gone hit ( ) f pp thing lagaya lagayi lagaaya toh dekha dekhi nikla nikli aai आया आई आयी निकला
    देखा thoda kam zyada थोड़ा कम ज़्यादा
    """
)
_RANGE_MARKS = word_set("to or through till until se")
_SPAN_MARKS = frozenset({"-", "–", "—"})

# What a bare number must look like to be read without its unit: wide enough for illness, too narrow for
# ages, counts and years.
_BARE: dict[Kind, tuple[float, float]] = {
    "heart_rate": (30, 220),
    "glucose": (40, 600),
    "spo2": (50, 100),
    "respiratory_rate": (6, 60),
}
_FAHRENHEIT = (95, 108)
_CELSIUS = (34, 42)
_PER_MINUTE: frozenset[Kind] = frozenset({"heart_rate", "respiratory_rate"})
_DEGREES = frozenset({"degree", "degrees", "°"})
_MORE = word_set("more less lighter heavier over under down up lost gained overweight")


def measure_at(utterance: Utterance, numbers: Sequence[Number], k: int, kind: Kind) -> Measure | None:
    """Number `k` read as a measure of the kind, or None where it is a range, a dose, an age or impossible."""
    number, words = numbers[k], utterance.words
    if _in_range(utterance, numbers, k):
        return None
    if kind == "height":
        return _height(utterance, numbers, k)
    unit = unit_at(words, number.end)
    if unit is None or not (unit[1].kind == kind or (kind in _PER_MINUTE and unit[1].kind in _PER_MINUTE)):
        return None if foreign_at(words, number.end) else _bare(words, number, kind)
    end = number.end + unit[0]
    if kind == "weight":
        return _weight(words, numbers, k, end, unit[1])
    if kind == "spo2" and not _BARE["spo2"][0] <= number.value:
        return None
    return Measure(number.first, end, round(unit[1].convert(number.value), 1))


def _bare(words: Sequence[Word], number: Number, kind: Kind) -> Measure | None:
    value = number.value
    if kind == "temperature":
        end = number.end + (number.end < len(words) and words[number.end].norm in _DEGREES)
        if _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1]:
            return Measure(number.first, end, round(FAHRENHEIT.convert(value), 1))
        return Measure(number.first, end, value) if _CELSIUS[0] <= value <= _CELSIUS[1] else None
    low, high = _BARE.get(kind, (1, 0))
    return Measure(number.first, number.end, value) if low <= value <= high else None


def _in_range(utterance: Utterance, numbers: Sequence[Number], k: int) -> bool:
    words, number = utterance.words, numbers[k]
    if number.first and words[number.first - 1].norm == "between":
        return True
    if k + 1 < len(numbers):
        following = numbers[k + 1]
        if following.first == number.end + 1 and words[number.end].norm in _RANGE_MARKS:
            return True
        joint = utterance.text[words[number.end - 1].end : words[following.first].start]
        if following.first == number.end and joint.strip() in _SPAN_MARKS:
            return True
    if k:
        before = numbers[k - 1]
        joint = utterance.text[words[before.end - 1].end : words[number.first].start]
        return before.end == number.first and joint.strip() in _SPAN_MARKS
    return False


def _weight(words: Sequence[Word], numbers: Sequence[Number], k: int, end: int, unit: Unit) -> Measure | None:
    number, value = numbers[k], unit.convert(numbers[k].value)
    if end < len(words) and words[end].norm in _MORE:
        return None
    if unit is STONE and k + 1 < len(numbers) and numbers[k + 1].first - end <= 1 and numbers[k + 1].value < 14:
        pounds = numbers[k + 1]
        value += POUND.convert(pounds.value)
        named = unit_at(words, pounds.end)
        end = pounds.end + (named[0] if named and named[1] is POUND else 0)
    return Measure(number.first, end, round(value, 1))


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
