"""Strengths: a number with a unit of medicine, and the changes of strength that are said with "to"."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from carelog.extraction.numbers import Form, Number, find_numbers, find_sizes
from carelog.extraction.numbers.words import UNITS
from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set
from carelog.record.payload import Quantity

# Said unit -> UCUM code (https://ucum.org). "Units" are U: of insulin, of heparin.
_UNITS = {
    "mg": "mg", "mgs": "mg", "mg's": "mg", "migs": "mg",
    "milligram": "mg", "milligrams": "mg", "milligrammes": "mg", "miligram": "mg",
    "miligrams": "mg", "mcg": "ug", "mcgs": "ug", "ug": "ug", "µg": "ug", "μg": "ug", "microgram": "ug",
    "micrograms": "ug", "mic": "ug", "mics": "ug", "mikes": "ug",
    "g": "g", "gm": "g", "gms": "g", "gram": "g", "grams": "g", "iu": "[IU]",
    "unit": "U", "units": "U", "ml": "mL", "mls": "mL", "milliliter": "mL", "milliliters": "mL",
    "millilitre": "mL", "millilitres": "mL", "cc": "mL", "mil": "mL", "mils": "mL",
    "meq": "meq", "milliequivalent": "meq",
    "milliequivalents": "meq", "%": "%", "percent": "%",
}  # fmt: skip
_DASHES = frozenset("-–—")
_ARROWS = ("->", "=>", "→", "⟶", "➔")
_WRITTEN_TO = frozenset({"se", "→", ">", "⟶", "➔"})
_TO = (["to"], ["up", "to"], ["down", "to"], ["se"])  # "500 se 1000 kar diya"
_LIMITS = word_set("max maximum limit exceed exceeding most under over below above")
_NOT_HINDI = frozenset({"nahi", "nahin", "नहीं"})
_TAKEN_HINDI = word_set(
    "li liya le leta leti lete lena khaya khayi kha mili milti milta hai thi tha ली लिया ले लेता लेती लेते खाई खाया मिली है"
)
_HALF = word_set("half aadha aadhi adha adhi आधा आधी")
_YEAR = re.compile(r"(?:19[89]|20[0-3])\d")
_SINCE = word_set("stopped since in from until discontinued started quit finished till c")
_CLAUSE_OVER = frozenset({"", ".", ",", "!", ";"})
_BODY_HEAT = re.compile(r"(?:9[4-9]|10[0-7])\.\d")
_PUT_REACH = 6
_LONG_UNITS = frozenset({"gram", "milligram", "microgram"})
_NOT_OF_MEDICINE = word_set(
    """
    salt sodium caffeine sugar sugars protein carbs carbohydrate carbohydrates fiber fat fats fluid fluids intake
    diet nutrition food alcohol cholesterol deciliter dl liter decilitre litre blood
    """
)
_FOOD_REACH = 6
_ENDS_CLAUSE = frozenset(",.;:?!")
_HESITATIONS = word_set("uh um like be is")
_PURPOSE_NOUNS = word_set("one ones pill pills tablet tablets medicine medication meds tab thinner pressure")
_OWNERS = word_set("the my your his her high blood")
_LATEST_DAY = 31
_CHANGE_REACH = 10
_LONGEST_BETWEEN = 3
_LONGEST_START = 4
_JOINING = word_set("and or to then once twice daily a in at per times of with the")
_LONGEST_TO_PER = 2  # Words between the numbers of a mixture: a unit, and "per".
_TIMES = word_set("h hour hours hr hrs minute minutes day days week weeks month months year years o'clock am pm")
_COUNTED = _TIMES | word_set(
    """
    times time tablet tablets pill pills capsule capsules cap caps dose doses puff puffs drop drops refill refills
    percent % pound pounds lb lbs kg point points out over / : - or to degrees inches feet more different other
    things bottle bottles pack packs packets baar goli goliyan din hafte mahine saal baje dollar dollars bucks euro
    euros rupees rupee rs cents quid pence ounce ounces cup cups mile miles block blocks people units unit th st nd
    rd first second
    """
)

_COUNTED_AFTER = word_set("time times tablet tablets pill pills capsule capsules puff puffs")
_SMALLEST_BEFORE_COUNT = 100
_LEAST_MICROGRAMS = 0.2  # Calcitriol comes in quarters of one; thyroxine's tablets are also named in milligrams.
_LARGEST_BROKEN = 1000  # Two strengths in one: "twenty twelve and a half".
_AT = word_set("at around by till until before after about from since")
_LAST_HOUR, _LAST_MINUTE = 12, 59
_MONEY = frozenset("$€£₹") | {"rs", "tier", "level"}
_PACKS = word_set("pack packs box boxes bottle bottles strip strips packet packets")
_PRICED = _PACKS | word_set("month year refill copay pop")  # "It's five fifty a month."
_WITHIN = word_set("mein me main")
_CHANGES = (
    *("increas", "decreas", "lower", "raise", "raising", "reduc", "bump", "titrat", "chang", "doubl", "cut", "upped"),
    *("badha", "halv"),
)
_MOVES = word_set(
    "go going goes went gone drop dropped dropping bring bringing brought taper tapered tapering move moved moving step"
)


class Dose(NamedTuple):
    """A strength in the words `first` up to, not including, `end`.

    `value` is None for a range ("five to ten milligrams"): what is taken is not known then. `unit` is None where
    none was said. `target` marks what a dose is changed to, `former` what it is changed from.
    """

    first: int
    end: int
    value: float | None
    unit: str | None
    target: bool = False
    former: bool = False

    def quantity(self, usual_unit: str) -> Quantity | None:
        """The strength, in the medicine's usual unit where none was said."""
        if self.value is None:
            return None
        unit = self.unit or usual_unit
        if self.unit is None and usual_unit == "ug" and self.value < _LEAST_MICROGRAMS:
            return None  # "Levothyroxine point oh five" may be milligrams.
        return Quantity(value=self.value, unit="[IU]" if unit == "U" and usual_unit == "[IU]" else unit)


def find_doses(utterance: Utterance) -> list[Dose]:
    """Every strength that is said with its unit, and every number that may be one without, left to right.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "From 10 to 20 milligrams, for 12 days; salt under 2 grams.", "/t")])
    >>> [(dose.value, dose.unit, dose.target) for dose in find_doses(said)]
    [(20.0, 'mg', True), (10.0, 'mg', True)]
    """
    words = utterance.words
    numbers = _numbers(utterance)
    found: list[Dose] = []
    for n, number in enumerate(numbers):
        earlier = numbers[n - 1] if n else None
        dose = _dose(utterance, earlier, number)
        if dose is None:
            continue
        while found and found[-1].end > dose.first:
            found.pop()  # The "10" of "from 10 to 20 milligrams".
        found.append(dose)
        planned = not _is_past(words, dose.first) and words[number.first - 1].norm not in _WRITTEN_TO
        if earlier and dose.first < number.first and dose.value and planned:
            found.append(dose._replace(end=earlier.end, value=earlier.value, former=True))
    if len(found) < 2:
        return found
    return [dose for n, dose in enumerate(found) if not _begins_anew(words, dose, found[n + 1 :])]


def _begins_anew(words: Sequence[Word], dose: Dose, later: Sequence[Dose]) -> bool:
    """Whether a number is a false start: the five of "five, ten milligrams"."""
    if dose.unit is not None or not later or later[0].former or _norm(words, dose.end) != ",":
        return False
    following = next((other for other in later if other.unit is not None), None)
    if following is None or not 0 < following.first - dose.end <= _LONGEST_START:
        return False
    return all(words[i].norm not in _JOINING for i in range(dose.end, following.first))


def is_denied(words: Sequence[Word], dose: Dose) -> bool:
    """ "Not seventy-five, (eighty-eight)", "75 nahi": a strength that it is not."""
    if _norm(words, dose.end) in _NOT_HINDI:
        return _norm(words, dose.end + 1) not in _TAKEN_HINDI  # "Dolo 650 nahi li" denies the taking.
    return _norm(words, dose.first - 1) == "not" and _norm(words, dose.first - 2) != "why"


def _numbers(utterance: Utterance) -> list[Number]:
    sizes = find_sizes(utterance)
    counted = (n for n in find_numbers(utterance) if not any(s.first < n.end and n.first < s.end for s in sizes))
    told = (_without_stutter(_without_count(utterance.words, _in_thousands(utterance.words, n))) for n in counted)
    return sorted([*told, *_single_units(utterance.words), *sizes])


def _in_thousands(words: Sequence[Word], number: Number) -> Number:
    """ "60k", as vitamin D is prescribed."""
    thousands = _norm(words, number.end) == "k" and words[number.end].start == words[number.end - 1].end
    return number._replace(end=number.end + 1, value=number.value * 1000) if thousands else number


def _without_count(words: Sequence[Word], number: Number) -> Number:
    """ "Three hundred three times a day", "five hundred two tablets": the last word counts what follows."""
    count = UNITS.get(words[number.end - 1].norm)
    if count == 1 and words[number.end - 2].norm == "hundred" and number.end - number.first > 1:
        return number._replace(end=number.end - 1, value=number.value - 1)  # "The six hundred one", of tablets.
    counted = _norm(words, number.end) in _COUNTED_AFTER and number.end - number.first > 1
    if count is None or not counted or number.value % 10 != count or number.value < _SMALLEST_BEFORE_COUNT:
        return number
    return number._replace(end=number.end - 1, value=number.value - count)


def _without_stutter(number: Number) -> Number:
    """ "Forty forty milligrams" are 40: no medicine comes in 4040."""
    hundreds, rest = divmod(number.value, 100)
    return number._replace(value=rest) if number.form is Form.JOINED and hundreds == rest else number


def _single_units(words: Sequence[Word]) -> Iterator[Number]:
    """ "A gram of"; not the "a" of "half a milligram", which numbers read."""
    for i in range(len(words) - 1):
        if words[i].norm == "a" and words[i + 1].norm in _LONG_UNITS and _norm(words, i - 1) != "half":
            yield Number(i, i + 1, 1.0, Form.SPOKEN)


def _dose(utterance: Utterance, earlier: Number | None, number: Number) -> Dose | None:
    words = utterance.words
    first, end = number.first, number.end
    slashed = _norm(words, end) == "/" and words[end].start == words[end - 1].end
    if slashed and _norm(words, end + 1)[:1].isdecimal():
        return _combination(words, number)
    if _norm(words, end - 1) == "half" and _norm(words, end) == "a":
        end += 1
    unit, end = _unit(words, end)
    if unit is None and _is_hour(words, number):
        return None
    joined = number.value > _LARGEST_BROKEN and number.value != int(number.value)
    if joined or number.value <= 0 or _norm(words, first - 1) == "/" or _is_limit(words, first):
        return None
    if _is_of_mixture(words, earlier, number, end):
        return None
    if _is_something_else(words, first, end) if unit else _counts_something(utterance, first, end):
        return None
    return _range(utterance, earlier, number, unit, end) or Dose(
        first, end, number.value, unit, target=_norm(words, first - 1) == "to"
    )


def _is_hour(words: Sequence[Word], number: Number) -> bool:
    """ "(Motrin) at eleven thirty", "around seven forty": two numbers said as one are an hour there."""
    hour, minute = divmod(number.value, 100)
    told = number.form is Form.JOINED and _norm(words, number.first - 1) in _AT
    return told and 1 <= hour <= _LAST_HOUR and 0 < minute <= _LAST_MINUTE


def _is_of_mixture(words: Sequence[Word], earlier: Number | None, number: Number, end: int) -> bool:
    """How strong a syrup is: both numbers of "two hundred per five", "the 250 in 5 mil"."""
    if earlier is not None and number.first - earlier.end <= _LONGEST_TO_PER:
        if _norm(words, number.first - 1) == "per":
            return True
        if _norm(words, number.first - 1) == "in" and _unit(words, number.end)[0] == "mL":
            return True
    following = _norm(words, end + 1)
    if _norm(words, end) == "per":
        return following in UNITS or following.isdecimal()
    return _norm(words, end) == "in" and _unit(words, end + 2)[0] == "mL"


def _range(utterance: Utterance, earlier: Number | None, number: Number, unit: str | None, end: int) -> Dose | None:
    """ "From 10 to 20 mg" is a change to 20 if anything changes; else it is a range, as "10 or 20", "10-20" is."""
    words = utterance.words
    if earlier is None or earlier.value < 1 or number.first - earlier.end > _LONGEST_BETWEEN:
        return None
    between = [_norm(words, i) for i in range(earlier.end, number.first)]
    joined = [norm for norm in between if norm not in _UNITS and norm != ","]
    if _is_arrow(utterance, earlier, number):
        return Dose(earlier.first, end, number.value, unit, target=True)
    dashed = utterance.text[words[earlier.end - 1].end : words[number.first].start].strip() in _DASHES
    begin = earlier.first - (_norm(words, earlier.first - 1) == "from")
    if joined in _TO:
        change = joined == ["se"] or _is_change(words, earlier.first)
        return Dose(begin, end, number.value if change else None, unit, target=change)
    return Dose(begin, end, None, unit) if joined == ["or"] or dashed else None


def _is_arrow(utterance: Utterance, earlier: Number, number: Number) -> bool:
    """ "Lisinopril 10 → 20", "1000 BID -> 500 BID"."""
    between = utterance.text[utterance.words[earlier.end - 1].end : utterance.words[number.first].start].rstrip()
    return between.endswith(_ARROWS)


def _combination(words: Sequence[Word], number: Number) -> Dose | None:
    """ "5/325": the strength of the first-named ingredient stands for the whole."""
    end = number.end + 2
    unit, after = _unit(words, end)
    second = _norm(words, number.end + 1)
    if _norm(words, end) == "/" or (unit is None and second.isdecimal() and int(second) <= _LATEST_DAY):
        return None  # A date.
    return Dose(number.first, after, number.value, unit)


def _unit(words: Sequence[Word], end: int) -> tuple[str | None, int]:
    """The unit at word `end`, if one is there, and where it ends."""
    norm = _norm(words, end)
    if norm == "international" and _norm(words, end + 1) in {"unit", "units"}:
        return "[IU]", end + 2
    if norm in {"milli", "micro"} and _norm(words, end + 1) in {"gram", "grams"}:
        return "mg" if norm == "milli" else "ug", end + 2
    unit = _UNITS.get(norm)
    return (unit, end + 1) if unit else (None, end)


def _is_something_else(words: Sequence[Word], first: int, end: int) -> bool:
    """A laboratory value, or salt, protein and the like."""
    after = [_norm(words, i) for i in range(end, end + 3)]
    if _norm(words, end - 1) in {"%", "percent"} and after[0] == "of":
        return True
    if after[0] in {"/", "per"} and after[1] in _NOT_OF_MEDICINE:
        return True
    if after[0] == "of" and (after[1] in _NOT_OF_MEDICINE or after[2] in _NOT_OF_MEDICINE):
        return True
    if after[0] in _NOT_OF_MEDICINE:
        return True
    return _is_of_food(words, first)


def _is_of_food(words: Sequence[Word], first: int) -> bool:
    """Whether the clause before a strength speaks of what is eaten or measured, other than as a purpose.

    "Salt under 2 grams"; not "for the cholesterol, 20 milligrams", "the cholesterol one, 20 milligrams".
    """
    for i in range(first - 1, max(0, first - _FOOD_REACH) - 1, -1):
        norm = words[i].norm
        if norm in _ENDS_CLAUSE and not (norm == "," and _norm(words, i - 1) in _HESITATIONS):
            return False
        if norm in _NOT_OF_MEDICINE and _norm(words, i + 1) not in _PURPOSE_NOUNS:
            before = i - 1
            while before >= 0 and words[before].norm in _OWNERS:
                before -= 1
            return _norm(words, before) != "for"
    return False


def _is_change(words: Sequence[Word], first: int) -> bool:
    return _norm(words, first - 1) == "from" or any(
        is_change(_norm(words, i)) for i in range(max(0, first - _CHANGE_REACH), first)
    )


def _counts_something(utterance: Utterance, first: int, end: int) -> bool:
    """A number without a unit that counts what follows, is an age, or breaks off."""
    words = utterance.words
    if _norm(words, first - 1) == "u":
        return True  # "U-500 insulin": its concentration.
    if _norm(words, first) in _HALF:
        return True  # Of a tablet.
    written = _norm(words, first)
    if end - first == 1 and _YEAR.fullmatch(written) and _norm(words, first - 1) in _SINCE:
        return True  # "Aspirin 81, stopped 2021"
    if end - first == 1 and _YEAR.fullmatch(written) and written[-1] != "0":
        return True  # "Stopped lisinopril 2023": of nothing are there 2023 mg.
    if end - first == 1 and _BODY_HEAT.fullmatch(written):
        return True  # "Took Dolo, 98.8 at six"
    if _norm(words, first - 1) == "," and _norm(words, end) == "since" and _norm(words, end + 1) in _CLAUSE_OVER:
        return True  # "My sugar was 300 before metformin, 140 since."
    if _norm(words, end) == "din" and _norm(words, end + 1) in _WITHIN:
        return False  # "Metformin 500 din mein do baar"
    if _norm(words, end) in _COUNTED or _norm(words, first - 1) in {"age", "aged", "every"} | _MONEY:
        return True
    if _norm(words, first - 1) == "of" and _norm(words, first - 2) in _PACKS:
        return True
    if _norm(words, end) == "a" and _norm(words, end + 1) in _PRICED:
        return True
    follows = utterance.text[words[end - 1].end :][:2]
    return follows[:1] in _DASHES and not follows[1:].isdecimal()  # "Lortab 500- Lortab 5 milligrams"


def _is_limit(words: Sequence[Word], first: int) -> bool:
    """ "No more than 3 grams", "up to 3 grams" where nothing is raised."""
    two = (_norm(words, first - 2), _norm(words, first - 1))
    if two[1] == "than" or two[1] in _LIMITS or two[0] in _LIMITS:
        return True
    if two != ("up", "to") or _is_change(words, first):
        return False
    return all(_norm(words, i) != "put" for i in range(first - _PUT_REACH, first - 2))  # "Put the sertraline up to"


def _is_past(words: Sequence[Word], first: int) -> bool:
    """Whether the change before word `first` is over, and with it what it changed from."""
    said = [_norm(words, i) for i in range(max(0, first - _CHANGE_REACH), first)]
    return any(norm == "went" or (is_change(norm) and norm.endswith("ed")) for norm in said)


def is_change(norm: str) -> bool:
    """Whether the word changes a dose, as "increase" does, or may do so with "up" or "down", as "go" does."""
    return norm in _MOVES or norm.startswith(_CHANGES)


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""
