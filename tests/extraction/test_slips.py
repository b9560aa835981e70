"""Amounts that are put right in the same breath, or in a turn of their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.durations import find_durations
from carelog.extraction.numbers import find_numbers
from carelog.extraction.slips import corrects_a_message, put_right, with_slips_put_right
from carelog.extraction.utterances import Utterance, read


def utterance(text: str) -> Utterance:
    [one] = read([Turn(index=0, text=text, pointer="/t")])
    return one


def minutes(text: str) -> list[float]:
    said = utterance(text)
    numbers = find_numbers(said)
    durations = with_slips_put_right(said.words, find_durations(said, numbers), numbers)
    return [duration.seconds / 60 for duration in durations if duration.seconds]


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from(["sorry", "no, actually", "no wait", "I mean"]))
def test_the_last_word_counts(wrong: int, right: int, slip: str) -> None:
    assert minutes(f"I walked {wrong} minutes, {slip}, {right} minutes.") == [right]
    assert minutes(f"I walked {wrong} minutes, {slip}, {right}.") == [right]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I walked fifty minutes, sorry, fifteen, not fifty", [15]),
        ("an hour of yoga and 20 minutes of walking", [60, 20]),
        ("30 minutes, sorry about the noise, then 10 minutes", [30, 10]),
        ("30 minutes of yoga. No, I had 2 eggs.", [30]),
    ],
)
def test_only_what_is_put_right_gives_way(text: str, expected: list[float]) -> None:
    assert minutes(text) == expected


def test_what_is_not_that_amount_puts_nothing_right() -> None:
    said = utterance("it was 8.7, sorry, 7.8, not 8.7")
    numbers = find_numbers(said)
    right = put_right(said.words, numbers, 0, numbers[0].end)
    assert right is not None and numbers[right].value == 7.8
    assert put_right(said.words, numbers, 1, numbers[1].end) is None


@pytest.mark.parametrize(
    "text", ["sorry, 138/90", "*138", "No wait, it was 142", "Let me check again. It's 150.", "I meant 80"]
)
def test_turns_that_put_right_what_was_said(text: str) -> None:
    assert corrects_a_message(utterance(text))


@pytest.mark.parametrize(
    "text", ["Sorry for the delay, 138/90", "Sorry to bother you", "I waited 20 minutes", "138/90"]
)
def test_turns_that_put_nothing_right(text: str) -> None:
    assert not corrects_a_message(utterance(text))
