"""The words by which days are named: weekdays, months, and the days of a month."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WEEKDAYS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                "monday mon",
                "tuesday tue tues",
                "wednesday weds",
                "thursday thu thur thurs",
                "friday fri",
                "saturday",
                "sunday",
            )
        )
        for name in names.split()
    }
)
"""From 0 for Monday on, as `date.weekday` has them; in short where that is no other word ("sat", "sun", "wed")."""

MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                "january jan", "february feb", "march", "april apr", "may", "june jun", "july jul", "august aug",
                "september sep sept", "october oct", "november nov", "december dec",
            ),
            start=1,
        )
        for name in names.split()
    }
)  # fmt: skip
"""From 1 on."""

ORDINALS: Final[Mapping[str, int]] = MappingProxyType(
    {
        word: number
        for number, word in enumerate(
            (
                "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
                "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
                "eighteenth", "nineteenth", "twentieth",
            ),
            start=1,
        )
    }
    | {"thirtieth": 30}
)  # fmt: skip
"""Days of a month as they are spoken, but for those of two words."""
