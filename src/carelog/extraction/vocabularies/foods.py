"""The foods of `foods.txt`, which explains its own format. Read once, when first needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from carelog.extraction.utterances import PhraseTable, words_of


@dataclass(frozen=True, slots=True)
class Foods:
    """Every way to say a food, with its name; `first_words` are the words that such a phrase may begin with."""

    phrases: PhraseTable[str]
    first_words: frozenset[str]


@cache
def load_foods() -> Foods:
    """
    >>> foods = load_foods()
    >>> [foods.phrases.at(words_of(said), 0)[1] for said in ("chapatis", "green tea", "berries")]
    ['roti', 'green tea', 'berry']
    """
    text = files("carelog.extraction.vocabularies").joinpath("foods.txt").read_text(encoding="utf-8")
    phrases: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            for phrase, name in _phrases(line):
                phrases.setdefault(phrase, name)
    return Foods(PhraseTable(phrases), frozenset(words_of(phrase)[0].norm for phrase in phrases))


def _phrases(line: str) -> Iterator[tuple[str, str]]:
    synonyms, _, kinds = line.partition(">")
    name, _, others = synonyms.partition(":")
    name = name.strip()
    for said in [name, *others.split(",")]:
        yield from ((form, name) for form in _with_plural(said.strip()))
    for kind in kinds.split(","):
        yield from ((form, kind.strip()) for form in _with_plural(kind.strip()))


def _with_plural(phrase: str) -> list[str]:
    if not phrase or not phrase.isascii() or phrase.endswith("s"):
        return [phrase] if phrase else []
    if phrase.endswith("y") and phrase[-2:-1] not in tuple("aeiou"):
        return [phrase, phrase[:-1] + "ies"]
    if phrase.endswith("o"):
        return [phrase, phrase + "s", phrase + "es"]
    return [phrase, phrase + ("es" if phrase.endswith(("ch", "sh", "x")) else "s")]
