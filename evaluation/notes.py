"""What a clinician's note says: the symptoms of its review of systems, and the strengths of medicines.

The note was written by somebody who had heard the visit, and knows nothing of Carelog. Of its words, phrases for
symptoms are grouped by the symptom vocabulary, so that "dyspnea" is what was found as "shortness of breath"; a phrase
that the vocabulary does not have must be found word for word.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from carelog.extraction.symptoms.lexicon import NOTHING, lexicon
from carelog.extraction.symptoms.wording import compared
from carelog.extraction.utterances import Word, words_of
from carelog.extraction.wordsets import word_set

_SECTION: Final = re.compile(
    r"^REVIEW OF SYSTEMS:?[ \t]*\n(.*?)(?=^[A-Z][A-Z &/]{4,}:?[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_SYSTEM: Final = re.compile(r"^[\s•*-]*(?:[A-Z][\w,/& ]{1,45}:)?\s*")
_SAYS: Final = re.compile(
    r"\b(?P<absent>denie[sd]|denying|negative for|no|not? any|without)\b"
    r"|\b(?P<present>endors\w+|report\w*|positive for|complain\w* of|admits?(?: to)?|notes|has)\b",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"\s*(?:,|;|/|\band\b|\bor\b|\bbut\b)\s*", re.IGNORECASE)
# What follows the name of a symptom says more about it; what stands before it, how much of it and on which side.
_AFTER: Final = re.compile(
    r"\b(?:when|while|with|from|due|after|before|during|on|for|since|in|at|over|that|which|secondary|related|because)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_BEFORE: Final = word_set(
    """
    a an any the some his her their other associated further ongoing current severe mild moderate slight significant
    occasional intermittent frequent constant persistent chronic recent left right bilateral both
    """
)
_LONGEST: Final = 40  # characters; more is a sentence, and names no symptom

_STRENGTH: Final = re.compile(
    r"\b(?P<name>[A-Za-z][A-Za-z-]{3,})"
    r"(?:\s+(?:to|at|from|of|dose|XR|ER|SR|HCl|sulfate))?,?\s*\(?"
    r"(?P<amount>\d[\d,]*(?:\.\d+)?)\s*(?:mg|mcg|milligrams?|micrograms?|units?|grams?|IU)\b"
)
# Words beside amounts that are no medicines: those that say how much, when and what to do, forms, and analytes. Words
# in -ing, -ed and -ly are none either.
_AMOUNTS: Final = word_set("about additional another every least less more only over than total under")
_WHEN: Final = word_set("once twice per then now today tonight")
_DONE: Final = word_set("continue decrease increase initiate prescribe restart start take takes titrate")
_FORMS: Final = word_set("capsule capsules dosage dose doses inhaler injection pill pills tablet tablets")
_SAID: Final = word_set("current from level levels medication medications therapy through were with your")
_ANALYTES: Final = word_set("cholesterol creatinine glucose hemoglobin platelets protein sodium sugar")
_NO_MEDICINES: Final = _AMOUNTS | _WHEN | _DONE | _FORMS | _SAID | _ANALYTES
_NO_ENDINGS: Final = ("ing", "ed", "ly")


class Strength(NamedTuple):
    """A medicine and the number of its strength, such as ("lisinopril", 20)."""

    name: str
    amount: float


def symptoms_of(note: str) -> dict[str, str]:
    """Symptom to polarity, as its review of systems has them; empty where the note has none."""
    found: dict[str, str] = {}
    section = _SECTION.search(note)
    for line in section[1].splitlines() if section else ():
        for sentence in re.split(r"\.(?:\s+|$)", _SYSTEM.sub("", line, count=1)):
            for polarity, words in _claims(sentence):
                for phrase in _BETWEEN.split(words):
                    name = _bare(phrase)
                    if 2 < len(name) < _LONGEST:
                        found[concept_of(name)] = polarity
    return found


def _claims(sentence: str) -> Iterator[tuple[str, str]]:
    """What a sentence says, cut where it says the other: "denies fever, reports cough"."""
    says = list(_SAYS.finditer(sentence))
    if not says:
        return
    ends = [after.start() for after in says[1:]] + [len(sentence)]
    for match, end in zip(says, ends, strict=True):
        yield ("absent" if match["absent"] else "present"), sentence[match.end() : end]


def _bare(phrase: str) -> str:
    words = _plain(_AFTER.sub("", phrase)).split()
    while words and words[0] in _BEFORE:
        del words[0]
    return " ".join(words)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'")).split())


def concept_of(phrase: str) -> str:
    """The symptom that a phrase names: by its longest part that the vocabulary has, else the phrase itself.

    >>> concept_of("dyspnea on exertion"), concept_of("Wobbly elbows")
    ('shortness of breath', 'wobbly elbows')
    """
    plain = _plain(phrase)
    if plain in _names():
        return plain
    return max(_named(plain), default=(0, plain))[1]


def mentions(note: str, name: str) -> bool:
    """Whether a note says anything of a symptom, by whatever phrase."""
    plain = _plain(note)
    return name in plain or name in _mentioned(plain)


@cache
def _mentioned(plain: str) -> frozenset[str]:
    return frozenset(name for _, name in _named(plain))


def _named(plain: str) -> Iterator[tuple[int, str]]:
    """Every symptom that a text names, each with the number of its words."""
    words: list[Word] = compared(words_of(plain))[0]
    table = lexicon().symptoms
    index = 0
    while index < len(words):
        length, name = table.at(words, index) or (1, NOTHING)
        if name != NOTHING:
            for part in name.split(" + "):
                yield length, part
        index += length


@cache
def _names() -> frozenset[str]:
    return frozenset(part for name in lexicon().concepts.values() for part in name.split(" + "))


def strengths_of(note: str) -> set[Strength]:
    """The medicines of a note whose strength it states.

    >>> strengths_of("Continue lisinopril 20 mg daily and 1,000 mg of metformin.")
    {Strength(name='lisinopril', amount=20.0)}
    """
    found = ((match["name"].lower(), match["amount"]) for match in _STRENGTH.finditer(note))
    return {Strength(name, float(amount.replace(",", ""))) for name, amount in found if _may_be_medicine(name)}


def _may_be_medicine(name: str) -> bool:
    return name not in _NO_MEDICINES and not name.endswith(_NO_ENDINGS)


def same_strength(one: Strength, other: Strength) -> bool:
    """Whether two are the same medicine, of which one may have a longer name, in the same strength."""
    a, b = _plain(one.name), _plain(other.name)
    return one.amount == other.amount and (a == b or a in b.split() or b in a.split())
