"""What is excepted where allergies are denied: "none except penicillin" tells of an allergy and not of none."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.allergies.cues import Named, closes_a_name, listed_after, named_before
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Word
from carelog.extraction.wordsets import word_set

APART: Final = phrase_set(
    """
    apart from | other than | besides | aside from | except for | except | beside | excepting | excluding |
    with the exception of | save for | barring | siwaay | siway | sivay | sivaay | siwa | सिवाय
    """
)
_ONLY: Final = phrase_set(
    "just | only | but | just to | only to | to | but to | i am to | it's | it's to | sirf | bas | सिर्फ | बस"
)
_APART_AFTER: Final = phrase_set(
    """
    ke alawa | ke alava | ke siwa | ke siwaay | ke siway | ke sivay | chhodkar | chhod kar | chodkar | chod kar |
    के अलावा | के सिवा | के सिवाय | छोड़कर | छोड़ कर
    """
)
_POINTING: Final = word_set("that this")
_ANOTHER_MATTER: Final = word_set("and take takes taking took on use uses i'm feel eat eats drink")
_BEFORE_EXCEPTED: Final = word_set("so well um uh , no yes yeah ok okay just")
_ALLERGIC: Final = word_set("allergic allergy allergies yes haan हाँ")
_HINDI_TO: Final = word_set("se ki hai से की है")
_UNABLE: Final = word_set("can't cannot ca couldn't avoid")
_CLOSING_REACH: Final = 3
_REACH: Final = 9  # words
_DENIAL_REACH: Final = 6


def excepted(words: Sequence[Word], denial: int, begin: int, end: int) -> list[Named] | None:
    """The substances excepted from the denial that begins at word `denial`, in the words `begin` to `end`; an empty
    list where something is excepted that is not known by name, None where nothing is.

    >>> from carelog.extraction.utterances import words_of
    >>> [named.allergen.name for named in excepted(words_of("none except penicillin"), 0, 0, 3)]
    ['penicillin']
    """
    for first, stop, _ in APART.within(words, denial, min(end, denial + _REACH)):
        if stop < end and words[stop].norm not in _POINTING and not _turns(words, denial, first):
            return listed_after(words, stop, end)
    for first, stop, _ in _ONLY.within(words, denial + 1, min(end, denial + _REACH)):
        named = listed_after(words, stop, end)
        apart = words[first].norm != "to" or words[first - 1].norm in (",", ".")  # "No allergies to latex"
        if named and apart and _closes(words, named[-1].end, end) and not _turns(words, denial, first):
            return named
    return [] if _is_limited(words, denial, end) else _excepted_before(words, begin, denial)


def _is_limited(words: Sequence[Word], denial: int, end: int) -> bool:
    """ "None, but penicillin makes me sick", "no, but I can't take ibuprofen": no plain denial."""
    for i in range(denial + 1, min(end - 1, denial + _REACH)):
        if words[i].norm == "but" and not _turns(words, denial, i):
            following = words[i + 1 : min(end, i + 1 + _CLOSING_REACH)]
            return bool(listed_after(words, i + 1, end)) or any(word.norm in _UNABLE for word in following)
    return False


def _excepted_before(words: Sequence[Word], begin: int, denial: int) -> list[Named] | None:
    """ "Apart from peanuts I have no allergies", "penicillin ke alawa koi allergy nahi"."""
    for first, stop, _ in APART.within(words, begin, denial):
        named = listed_after(words, stop, denial)
        opening = all(word.norm in _BEFORE_EXCEPTED for word in words[begin:first])
        if opening and named and denial - named[-1].end <= _DENIAL_REACH:
            return named
    for first, stop, _ in _APART_AFTER.within(words, begin, denial):
        if denial - stop <= _DENIAL_REACH and (named := named_before(words, begin, first)):
            return named
    return None


def _closes(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether nothing more is said of a name that ends at word `at` than that it is an allergy."""
    following = words[at : min(end, at + _CLOSING_REACH)]
    called = any(word.norm in _ALLERGIC for word in following) or (at < end and words[at].norm in _HINDI_TO)
    return called or closes_a_name(words, at, end)


def _turns(words: Sequence[Word], first: int, end: int) -> bool:
    """Whether the words turn to another matter: "no allergies, and takes nothing except aspirin"."""
    return any(word.norm in _ANOTHER_MATTER for word in words[first:end])
