"""Hours of the day as people say them."""

import itertools
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.extraction.clocks import Part, clock_times
from carelog.extraction.utterances import words_of
from carelog.extraction.wordsets import word_set


def hours(text: str, *, loose: bool = False) -> list[tuple[int, int, str | None]]:
    words = words_of(text)
    return [(c.hour, c.minute, c.half) for c in clock_times(words, 0, len(words), loose=loose)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at eight", (8, 0, None)),
        ("at 7:30 am", (7, 30, "am")),
        ("around 9 p.m. or so", (9, 0, "pm")),
        ("half past nine", (9, 30, None)),
        ("a quarter to ten", (9, 45, None)),
        ("ten past six", (6, 10, None)),
        ("six o'clock", (6, 0, None)),
        ("at eleven forty five", (11, 45, None)),
        ("at six oh five", (6, 5, None)),
        ("14:30", (14, 30, None)),
        ("saat baje", (7, 0, None)),
        ("saadhe aath baje", (8, 30, None)),
        ("paune nau baje", (8, 45, None)),
        ("8 बजे", (8, 0, None)),
    ],
)
def test_hours_that_are_said(text: str, told: tuple[int, int, str | None]) -> None:
    assert hours(text) == [told]


@pytest.mark.parametrize(
    "text",
    [
        "two eggs",
        "at 80 percent",
        "at two glasses",
        "saat din",
        "eleven fifteen",
        "140 over 90",
        "at 25",
        "5:75",
        "half of it",
    ],
)
def test_what_is_no_hour(text: str) -> None:
    assert hours(text) == []


def test_an_hour_that_is_expected_needs_no_at() -> None:
    assert hours("eleven fifteen", loose=True) == [(11, 15, None)]
    assert hours("two eggs", loose=True) == []


@pytest.mark.parametrize(
    ("text", "part", "at"),
    [
        ("at eight", Part.MORNING, (time(8), 0)),
        ("at eight", Part.EVENING, (time(20), 0)),
        ("at two", Part.AFTERNOON, (time(14), 0)),
        ("at two", Part.NIGHT, (time(2), 1)),
        ("at eleven", Part.NIGHT, (time(23), 0)),
        ("at 8 pm", None, (time(20), 0)),
        ("at noon", None, (time(12), 0)),
        ("at midnight", None, (time(0), 0)),
        ("at eight", None, None),
        ("at two", Part.EVENING, None),
    ],
)
def test_the_half_of_the_day_comes_from_its_part(text: str, part: Part | None, at: tuple[time, int] | None) -> None:
    words = words_of(text)
    [one] = clock_times(words, 0, len(words))
    assert one.at(part) == at


_SAID = st.lists(
    st.sampled_from(
        sorted(
            word_set(
                """
            at half past quarter to nine 7:30 12 am pm a . m p noon midnight baje saadhe paune saat 0 23 99 oh
            thirty
            """
            )
        )
    ),
    max_size=12,
)


@given(_SAID, st.booleans())
def test_nothing_that_is_said_breaks_it(said: list[str], loose: bool) -> None:
    words = words_of(" ".join(said))
    found = clock_times(words, 0, len(words), loose=loose)
    assert all(a.end <= b.first for a, b in itertools.pairwise(found))
    for one in found:
        for part in (None, *Part):
            one.at(part)
