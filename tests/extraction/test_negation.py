"""Clauses, and how far a denial reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.conversations.turns import Turn
from carelog.extraction.clauses import clauses
from carelog.extraction.negation import Denial, denial
from carelog.extraction.utterances import Utterance, read


def turn(text: str) -> Utterance:
    [utterance] = read([Turn(index=0, text=text, pointer="/dialog/0/body")])
    return utterance


def cut(text: str) -> list[str]:
    utterance = turn(text)
    return [utterance.quote(first, end) for first, end in clauses(utterance)]


def denied(text: str, word: str) -> Denial:
    utterance = turn(text)
    i = next(i for i, w in enumerate(utterance.words) if w.norm == word)
    clause = next(c for c in clauses(utterance) if c[0] <= i < c[1])
    return denial(utterance.words, clause, i, i + 1, {i})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("no fever but i have had a cough", ["no fever", "but i have had a cough"]),
        ("my knee hurts. I can't bend it.", ["my knee hurts.", "I can't bend it."]),
        ("no i have a stuffy nose", ["no", "i have a stuffy nose"]),
        ("I don't think I have it", ["I don't think I have it"]),
        ("no nausea okay do you smoke", ["no nausea", "okay", "do you smoke"]),
    ],
)
def test_a_clause_is_about_one_thing_of_one_person(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("no fever", "fever"),
        ("she denies chills, nausea, or fever", "fever"),
        ("I haven't had any fever", "fever"),
        ("I have n't noticed a fever", "fever"),
        ("without fever", "fever"),
        ("never any fever", "fever"),
        ("the fever is gone", "fever"),
        ("fever nahi hai", "fever"),
        ("I don't think that I have a fever", "fever"),
        ("negative for fever", "fever"),
    ],
)
def test_a_denial(text: str, word: str) -> None:
    assert denied(text, word) is Denial.DENIED


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a fever", "fever"),
        ("no chills, just a fever", "fever"),
        ("no chills but a fever", "fever"),
        ("no change in the fever", "fever"),
        ("not only a fever", "fever"),
        ("the fever hasn't gone away", "fever"),
        ("the fever, no relief so far", "fever"),
        ("there's no doubt it's a fever", "fever"),
        ("fever, no cough", "fever"),
    ],
)
def test_no_denial(text: str, word: str) -> None:
    assert denied(text, word) is Denial.NOT_DENIED


def test_a_not_that_belongs_to_something_else_is_unclear() -> None:
    assert denied("I didn't take anything for the fever", "fever") is Denial.UNCLEAR


@given(st.text(alphabet="no fever,.?n't but I you is gone and ", max_size=80))
def test_clauses_cover_the_turn_without_gaps(text: str) -> None:
    utterance = turn(text)
    edges = clauses(utterance)
    assert [first for first, _ in edges[1:]] == [end for _, end in edges[:-1]]
    if utterance.words:
        assert (edges[0][0], edges[-1][1]) == (0, len(utterance.words))
