"""What people are allergic to: the allergens of `allergens.tsv`, then medicines, then foods."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, get_args

from carelog.extraction.utterances import PhraseTable, Word
from carelog.extraction.vocabularies.drugs import find_in_long_tail, load_drugs
from carelog.extraction.vocabularies.foods import load_foods
from carelog.record.types.allergy import Category

_CATEGORIES: Final[dict[str, Category]] = {category: category for category in get_args(Category)}


@dataclass(frozen=True, slots=True)
class Allergen:
    """A substance by the name that is recorded."""

    name: str
    category: Category | None


@cache
def load_allergens() -> PhraseTable[Allergen]:
    """
    >>> from carelog.extraction.utterances import words_of
    >>> load_allergens().at(words_of("sulfa"), 0)
    (1, Allergen(name='sulfa drugs', category='medication'))
    """
    text = files("carelog.extraction.vocabularies").joinpath("allergens.tsv").read_text(encoding="utf-8")
    known: list[tuple[str, Allergen]] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            category, names = line.split("\t")
            phrases = [phrase.strip() for phrase in names.split("|")]
            known += [(phrase, Allergen(phrases[0], _CATEGORIES[category])) for phrase in phrases]
    return PhraseTable(known)


def allergen_at(words: Sequence[Word], i: int) -> tuple[int, Allergen] | None:
    """(number of words, allergen) of what is named at word `i`, the longest name of all lists.

    >>> from carelog.extraction.utterances import words_of
    >>> allergen_at(words_of("augmentin"), 0)
    (1, Allergen(name='augmentin', category='medication'))
    """
    found = load_allergens().at(words, i)
    drug = load_drugs().phrases.at(words, i)
    if drug is not None and (found is None or drug[0] > found[0]):
        found = drug[0], Allergen(drug[1].name, "medication")
    if found is None and (food := load_foods().phrases.at(words, i)) is not None:
        found = food[0], Allergen(food[1], "food")
    if found is None and (rare := find_in_long_tail(words[i].norm)) is not None:
        found = 1, Allergen(rare.name, "medication")
    return found
