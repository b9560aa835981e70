"""The vocabulary file: what it may hold, and what is refused."""

import pytest

from carelog.extraction.symptoms.lexicon import lexicon, parse_lexicon
from carelog.extraction.symptoms.mentions import mentions
from carelog.extraction.utterances import words_of


def test_stand_ins_are_spelled_out() -> None:
    made = parse_lexicon("{trouble}\ttrouble | hard time\ninsomnia\t{trouble} sleeping | no sleep")
    assert made.concepts == {"trouble sleeping": "insomnia", "hard time sleeping": "insomnia", "no sleep": "insomnia"}


@pytest.mark.parametrize("text", ["fever fever", "fever\thot\nsunburn\thot"])
def test_a_faulty_line_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"symptoms.tsv line \d"):
        parse_lexicon(text)


def test_a_phrase_may_stand_for_two_symptoms_or_for_none() -> None:
    found = mentions(words_of("weight loss or gain, cough syrup, cough"), lexicon())
    assert [mention.name for mention in found] == ["weight loss", "weight gain", "cough"]


def test_every_phrase_is_found_as_its_own_concept() -> None:
    known = lexicon()
    lost = {
        phrase: name
        for phrase, name in known.concepts.items()
        if name != "-" and not set(name.split(" + ")) & {m.name for m in mentions(words_of(phrase), known)}
    }
    assert lost == {}


def test_a_phrase_is_found_in_its_other_forms_and_denied_from_within() -> None:
    known = parse_lexicon("nosebleed\tnose bleeding\nhearing loss\ttrouble following the talk")
    named = {
        said: [mention.name for mention in mentions(words_of(said), known)]
        for said in (
            "my nose keeps bleeding",
            "his nose hasn't bled",
            "I can hardly follow the talk",
            "a bleeding nose",
        )
    }
    assert named == {
        "my nose keeps bleeding": ["nosebleed"],
        "his nose hasn't bled": ["nosebleed"],
        "I can hardly follow the talk": ["hearing loss"],
        "a bleeding nose": [],
    }


def test_what_two_phrases_have_in_common_is_left_to_the_phrases_as_they_stand() -> None:
    known = parse_lexicon("-\tlose weight\nweight loss\tlosing weight")
    named = [
        [mention.name for mention in mentions(words_of(said), known)]
        for said in ("I'm losing weight", "I want to lose weight", "I lost weight")
    ]
    assert named == [["weight loss"], [], []]
