"""The names of medicines: a reviewed list that is known anywhere, and a long tail that needs a medicine's company.

`drugs.txt` is typed by hand and explains its own format. `drugs-index.txt` is written by
`scripts/build_drug_index.py`; its header says where the names come from. Both are read once, when first needed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from carelog.extraction.utterances import PhraseTable, words_of


class Drug(NamedTuple):
    """One name of a medicine.

    `unit` is the UCUM unit of a strength said without one ("metformin 500"). `ambiguous` names are also foods,
    laboratory tests or ordinary words. A `kind` is a group of medicines or what one is for ("antibiotics",
    "blood pressure medication"), which has no ingredient.
    """

    name: str
    ingredient: str | None = None
    unit: str = "mg"
    ambiguous: bool = False
    kind: bool = False


@dataclass(frozen=True, slots=True)
class Drugs:
    """The reviewed list: every name as a phrase, the words that names begin with, the names of one word, and ordinary
    words that the long tail drops."""

    phrases: PhraseTable[Drug]
    first_words: frozenset[str]
    single: Mapping[str, Drug]
    ordinary: frozenset[str]


_SECTION = re.compile(r"\[(.+)\]")
_UNIT = re.compile(r"\{(.+)\}\s*")
_TEXT = "carelog.extraction.vocabularies"


def _lines(name: str) -> list[str]:
    text = files(_TEXT).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def load_drugs() -> Drugs:
    """The reviewed list.

    >>> from carelog.extraction.utterances import words_of
    >>> drugs = load_drugs()
    >>> drugs.single["lasix"].ingredient
    'furosemide'
    >>> drugs.phrases.at(words_of("my blood pressure pills"), 1)[1].name
    'blood pressure medication'
    """
    sections: dict[str, list[str]] = {}
    for line in _lines("drugs.txt"):
        if match := _SECTION.fullmatch(line):
            section = sections.setdefault(match[1], [])
        else:
            section.append(line)
    purposes, called = (_items(",".join(sections.pop(s)), ",") for s in ("medication for", "medication called"))
    ordinary = frozenset(" ".join(sections.pop("ordinary words", [])).split())
    kinds = sections.pop("kinds")
    known: dict[str, Drug] = {}
    for purpose in purposes:
        same = _items(purpose, "|")
        kind = Drug(f"{same[0]} medication", kind=True)
        known.update((f"{name} {word}", kind) for name in same for word in called)
    for line in kinds:
        same = _items(line, "|")
        for name, ambiguous in map(_marked, same):
            known[name] = Drug(_marked(same[0])[0], ambiguous=ambiguous, kind=True)
    for line in (line for lines in sections.values() for line in lines):
        for drug in _medicines(line):
            known.setdefault(drug.name, drug)
    return Drugs(
        phrases=PhraseTable(known),
        first_words=frozenset(_first_word(name) for name in known),
        single=MappingProxyType({name: d for name, d in known.items() if name.isalpha() and not d.kind}),
        ordinary=ordinary,
    )


def _first_word(name: str) -> str:
    first = name.partition(" ")[0]
    return first if first.isalpha() and first.isascii() else words_of(first)[0].norm


def _items(text: str, separator: str) -> list[str]:
    return [item for part in text.split(separator) if (item := part.strip())]


def _marked(name: str) -> tuple[str, bool]:
    return name.removeprefix("~"), name.startswith("~")


def _medicines(line: str) -> Iterator[Drug]:
    """The names on one line of the list.

    >>> [(d.name, d.ingredient, d.unit) for d in _medicines("{ug} levothyroxine : synthroid")]
    [('levothyroxine', 'levothyroxine', 'ug'), ('synthroid', 'levothyroxine', 'ug')]
    """
    unit = "mg"
    if match := _UNIT.match(line):
        unit, line = match[1], line[match.end() :]
    generics, _, brands = line.partition(" : ")
    same = _items(generics, "|")
    ingredient = _marked(same[0])[0]
    names = [*(same if " + " not in ingredient else same[1:]), *_items(brands, ",")]
    for name, ambiguous in map(_marked, names):
        yield Drug(name, ingredient, unit, ambiguous)


@cache
def _long_tail() -> Mapping[str, str]:
    """Ingredients by name."""
    pairs = (line.partition("\t") for line in _lines("drugs-index.txt"))
    return {name: ingredient or name for name, _, ingredient in pairs}


def find_in_long_tail(name: str) -> Drug | None:
    """The drug of that name in the large list, which knows single words only.

    >>> find_in_long_tail("zamadol")
    Drug(name='zamadol', ingredient='tramadol', unit='mg', ambiguous=False, kind=False)
    """
    ingredient = _long_tail().get(name)
    return Drug(name, ingredient) if ingredient else None
