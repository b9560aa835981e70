"""The grammar of numbers."""

import re
from collections.abc import Sequence

from carelog.extraction.numbers.number import Form, Number
from carelog.extraction.numbers.runs import Piece, numbers_of, pieces_at
from carelog.extraction.numbers.words import (
    BEFORE_NOUN_POINT,
    BEFORE_PRONOUN_ONE,
    BEFORE_SIZE,
    DIGIT_WORDS,
    ENGLISH_DO_AFTER,
    ENGLISH_DO_BEFORE,
    FRACTION_SIGNS,
    HINDI,
    HINDI_AMBIGUOUS,
    HINDI_COMPANY,
    HINDI_COUNTED,
    HINDI_SHIFTS,
    HUNDREDS,
    NOT_BEFORE_SIZE,
    OH,
    ORDINAL_ENDINGS,
    ORDINALS,
    PLURALS,
    POINTS,
    SCALES,
    SIZES,
    SLASHED,
    SMALL,
    STARTS,
    UNITS,
    VAGUE,
    ZEROS,
)
from carelog.extraction.utterances import Utterance, Word


def find_numbers(utterance: Utterance) -> list[Number]:
    """Every number of the utterance, left to right, none overlapping.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "It was one thirty five over eighty, and a hundred and one point two.", "/t")])
    >>> [(number.value, said.quote(number.first, number.end)) for number in find_numbers(said)]
    [(135.0, 'one thirty five'), (80.0, 'eighty'), (101.2, 'a hundred and one point two')]
    """
    words = utterance.words
    found: list[Number] = []
    reader: _Reader | None = None
    i, count = 0, len(words)
    while i < count:
        norm = words[i].norm
        if norm not in STARTS and not norm[0].isdecimal():
            i += 1
            continue
        reader = reader or _Reader(words)
        numbers, i = reader.at(i)
        found += numbers
    return found


def find_sizes(utterance: Utterance) -> list[Number]:
    """What things are called by their size: "the two hundreds", "my seven fifties", left to right.

    Decades and ranges are none ("in the nineties", "in the two hundreds").

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "Two of the five hundreds, in the nineties.", "/t")])
    >>> [(number.value, said.quote(number.first, number.end)) for number in find_sizes(said)]
    [(500.0, 'five hundreds')]
    """
    words = utterance.words
    found: list[Number] = []
    if SIZES.keys().isdisjoint(utterance.norms):
        return found
    for i, word in enumerate(words):
        if word.norm not in SIZES:
            continue
        first = i
        while first and words[first - 1].norm in _CARDINAL:
            first -= 1
        before = [other.norm for other in words[max(0, first - 2) : first]]
        apart = before[-1:] == [","] and word.norm == "hundreds"  # "A couple of ibuprofen, four hundreds"
        if not before or not (apart or before[-1] in BEFORE_SIZE) or before[0] in NOT_BEFORE_SIZE:
            continue
        numbers, end = _Reader((*words[first:i], word._replace(norm=SIZES[word.norm]))).at(0)
        if len(numbers) == 1 and end == i + 1 - first and numbers[0].value <= _LARGEST_SIZE:
            found.append(numbers[0]._replace(first=first, end=i + 1))
    return found


_DIGIT = re.compile(r"\d")
# "A", "half", "point" and "do" begin numbers, and stand in most turns without one.
_TELLING = STARTS - {"a", "half", "point", "do"}


def may_hold_numbers(utterance: Utterance) -> bool:
    """Whether a number of more than a half may stand in the utterance: a look that costs next to nothing."""
    return not _TELLING.isdisjoint(utterance.norms) or _DIGIT.search(utterance.text) is not None


_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")  # 1,000 and the Indian 1,00,000
_CARDINAL = frozenset({*SMALL, *ZEROS, *OH, *HUNDREDS, *SCALES, "and", "point"})
_LONGEST_STUTTER = 5
_LARGEST_SIZE = 2000
_LONGEST = 15  # More digits are an identifier, and a float would not hold them.


class _Reader:
    """Reads the numbers that begin at given words of one utterance."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._norms = [word.norm for word in words]
        self._is_hindi: bool | None = None
        self._has_stops: bool | None = None

    def at(self, i: int) -> tuple[list[Number], int]:
        """The numbers that begin at word `i` (two for a run such as "two three") and where to go on."""
        norm = self._norms[i]
        if norm[0].isdecimal():
            return self._digits(i)
        if norm in SMALL or norm in ZEROS:
            stuttered = self._stuttered(i)
            return ([stuttered], stuttered.end) if stuttered else self._run(i)
        number = self._other(i)
        return ([number], number.end) if number else ([], i + 1)

    def _norm(self, i: int) -> str:
        return self._norms[i] if 0 <= i < len(self._norms) else ""

    def _glued(self, i: int) -> bool:
        """Word `i` follows the word before it without a space."""
        return 0 < i < len(self._words) and self._words[i - 1].end == self._words[i].start

    # Digits

    def _digits(self, i: int) -> tuple[list[Number], int]:
        norm = self._norms[i]
        named = self._glued(i) and self._norm(i - 1)[-1].isalpha() and self._norm(i - 1) not in FRACTION_SIGNS
        value = _value_of_digits(norm)
        if value is None or named or self._norm(i + 1) in ORDINAL_ENDINGS:
            return [], i + 1
        end = i + 1
        if self._leads_with_point(i) and norm.isdecimal():
            return [Number(i - 1, end, float("0." + norm), Form.DIGITS)], end
        if (fraction := self._slashed(i)) is not None:
            return [Number(i, i + 3, fraction, Form.DIGITS)], i + 3
        if self._norm(end) in POINTS and "." not in norm and (decimals := self._decimals(end + 1)):
            value, end = value + decimals[0], decimals[1]
        elif self._norm(end) in FRACTION_SIGNS:
            value, end = value + FRACTION_SIGNS[self._norm(end)], end + 1
        elif (fraction := self._slashed(end)) is not None and value < 100:
            value, end = value + fraction, end + 3
        if self._norm(end) in HUNDREDS:
            value, end = value * 100, end + 1
        if self._norm(end) in SCALES:
            value, end = value * SCALES[self._norm(end)], end + 1
        number = self._with_half(Number(i, end, _tidy(value), Form.DIGITS))
        return [number], number.end

    def _leads_with_point(self, i: int) -> bool:
        """ ".5": the point stands for itself in the words."""
        return self._norm(i - 1) == "." and self._glued(i) and not self._glued(i - 1)

    def _slashed(self, i: int) -> float | None:
        """The fraction "1/2" at word `i`, where it is neither a date nor a reading."""
        if self._norm(i + 1) != "/" or self._norm(i - 1) == "/" or self._norm(i + 3) == "/":
            return None
        return SLASHED.get((self._norm(i), self._norm(i + 2)))

    # Words

    def _stuttered(self, i: int) -> Number | None:
        """The number at word `i` where it is said twice: "five hundred five hundred", "one twenty one twenty".

        "Twenty one twenty one" may be a year or a reading, and is left as it is.
        """
        for length in range(2, _LONGEST_STUTTER + 1):
            middle, end = i + length, i + 2 * length
            if self._norms[i:middle] != self._norms[middle:end] or not _CARDINAL.issuperset(self._norms[i:middle]):
                continue
            once, stop = _Reader(self._words[i:middle]).at(0)
            whole = len(once) == 1 and stop == once[0].end == length and self._norm(end) not in _CARDINAL
            if whole and once[0].value >= 100:
                return once[0]._replace(first=i, end=end)
        return None

    def _run(self, i: int) -> tuple[list[Number], int]:
        """English number words that follow one another."""
        pieces = pieces_at(self._norms, i)
        after = pieces[-1].end
        if self._norm(after) in ORDINALS or self._norm(after) in PLURALS:
            return [], after + 1
        if self._norm(after) in HUNDREDS or self._norm(after) in SCALES or self._norm(after) == "dozen":
            cardinal = self._cardinal(pieces[-1])
            return [*numbers_of(pieces[:-1]), *([cardinal] if cardinal else [])], (
                cardinal.end if cardinal else after + 1
            )
        numbers = numbers_of(pieces)
        if not numbers:
            return [], after
        last = self._with_half(self._with_decimals(numbers[-1]))
        if len(numbers) == 1 and last.end == i + 1 and self._is_pronoun(i):
            return [], after
        if self._norm(last.end) == "quarters" and last.value == 3:
            last = Number(last.first, last.end + 1, 0.75, Form.SPOKEN)
        elif self._norm(last.end) == "half" and last.value == 1:
            last = Number(last.first, last.end + 1, 0.5, Form.SPOKEN)
        return [*numbers[:-1], last], max(after, last.end)

    def _cardinal(self, piece: Piece) -> Number | None:
        """The number that `piece` begins, with its hundreds, thousands and millions."""
        group, end = self._hundreds(piece.value, piece.end)
        return self._scaled(piece.first, group, end)

    def _hundreds(self, value: float, end: int) -> tuple[float, int]:
        if self._norm(end) not in HUNDREDS:
            return value, end
        value, end = value * 100, end + 1
        start = end + (self._norm(end) == "and")
        below = self._below_hundred(start)
        if below is None or self._norm(below.end) in HUNDREDS:  # A stutter: "five hundred five hundred"
            return value, end
        return value + below.value, below.end

    def _below_hundred(self, i: int) -> Piece | None:
        norm = self._norm(i)
        if norm in SMALL:
            return pieces_at(self._norms, i)[0]
        if norm in HINDI and self._hindi(i) and HINDI[norm] >= 1 and HINDI[norm] == int(HINDI[norm]):
            return Piece(i, i + 1, int(HINDI[norm]), 2)
        return None

    def _scaled(self, first: int, group: float, end: int) -> Number | None:
        total, limit = 0.0, float("inf")
        while (scale := SCALES.get(self._norm(end), 0)) and scale < limit:
            total, limit, end, group = total + group * scale, scale, end + 1, 0.0
            start = end + (self._norm(end) == "and")
            below = self._below_hundred(start)
            if below is None:
                break
            value, stop = self._hundreds(below.value, below.end)
            if value >= scale:
                break
            group, end = value, stop
        if self._norm(end) == "dozen":
            group, end = (total + group) * 12, end + 1
            total = 0.0
        if self._norm(end) in ORDINALS:
            return None
        return self._with_half(self._with_decimals(Number(first, end, total + group, Form.SPOKEN)))

    def _other(self, i: int) -> Number | None:
        """Numbers that begin with "a", "half", "point", a bare scale or a Hindi word."""
        norm, following = self._norms[i], self._norm(i + 1)
        if norm == "a":
            if following in HUNDREDS or following in SCALES or following == "dozen":
                group, end = self._hundreds(1, i + 1)
                return self._scaled(i, group, end)
            return None
        if norm == "half":
            if following in {"a", "dozen"} and self._norm(i + 1 + (following == "a")) == "dozen":
                return Number(i, i + 2 + (following == "a"), 6.0, Form.SPOKEN)
            return None if following in {"past", "way", "hearted"} else Number(i, i + 1, 0.5, Form.SPOKEN)
        if norm == "point":
            decimals = None if self._norm(i - 1) in BEFORE_NOUN_POINT else self._decimals(i + 1)
            return Number(i, decimals[1], _tidy(decimals[0]), Form.SPOKEN) if decimals else None
        if norm in FRACTION_SIGNS:
            return Number(i, i + 1, FRACTION_SIGNS[norm], Form.DIGITS)
        if norm in HUNDREDS or norm in SCALES:
            if self._norm(i - 1) in VAGUE:
                return None
            group, end = self._hundreds(1, i)
            return self._scaled(i, group, end)
        return self._hindi_number(i)

    def _hindi_number(self, i: int) -> Number | None:
        shift = HINDI_SHIFTS.get(self._norms[i])
        start = i + (shift is not None)
        norm = self._norm(start)
        if shift is not None and (norm in HUNDREDS or norm in SCALES):
            group, end = self._hundreds(1 + shift, start)
            return self._scaled(i, group, end)
        if norm not in HINDI or not self._hindi(start):
            return None
        value = HINDI[norm] + (shift or 0)
        group, end = self._hundreds(value, start + 1)
        return self._scaled(i, group, end)

    def _hindi(self, i: int) -> bool:
        """The Hindi number word `i` is meant as one."""
        norm = self._norms[i]
        if norm not in HINDI_AMBIGUOUS:
            return True
        if norm == "do" and (self._norm(i - 1) in ENGLISH_DO_BEFORE or self._norm(i + 1) in ENGLISH_DO_AFTER):
            return False
        if self._norm(i + 1) in HINDI_COUNTED:
            return True
        if self._is_hindi is None:
            self._is_hindi = not HINDI_COMPANY.isdisjoint(self._norms)
        return self._is_hindi

    # Endings

    def _is_pronoun(self, i: int) -> bool:
        return self._norms[i] == "one" and (self._norm(i - 1) in BEFORE_PRONOUN_ONE or self._norm(i + 1) == "of")

    def _with_decimals(self, number: Number) -> Number:
        pointed = self._norm(number.end) in POINTS or self._is_written_point(number.end)
        decimals = self._decimals(number.end + 1) if pointed else None
        if decimals is None:
            return number
        return number._replace(value=_tidy(number.value + decimals[0]), end=decimals[1])

    def _is_written_point(self, i: int) -> bool:
        """Some transcribers write a spoken "point" as " . ", in text that otherwise has no full stops."""
        if self._norm(i) != "." or self._glued(i) or self._norm(i + 1) not in DIGIT_WORDS:
            return False
        if self._has_stops is None:
            stops = [k for k, norm in enumerate(self._norms) if norm == "." and self._norm(k + 1)]
            self._has_stops = any(self._norm(k + 1) not in DIGIT_WORDS or self._glued(k) for k in stops)
        return not self._has_stops

    def _decimals(self, i: int) -> tuple[float, int] | None:
        """What follows "point": digits one by one, or a number below a hundred."""
        if (norm := self._norm(i)).isdecimal() and len(norm) <= _LONGEST:
            return float("0." + norm), i + 1
        digits = ""
        while True:
            norm = self._norm(i)
            if norm in UNITS:
                digits += str(UNITS[norm])
            elif norm in ZEROS or norm in OH:
                digits += "0"
            elif not digits and (piece := self._below_hundred(i)):
                return piece.value / 10**piece.digits, piece.end
            else:
                break
            i += 1
        return (float("0." + digits), i) if 0 < len(digits) <= _LONGEST else None

    def _with_half(self, number: Number) -> Number:
        end = number.end
        if self._norm(end) != "and":
            return number
        rest = " ".join(self._norms[end + 1 : end + 3])
        for phrase, more in (("a half", 0.5), ("half", 0.5), ("a quarter", 0.25), ("three quarters", 0.75)):
            stop = end + 1 + len(phrase.split())
            if (rest == phrase or rest.startswith(phrase + " ")) and self._norm(stop) != "of":
                return number._replace(value=number.value + more, end=stop)
        return number


def _value_of_digits(norm: str) -> float | None:
    ungrouped = norm.replace(",", "")
    if len(ungrouped) > _LONGEST or not (_PLAIN.fullmatch(norm) or _GROUPED.fullmatch(norm)):
        return None
    return float(ungrouped)


def _tidy(value: float) -> float:
    """Without the crumbs of binary addition: 101 + 0.2 is 101.2."""
    return round(value, 10)
