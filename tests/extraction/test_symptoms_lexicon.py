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
