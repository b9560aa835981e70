"""Whether what was offered, read back or proposed is taken."""

from collections.abc import Sequence
from typing import Final

from carelog.extraction.appointments.statements import any_of
from carelog.extraction.exchange import same_speaker
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import Utterance

TAKING: Final = phrase_set(
    """
    that works | that'll work | works for me | that would work | i'll take | i will take | let's do | lets do |
    perfect |
    sounds good | that's fine | that is fine | that's good | that's great | great | yes please | book it | put me down |
    sure | yes | yeah | okay | ok | fine | theek hai | thik hai | haan | works great | i can do | that one
    """
)
REFUSING: Final = phrase_set(
    """
    doesn't work | does n't work | won't work | wo n't work | can't do | can't make | ca n't make | cannot | can't |
    no |
    not good | n't work | too early | too late | nope | nahi | anything else | something else | hang on
    """
)
_CONFIRMING: Final = phrase_set(
    """
    that's the one | that's it | that's right | that is right | correct | yes | yeah | yep | right | exactly | i'll be
    there |
    haan | ji | sure | mm hmm | uh huh
    """
)


def agreed(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that what was read to them is so."""
    return _answers(dialogue, i) and any_of(_CONFIRMING, dialogue[i + 1].words, (0, min(6, len(dialogue[i + 1].words))))


def taken(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that they will do it."""
    return _answers(dialogue, i) and any_of(TAKING, dialogue[i + 1].words, (0, min(6, len(dialogue[i + 1].words))))


def refused(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that they cannot or will not."""
    speaks = i + 1 < len(dialogue) and not same_speaker(dialogue[i], dialogue[i + 1])
    return speaks and not _answers(dialogue, i)


def _answers(dialogue: Sequence[Utterance], i: int) -> bool:
    if i + 1 >= len(dialogue) or same_speaker(dialogue[i], dialogue[i + 1]):
        return False
    words = dialogue[i + 1].words
    return not any_of(REFUSING, words, (0, min(6, len(words))))
