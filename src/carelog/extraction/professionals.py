"""Who in health care is named before what they did: "my cardiologist put me on", "Dr. Rao diagnosed me"."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.utterances import Utterance, Word
from carelog.extraction.wordsets import word_set

_KINDS: Final = word_set(
    """
    doctor gp physician pcp surgeon cardiologist neurologist psychiatrist dermatologist endocrinologist oncologist
    urologist gastroenterologist pulmonologist rheumatologist nephrologist gynecologist gynaecologist ob obgyn
    pediatrician paediatrician allergist dentist ophthalmologist optometrist orthopedist podiatrist hematologist
    haematologist therapist psychologist midwife nurse pharmacist internist geriatrician specialist hepatologist
    daktar docter डॉक्टर
    """
)
_OF_TWO: Final = frozenset(
    (
        "family doctor",
        "primary care",
        "nurse practitioner",
        "eye doctor",
        "heart doctor",
        "kidney doctor",
        "ent doctor",
        "district nurse",
        "community nurse",
        "practice nurse",
        "home nurse",
    )
)
_OWNERS: Final = word_set("my the his her our your a mere")
_SELF: Final = word_set("i i'm i've we you main maine")
_TITLES: Final = frozenset({"dr", "doctor"})
_REACH: Final = 8
_LONGEST_NAME: Final = 2
_LONGEST_NAMED: Final = 5


def professional_before(utterance: Utterance, begin: int, verb: int) -> str | None:
    """Who of health care stands as the subject before word `verb`, in a sentence from `begin` on; as it was said.

    >>> from carelog.conversations.turns import Turn
    >>> from carelog.extraction.utterances import read
    >>> [said] = read([Turn(0, "Dr. Rao and then my heart doctor put me on it.", "/t")])
    >>> professional_before(said, 0, 4), professional_before(said, 0, 8)
    ('Dr. Rao', 'heart doctor')
    """
    words = utterance.words
    if begin >= 2 and words[begin - 1].norm == "." and words[begin - 2].norm in _TITLES:
        begin -= 2  # The point of "Dr." ends no sentence.
    for i in range(verb - 1, max(begin, verb - _REACH) - 1, -1):
        norm = words[i].norm
        if norm in _SELF:
            return None  # "I told my doctor that I take ..."
        if norm in _TITLES and (name := _name_after(utterance, i, verb)):
            return name
        if norm in _KINDS and i > begin:
            two = f"{words[i - 1].norm} {norm}"
            first = i - 1 if two in _OF_TWO else i
            if words[first - 1].norm in _OWNERS and first > begin:
                return utterance.quote(first, i + 1).lower()
        if f"{norm} {_norm(words, i + 1)}" in _OF_TWO and _norm(words, i - 1) in _OWNERS and norm == "primary":
            return utterance.quote(i, i + 2).lower()
    return None


def professional_after_by(utterance: Utterance, begin: int, end: int) -> str | None:
    """ "(Prescribed) by Dr. Rao", "by my cardiologist", between the words `begin` and `end`."""
    words = utterance.words
    for i in range(begin, min(end, begin + _REACH)):
        if words[i].norm == "by":
            return professional_before(utterance, i + 1, min(end, i + 1 + _LONGEST_NAMED))
    return None


def _name_after(utterance: Utterance, title: int, stop: int) -> str | None:
    """ "Dr. Smith", "doctor Rao Patel": the title with the names that begin with a capital."""
    words, text = utterance.words, utterance.text
    at = title + 1 + (_norm(words, title + 1) == ".")
    end = at
    while end < min(stop, at + _LONGEST_NAME) and text[words[end].start].isupper():
        end += 1
    return utterance.quote(title, end) if end > at else None


def _norm(words: Sequence[Word], i: int) -> str:
    return words[i].norm if 0 <= i < len(words) else ""
