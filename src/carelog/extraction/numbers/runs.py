"""Runs of number words: those below a hundred that follow one another, and the numbers that they say."""

from collections.abc import Sequence
from typing import NamedTuple

from carelog.extraction.numbers.number import Form, Number
from carelog.extraction.numbers.words import OH, TEENS, TENS, UNITS, ZEROS


class Piece(NamedTuple):
    """A number below a hundred: "five", "thirty five", "oh". `digits` is how many digits it stands for."""

    first: int
    end: int
    value: int
    digits: int


def pieces_at(norms: Sequence[str], i: int) -> list[Piece]:
    """The run that begins at word `i`; empty where none does."""
    pieces: list[Piece] = []
    count = len(norms)
    while i < count:
        norm = norms[i]
        if norm in TENS:
            unit = UNITS.get(norms[i + 1], 0) if i + 1 < count else 0
            pieces.append(Piece(i, i + 1 + bool(unit), TENS[norm] + unit, 2))
        elif norm in TEENS:
            pieces.append(Piece(i, i + 1, TEENS[norm], 2))
        elif norm in UNITS:
            pieces.append(Piece(i, i + 1, UNITS[norm], 1))
        elif norm in ZEROS or (norm in OH and pieces):
            pieces.append(Piece(i, i + 1, 0, 1))
        else:
            break
        i = pieces[-1].end
    while len(pieces) > 1 and norms[pieces[-1].first] in OH and norms[pieces[-2].first] not in OH:
        pieces.pop()  # "one, oh I forgot"
    return pieces


def numbers_of(pieces: Sequence[Piece]) -> list[Number]:
    """What a run says: one number said without its hundred, or each piece for itself."""
    if not pieces:
        return []
    values, first, end = [p.value for p in pieces], pieces[0].first, pieces[-1].end
    match [p.digits for p in pieces]:
        case [_]:
            return [Number(first, end, float(values[0]), Form.SPOKEN)]
        case [1, 2] if values[0]:
            return [Number(first, end, float(values[0] * 100 + values[1]), Form.JOINED)]
        case [2, 2]:
            return [Number(first, end, float(values[0] * 100 + values[1]), Form.JOINED)]
        case [2, 1, 1] if values[1] == 0:
            return [Number(first, end, float(values[0] * 100 + values[2]), Form.JOINED)]
        case [1, 1, 1] if values[0]:
            joined = values[0] * 100 + values[1] * 10 + values[2]
            return [Number(first, end, float(joined), Form.JOINED)]
        case [1, 2, 2] | [1, 2, 1] if values[0]:
            # "One thirty five eighty", a pressure without its "over"; "one sixty five two hours later".
            return [*numbers_of(pieces[:2]), *numbers_of(pieces[2:])]
        case [_, _]:
            return [number for piece in pieces for number in numbers_of([piece])]
    return []  # A phone number, counting aloud: no one number is meant.
