"""The names of conditions, each with its ICD-10-CM code; `conditions.tsv` explains its own format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from carelog.extraction.utterances import PhraseTable, words_of

_SECTION: Final = re.compile(r"\[(.+)\]")


@dataclass(frozen=True, slots=True)
class Known:
    """One condition. `code` is its ICD-10-CM code, `past_code` that of having had it; `general` names the condition of
    which it is one kind; `lasting`: who once had it has it still, unless it is said to be over."""

    name: str
    code: str | None
    past_code: str | None
    general: str | None
    lasting: bool


class Named(NamedTuple):
    """A name of a condition. `ambiguous` names are also ordinary words, feelings or readings; `person` names say what
    somebody is ("diabetic")."""

    condition: Known
    ambiguous: bool = False
    person: bool = False


class Conditions(NamedTuple):
    """Every name as a phrase, the words that names begin with, and the longest word of each: a turn without any of
    the latter names none."""

    phrases: PhraseTable[Named]
    first_words: frozenset[str]
    telling: frozenset[str]


@cache
def load_conditions() -> Conditions:
    """
    >>> from carelog.extraction.utterances import words_of
    >>> length, named = load_conditions().phrases.at(words_of("type two diabetes"), 0)
    >>> length, named.condition.name, named.condition.code
    (3, 'type 2 diabetes', 'E11.9')
    """
    text = files("carelog.extraction.vocabularies").joinpath("conditions.tsv").read_text(encoding="utf-8")
    names = list(_names(text))
    spelled = [_spelled(phrase) for phrase, _ in names]
    return Conditions(
        phrases=PhraseTable(names),
        first_words=frozenset(norms[0] for norms in spelled),
        telling=frozenset(max(norms, key=len) for norms in spelled),
    )


def _names(text: str) -> Iterator[tuple[str, Named]]:
    lasting = False
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if section := _SECTION.fullmatch(line):
            lasting = section[1] == "lasting"
            continue
        code, past_code, general, names = line.split("\t")
        phrases = [phrase.strip() for phrase in names.split("|")]
        condition = Known(phrases[0].lstrip("~"), _said(code), _said(past_code), _said(general), lasting)
        for phrase in phrases:
            yield phrase.lstrip("~@"), Named(condition, phrase.startswith("~"), phrase.startswith("@"))


def _spelled(phrase: str) -> list[str]:
    if phrase.isascii() and phrase.replace(" ", "").isalpha():
        return phrase.split()
    return [word.norm for word in words_of(phrase)]


def _said(field: str) -> str | None:
    return None if field == "-" else field
