"""With whom, where, and what for an appointment is."""

import re
from typing import Final, Literal

from carelog.extraction.appointments.wording import SPECIALTIES, VIRTUAL
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set

_NAME: Final = r"[A-Z]\w+(?:-[A-Z]\w+)?(?:['’][A-Z]\w+)?"
_DOCTOR: Final = re.compile(
    rf"\b(?:Dr\.?|Doctor)\s+{_NAME}(?:\s+(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day){_NAME})?"
)
_PLACES: Final = word_set("clinic hospital office center centre campus building pharmacy")
_STOPS: Final = word_set("on at with in by next this tomorrow today for and but . , ? ! is was and from the")
_ONLINE: Final = word_set("visit visits appointment call meeting consultation consult session follow")
Spoken = Literal[True] | None


def doctor_in(utterance: Utterance, first: int, end: int) -> str | None:
    """The doctor who is named: "Dr. Mehta"."""
    words = utterance.words
    # To the end of the text: a full stop after "Dr" ends a sentence.
    found = _DOCTOR.search(utterance.text, words[first].start)
    if found is None or found.start() >= words[end - 1].end:
        return None
    return " ".join(found[0].split())


def specialty_in(utterance: Utterance, first: int, end: int) -> str | None:
    """The branch of medicine that is named first."""
    for i in range(first, end):
        found = SPECIALTIES.at(utterance.words, i)
        if found is not None:
            return found[1]
    return None


def virtual_in(utterance: Utterance, first: int, end: int) -> Spoken:
    """Whether it is held by video or telephone, where that was said."""
    words = utterance.words
    for i in range(first, end):
        if words[i].norm in VIRTUAL and any(w.norm in _ONLINE for w in words[i + 1 : i + 3]):
            return True
    return None


def location_in(utterance: Utterance, first: int, end: int) -> str | None:
    """The place: "at the Linden Street clinic"."""
    words = utterance.words
    for i in range(first, end):
        if words[i].norm not in _PLACES:
            continue
        for start in range(i - 1, max(first, i - 5), -1):
            if words[start].norm in ("at", "in") and start + 1 < i:
                begin = start + 1 + (words[start + 1].norm in ("the", "our", "your", "a", "my"))
                return utterance.quote(begin, i + 1) if begin < i else None
    return None


def reason_in(utterance: Utterance, noun: int, end: int) -> str | None:
    """What it is for: "an appointment for my knee pain"."""
    words = utterance.words
    at = noun + 1
    if at >= end or words[at].norm not in ("for", "about"):
        return None
    at += 1
    if at < end and words[at].norm in ("my", "your", "the", "a", "his", "her"):
        at += 1
    stop = at
    while stop < end and words[stop].norm not in _STOPS and not words[stop].norm[0].isdecimal():
        stop += 1
    small = stop - at <= 5 and stop > at
    return utterance.quote(at, stop) if small and words[at].norm not in _NO_REASON else None


_NO_REASON: Final = word_set(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december me you it that him her them us today tomorrow
    """
)
