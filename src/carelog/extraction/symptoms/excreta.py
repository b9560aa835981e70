"""What leaves the body and how it looks: "blood in my urine or stool", "black, tarry stools", "my pee has been dark".

Qualities and matters join freely in speech, so they are composed here and not listed in the vocabulary.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

_MATTERS: Final = {
    word: matter
    for matter, words in {
        "stool": "stool stools poop poops poo poos nappies diapers feces faeces motion motions movement movements "
        "potty latrine tatti मल पॉटी टट्टी",
        "urine": "urine pee susu peshab pishab पेशाब",
        "vomit": "vomit puke ulti उल्टी",
        "phlegm": "phlegm sputum mucus spit snot balgam बलगम",
    }.items()
    for word in words.split()
}
_QUALITIES: Final = {
    word: quality
    for quality, words in {
        "blood": "blood bloody khoon खून",
        "red": "red pink reddish pinkish pinky",
        "black": "black tarry kala kali kaali काला काली",
        "dark": "dark darker",
        "brown": "brown cola tea orange",
        "loose": "loose watery runny patla patli पतला",
        "hard": "hard pebbly",
        "pale": "pale clay grey gray",
        "cloudy": "cloudy murky",
        "foamy": "foamy frothy bubbly",
        "smelly": "smelly foul stinky",
    }.items()
    for word in words.split()
}
_NAMES: Final = {
    ("blood", "stool"): "blood in stool",
    ("red", "stool"): "blood in stool",
    ("black", "stool"): "black stools",
    ("dark", "stool"): "black stools",
    ("loose", "stool"): "diarrhea",
    ("hard", "stool"): "constipation",
    ("pale", "stool"): "pale stools",
    ("blood", "urine"): "blood in urine",
    ("red", "urine"): "blood in urine",
    ("dark", "urine"): "dark urine",
    ("brown", "urine"): "dark urine",
    ("cloudy", "urine"): "cloudy urine",
    ("foamy", "urine"): "foamy urine",
    ("smelly", "urine"): "foul smelling urine",
    ("blood", "vomit"): "vomiting blood",
    ("blood", "phlegm"): "coughing up blood",
}
_QUALIFYING: Final = word_set(
    "colored coloured looking smelling color colour in on my your his her their the or and , / any of a bowel some "
    "aur ya mein me में"
)
_JOINING: Final = word_set(", or and / nor in my your his her their the any of a bowel ya aur")
_BEING: Final = word_set(
    "is are was were isn't aren't wasn't weren't n't not has have hasn't haven't been be look looks looked looking "
    "turned turning gets get getting really very so quite more all a little bit kind of seems seem like mein me में"
)
OPENINGS: Final = frozenset(_QUALITIES) | frozenset(_MATTERS)
"""The words that can begin what `excreta` reads."""


class Excreta(NamedTuple):
    """The concepts that the words `first` up to `end` name; `first` is the word that tells the quality."""

    names: tuple[str, ...]
    first: int
    end: int


def excreta(words: Sequence[Word], at: int) -> Excreta | None:
    """What is said from word `at` on of stool, urine and the like.

    >>> from carelog.extraction.utterances import words_of
    >>> excreta(words_of("blood in your urine or your stool lately"), 0)
    Excreta(names=('blood in urine', 'blood in stool'), first=0, end=7)
    >>> excreta(words_of("black, tarry or bloody stools"), 0)
    Excreta(names=('black stools', 'blood in stool'), first=0, end=6)
    >>> excreta(words_of("my pee has been really dark"), 1)
    Excreta(names=('dark urine',), first=5, end=6)
    """
    matter = _MATTERS.get(words[at].norm)
    if matter is None:
        qualities, here = _listed(words, at, _QUALITIES, _QUALIFYING)
        matters, end = _listed(words, _past(words, here, _QUALIFYING), _MATTERS, _JOINING)
        return _named(qualities, matters, at, end)
    first = _past(words, at + 1, _BEING)
    if first == at + 1:
        return None
    qualities, end = _listed(words, first, _QUALITIES, _JOINING)
    return _named(qualities, [matter], first, end)


def _past(words: Sequence[Word], at: int, skipped: frozenset[str]) -> int:
    while at < len(words) and words[at].norm in skipped:
        at += 1
    return at


def _listed(words: Sequence[Word], at: int, kinds: dict[str, str], between: frozenset[str]) -> tuple[list[str], int]:
    """The kinds that are named from word `at` on, with nothing but `between` among them, and the end of the last."""
    found: list[str] = []
    end = at
    while at < len(words):
        kind = kinds.get(words[at].norm)
        if kind is not None:
            found.append(kind)
            end = at + 1
        elif words[at].norm not in between:
            break
        at += 1
    return found, end


def _named(qualities: Sequence[str], matters: Sequence[str], first: int, end: int) -> Excreta | None:
    names = [_NAMES[pair] for matter in matters for quality in qualities if (pair := (quality, matter)) in _NAMES]
    return Excreta(tuple(dict.fromkeys(names)), first, end) if names else None
