"""Lengths of time as people say them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.durations import find_durations
from carelog.extraction.utterances import Utterance, read
from carelog.extraction.wordsets import word_set


def utterance(text: str) -> Utterance:
    [one] = read([Turn(index=0, text=text, pointer="/t")])
    return one


def durations(text: str) -> list[tuple[str, float | None]]:
    said = utterance(text)
    return [(said.quote(d.first, d.end), d.seconds) for d in find_durations(said)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for thirty minutes", [("thirty minutes", 1800)]),
        ("a 45-minute walk", [("45-minute", 2700)]),
        ("half an hour", [("half an hour", 1800)]),
        ("I walked an hour", [("an hour", 3600)]),
        ("an hour and a half of yoga", [("an hour and a half", 5400)]),
        ("two hours and thirty minutes", [("two hours and thirty minutes", 9000)]),
        ("1 hr 20 min", [("1 hr 20 min", 4800)]),
        ("one and a half hours", [("one and a half hours", 5400)]),
        ("for three days and for a week", [("three days", 259200), ("a week", 604800)]),
        ("aadha ghanta walk ki, teen din se", [("aadha ghanta", 1800), ("teen din", 259200)]),
    ],
)
def test_definite_durations(text: str, expected: list[tuple[str, float]]) -> None:
    assert durations(text) == expected


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("for a few days", "a few days"),
        ("a couple of weeks now", "a couple of weeks"),
        ("two to three weeks", "two to three weeks"),
        ("two three days", "two three days"),
        ("2-3 days", "2-3 days"),
        ("ten fifteen minutes", "ten fifteen minutes"),
        ("a day or two", "a day or two"),
        ("for six months", "six months"),
    ],
)
def test_open_durations_keep_their_words_and_no_seconds(text: str, quote: str) -> None:
    assert durations(text) == [(quote, None)]


@pytest.mark.parametrize(
    "text", ["a 50-year-old woman", "twice a day", "five times a week", "sixty beats a minute", "good day"]
)
def test_ages_and_rates_are_no_durations(text: str) -> None:
    assert durations(text) == []


FRAGMENTS = list(word_set("two an a hour hours and half days or few of couple 2 - to ago minutes year old . 3.5"))


@given(st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS)).map(" ".join)))
def test_any_text_yields_ordered_durations_inside_it(text: str) -> None:
    said = utterance(text)
    at = 0
    for duration in find_durations(said):
        assert at <= duration.first < duration.end <= len(said.words)
        at = duration.end
