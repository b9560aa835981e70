"""Days and hours as people say them, on Wednesday 2026-01-07 at nine."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.utterances import read
from carelog.extraction.when import Direction, When, resolve

SAID = datetime(2026, 1, 7, 9, 0, tzinfo=UTC)


def when(text: str, direction: Direction = Direction.PAST, at: datetime = SAID) -> When:
    [said] = read([Turn(0, text, "/t")])
    return resolve(said, 0, len(said.words), at, direction)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", "2026-01-06"),
        ("since last night", "2026-01-06"),
        ("the day before yesterday", "2026-01-05"),
        ("this morning", "2026-01-07"),
        ("three days ago", "2026-01-04"),
        ("twenty one days ago", "2025-12-17"),
        ("a week ago", "2025-12-31"),
        ("two months ago", "2025-11"),
        ("10 years ago", "2016"),
        ("since Monday", "2026-01-05"),
        ("on Friday", "2026-01-02"),
        ("last Tuesday", "2026-01-06"),
        ("since March 4", "2025-03-04"),
        ("on the fourth of March", "2025-03-04"),
        ("on 4th March 2024", "2024-03-04"),
        ("the twenty third of December", "2025-12-23"),
        ("January 3rd", "2026-01-03"),
        ("since March", "2025-03"),
        ("in March 2020", "2020-03"),
        ("since 2019", "2019"),
    ],
)
def test_days_that_were(text: str, day: str) -> None:
    assert when(text).day == day


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("tomorrow at 3 pm", "2026-01-08", time(15)),
        ("the day after tomorrow at 10:15 a.m.", "2026-01-09", time(10, 15)),
        ("on Friday at 9 in the morning", "2026-01-09", time(9)),
        ("this Monday, 14:30", "2026-01-12", time(14, 30)),
        ("in two weeks", "2026-01-21", None),
        ("March 4 at noon", "2026-03-04", time(12)),
        ("January 3", "2027-01-03", None),
        ("12 am on the 9th of February 2026", "2026-02-09", time(0)),
        ("tomorrow at 5", "2026-01-08", None),
        ("tomorrow between 9 am and 11 am", "2026-01-08", None),
    ],
)
def test_days_and_hours_to_come(text: str, day: str, hour: time | None) -> None:
    assert when(text, Direction.FUTURE) == When(day, hour)


@pytest.mark.parametrize(
    "text",
    [
        "next Friday", "a few days ago", "a couple of weeks ago", "two or three days ago", "about a month ago",
        "on Wednesday", "3/4", "every Monday", "for three days", "it may be nothing", "I march every day", "at 2019",
        "February 30 2024", "in 20 days ago", "two days", "the second one", "",
    ],
)  # fmt: skip
def test_what_has_no_one_meaning_stays_as_it_was_said(text: str) -> None:
    assert when(text).day is None


def test_a_moment_is_on_the_speakers_clock() -> None:
    at = datetime.fromisoformat("2026-01-07T23:30:00+05:30")
    moment = when("tomorrow at 3 pm", Direction.FUTURE, at).moment(at)
    assert moment == datetime.fromisoformat("2026-01-08T15:00:00+05:30")
    assert when("tomorrow", Direction.FUTURE, at).moment(at) is None


PIECES = [
    *(
        "since",
        "in",
        "on",
        "at",
        "last",
        "next",
        "this",
        "the",
        "of",
        "a",
        "two",
        "3",
        "31",
        "2019",
        "10:15",
        "pm",
        "am",
    ),
    *("noon", "days", "weeks", "ago", "monday", "may", "march", "february", "first", "twenty", "third", "today"),
]
DATES = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@given(st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join), st.sampled_from(Direction), DATES)
def test_any_words_give_a_day_that_there_is_on_its_side(text: str, direction: Direction, today: date) -> None:
    day = when(text, direction, datetime.combine(today, time(9), UTC)).day
    if day is None:
        return
    date.fromisoformat(day + "0000-01-01"[len(day) :])
    told_its_side = {"2019", "in", "ago", "last"} & set(text.split())
    if len(day) == len("2026-01-05") and not told_its_side:
        away = date.fromisoformat(day) - today
        assert away <= timedelta(0) if direction is Direction.PAST else away >= timedelta(0)
