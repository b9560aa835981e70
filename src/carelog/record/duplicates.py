"""Duplicates: whether two payloads of a type are about the same thing, scored field by field."""

import re
import unicodedata
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from carelog.record.payload import Payload
from carelog.record.sameness import Sameness

_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")
_NEAR: Final = timedelta(minutes=30)


def likeness(sameness: Sameness, one: Payload, other: Payload) -> float:
    """How far two payloads are about the same thing, 0 to 1: the weighted mean over the fields that both have.

    What only one of them says is no difference; but where the fields that both have weigh less than half of all, too
    little is known, and the answer is 0.
    """
    known = [
        (weight, _alike(a, b, sameness.within or _NEAR))
        for name, weight in sameness.weights.items()
        if (a := getattr(one, name)) is not None and (b := getattr(other, name)) is not None
    ]
    compared = sum(weight for weight, _ in known)
    if not compared or compared * 2 < sum(sameness.weights.values()):
        return 0.0
    return sum(weight * alike for weight, alike in known) / compared


def same_thing(sameness: Sameness, one: Payload, other: Payload) -> bool:
    return likeness(sameness, one, other) >= sameness.threshold


def _alike(one: Any, other: Any, near: timedelta) -> float:
    match one, other:
        case datetime(), datetime():
            # Squared, so that some minutes count for little, and much of the way for much.
            return max(0.0, 1 - (abs(one - other) / near) ** 2)
        case str(), str() if not (_PHONE.fullmatch(one) or _PHONE.fullmatch(other)):
            return text_likeness(one, other)
        case _:
            return float(one == other)


def text_likeness(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1: the better of their letters in order and of their words in any order.

    >>> text_likeness("Dr. Rao, eye check", "eye check (dr rao)")
    1.0
    >>> text_likeness("dentist", "cardiologist") < 0.7
    True
    """
    words, others = _words(one), _words(other)
    if not words or not others:
        return float(one == other)
    return max(_ratio(words, others), _ratio(sorted(words), sorted(others)))


def _words(text: str) -> list[str]:
    """Letters with their marks, which Hindi writes its vowels as, and digits; all else stands between words."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in plain).split()


def _ratio(words: list[str], others: list[str]) -> float:
    # In one order: which of two is compared with the other makes a small difference to the matcher.
    first, second = sorted([" ".join(words), " ".join(others)])
    return SequenceMatcher(None, first, second, autojunk=False).ratio()
