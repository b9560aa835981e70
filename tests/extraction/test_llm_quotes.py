"""Grounding: a quote is found where its words stand, and nowhere else."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.llm.quotes import find, find_in_turn
from carelog.extraction.utterances import Utterance, read, words_of

WORDS = st.sampled_from(
    ["i", "take", "20", "mg", "200", "98.6", "of", "no", "not", "fever", "Lasix", "doesn't", "café", "बुखार", "half"]
)
MARKS = st.sampled_from([" ", "  ", ", ", ". ", "\n", "... ", "! "])
TALK = st.lists(st.tuples(WORDS, MARKS), min_size=1, max_size=30)


def spoken(text: str) -> list[Utterance]:
    return read([Turn(0, text, "/t")])


def written(pieces: list[tuple[str, str]]) -> str:
    return "".join(word + mark for word, mark in pieces)


@given(TALK, st.data())
def test_any_words_of_a_turn_are_found_however_they_are_written(
    pieces: list[tuple[str, str]], data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(pieces) - 1))
    end = data.draw(st.integers(first + 1, len(pieces)))
    marks = data.draw(st.lists(MARKS, min_size=end - first, max_size=end - first))
    change: Callable[[str], str] = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.strip]))
    quote = written([(change(w), m) for (w, _), m in zip(pieces[first:end], marks, strict=True)])
    [said] = spoken(written(pieces))
    found = find(said.words, quote)
    assert found is not None
    assert words(said.quote(*found)) == words(quote)


@given(TALK, TALK)
def test_what_is_found_says_the_quote_and_nothing_else(
    pieces: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    [said] = spoken(written(pieces))
    found = find(said.words, written(other))
    assert (found is not None) == (f" {' '.join(words(written(other)))} " in f" {' '.join(words(written(pieces)))} ")
    if found:
        assert words(said.quote(*found)) == words(written(other))


@given(TALK, st.data())
def test_a_quote_with_another_word_or_number_is_not_found(pieces: list[tuple[str, str]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(pieces) - 1))
    changed = [*pieces]
    changed[at] = (data.draw(st.sampled_from(["50", "2", "00", "aspirin", "20mg5"])), " ")
    assume(words(written(changed)) != words(written(pieces)))
    [said] = spoken(written(pieces))
    assert find(said.words, written(changed)) is None


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("I take 200 mg", "20 mg"),
        ("I take 20.5 mg", "20 mg"),
        ("I take 2,000 units", "2 000 units"),
        ("no fever, some chills", "no chills"),
        ("I have never had feverish nights", "had fever"),
        ("below 5 %", "below 5 mg"),
        ("it was <5", "it was 5"),
        ("words", ""),
        ("words", " . "),
        ("", "words"),
    ],
)
def test_near_is_not_there(text: str, quote: str) -> None:
    assert find(words_of(text), quote) is None


@given(st.text(max_size=80), st.text(max_size=20), st.integers(-2, 2))
def test_whatever_is_quoted_of_whatever(text: str, quote: str, turn: int) -> None:
    place = find_in_turn(spoken(text), turn, quote)
    if place is not None:
        assert turn == 0
        assert words(spoken(text)[0].quote(place.first, place.end)) == words(quote)


def words(text: str) -> list[str]:
    from carelog.extraction.llm.quotes import _BETWEEN, _norm

    return [_norm(word) for word in words_of(text) if word.norm not in _BETWEEN]
