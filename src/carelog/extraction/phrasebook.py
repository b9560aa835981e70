"""Phrase tables written as running text, the phrases set apart by |."""

from collections.abc import Mapping
from typing import TypeVar

from carelog.extraction.utterances import PhraseTable

V = TypeVar("V")


def phrase_table(meanings: Mapping[V, str]) -> PhraseTable[V]:
    """A table of every phrase's meaning; of a phrase that is given twice, the first meaning counts.

    >>> from carelog.extraction.utterances import words_of
    >>> table = phrase_table({"yes": "yes | of course", "no": "no | not at all"})
    >>> table.at(words_of("of course I do"), 0)
    (2, 'yes')
    """
    return PhraseTable(
        (" ".join(phrase.split()), meaning) for meaning, text in meanings.items() for phrase in text.split("|")
    )


def phrase_set(text: str) -> PhraseTable[bool]:
    """A table that only tells whether a phrase of the text begins at a word."""
    return phrase_table({True: text})
