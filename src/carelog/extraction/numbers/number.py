"""A number as it stands in a turn."""

from enum import StrEnum
from typing import NamedTuple


class Form(StrEnum):
    """How a number was given."""

    DIGITS = "digits"
    SPOKEN = "spoken"
    # Said without its "hundred". It may also be two numbers ("five ten" in feet and inches, "ten fifteen"
    # minutes) or a year, so whoever reads it should know which kind of number belongs there.
    JOINED = "joined"


class Number(NamedTuple):
    """A number in the words `first` up to, not including, `end` of an utterance."""

    first: int
    end: int
    value: float
    form: Form
