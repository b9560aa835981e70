"""The lists of drug names."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carelog.extraction.medications.misspellings import closest_name, slips
from carelog.extraction.vocabularies.drugs import find_in_long_tail, load_drugs


@pytest.mark.parametrize(
    ("name", "ingredient"),
    [
        ("lasix", "furosemide"),
        ("tylenol", "acetaminophen"),
        ("paracetamol", "acetaminophen"),
        ("crocin", "acetaminophen"),
        ("glycomet", "metformin"),
        ("ecosprin", "aspirin"),
        ("augmentin", "amoxicillin + clavulanate"),
        ("thyronorm", "levothyroxine"),
    ],
)
def test_brands_lead_to_their_ingredient(name: str, ingredient: str) -> None:
    assert load_drugs().single[name].ingredient == ingredient


def test_foods_and_ordinary_words_are_marked_as_ambiguous() -> None:
    single = load_drugs().single
    assert all(single[name].ambiguous for name in ("iron", "calcium", "potassium", "pan", "tide", "zinc"))


def test_the_long_tail_adds_only_what_the_reviewed_list_lacks() -> None:
    drugs = load_drugs()
    text = files("carelog.extraction.vocabularies").joinpath("drugs-index.txt").read_text(encoding="utf-8")
    names = [line.partition("\t")[0] for line in text.splitlines() if not line.startswith("#")]
    assert names == sorted(set(names))
    assert not [name for name in names if name in drugs.single or name in drugs.ordinary or not name.isalpha()]
    assert find_in_long_tail(names[0]) is not None
    assert find_in_long_tail("sits") is find_in_long_tail("cashews") is find_in_long_tail("diamonds") is None


@pytest.mark.parametrize("word", ["metal", "aspiring", "flexion", "precise", "lisinopril's", "losartan" * 2])
def test_ordinary_words_are_no_misspellings(word: str) -> None:
    assert closest_name(word) is None


@given(st.text("abcd", max_size=6), st.text("abcd", max_size=6))
def test_slips_count_the_same_both_ways_and_no_more_than_rewriting(one: str, other: str) -> None:
    assert slips(one, other) == slips(other, one)
    assert abs(len(one) - len(other)) <= slips(one, other) <= max(len(one), len(other))
    assert (slips(one, other) == 0) == (one == other)
