"""Whether what was offered, read back or proposed is taken."""

from collections.abc import Collection, Sequence
from typing import Final

from carelog.extraction.appointments.statements import Range, any_of
from carelog.extraction.calendar_words import WEEKDAYS
from carelog.extraction.exchange import same_speaker
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.utterances import PhraseTable, Utterance, Word

TAKING: Final = phrase_set(
    """
    that works | that'll work | works for me | that would work | i'll take | i will take | let's do | lets do |
    perfect | sounds good | that's fine | that is fine | that's good | that's great | great | yes please | book it |
    put me down | sure | yes | yeah | okay | ok | fine | theek hai | thik hai | haan | works great | i can do |
    that one | lovely | grand | brilliant | super | smashing | ideal | done | noted | go on then | will do | i will |
    we will | i'll be there | we'll be there | i'll come | we'll come | see you then | suits me | that suits |
    that'll do | aa jaunga | aa jaungi | aa jaenge | aa jayenge | pakka | no problem | no worries | good for me |
    better for me | right | righto | right you are
    """
)
_GRANTING: Final = phrase_set(
    "it is | you can | of course | certainly | pop you in | put you in | book you in | put you down | that's free"
)
"""How a clinic takes what the subject asks for, beside the words of `TAKING`."""
REFUSING: Final = phrase_set(
    """
    doesn't work | does n't work | won't work | wo n't work | can't do | can't make | ca n't make | cannot | can't |
    no | not monday | not tuesday | not wednesday | not thursday | not friday | not saturday | not sunday |
    not tomorrow | not then | not that day | not free | i'm away | i'm working | clashes | not good | n't work |
    too early | too late | nope | nahi | anything else | something else | hang on | what else | what about |
    how about | anything later | anything earlier | anything sooner | any other | is there anything
    """
)
_DIGITS: Final = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
_REJECTING: Final = phrase_set(
    "that doesn't work | that does n't work | doesn't work for me | does n't work for me | that won't work | "
    "that wo n't work | i can't make that | i ca n't make that | i can't make it | i ca n't make it"
)
_DAY_REFUSED: Final = phrase_set(
    "doesn't work | does n't work | won't work | wo n't work | is no good | isn't good | is n't good | is bad | "
    "i can't | i ca n't | i'm away | i'm busy | i'm working"
)
_CONFIRMING: Final = phrase_set(
    """
    that's the one | that's it | that's right | that is right | correct | yes | yeah | yep | right | exactly | i'll be
    there |
    haan | ji | sure | mm hmm | uh huh
    """
)
_FIRST_WORDS: Final = 6


def agreed(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that what was read to them is so."""
    return _says(dialogue, i, _CONFIRMING)


def taken(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that they will do it."""
    return _says(dialogue, i, TAKING)


def taken_up(dialogue: Sequence[Utterance], i: int, days: Collection[str]) -> bool:
    """The next speaker takes a day and an hour that were only named to them: in so many words, or as they say the day
    again and ask nothing ("Tomorrow at two. I'll be in.")."""
    if not _answers(dialogue, i):
        return False
    words, first = dialogue[i + 1].words, dialogue[i + 1].sentences[0]
    if words[first[1] - 1].norm == "?":
        return False  # "Is that okay with the parking?"
    again = any(word.norm.removesuffix("'s") in days for word in words[slice(*first)])
    return again or any_of(TAKING, words, _opening(words))


def granted(dialogue: Sequence[Utterance], i: int, days: Collection[str]) -> bool:
    """A clinic grants what turn `i` asks for."""
    return taken_up(dialogue, i, days) or _says(dialogue, i, _GRANTING)


def refused(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that they cannot or will not."""
    speaks = i + 1 < len(dialogue) and not same_speaker(dialogue[i], dialogue[i + 1])
    return speaks and not _answers(dialogue, i)


def is_rejected(dialogue: Sequence[Utterance], i: int) -> bool:
    """The next speaker says that a time they were given will not do."""
    if i + 1 >= len(dialogue) or same_speaker(dialogue[i], dialogue[i + 1]):
        return False
    words = dialogue[i + 1].words
    if words and words[0].norm in WEEKDAYS and any_of(_DAY_REFUSED, words, _opening(words)):
        return True  # "Tuesday doesn't work, can you do Wednesday?"
    return any_of(_REJECTING, words, _opening(words))


def is_chosen_to_cancel(dialogue: Sequence[Utterance], i: int) -> bool:
    """ "(Press 1 to confirm, 2 to cancel.) Two." """
    words = dialogue[i].words
    named = [words[k].norm for k in range(len(words) - 2) if [w.norm for w in words[k + 1 : k + 3]] == ["to", "cancel"]]
    if not named or i + 1 >= len(dialogue) or same_speaker(dialogue[i], dialogue[i + 1]):
        return False
    said = [_DIGITS.get(word.norm, word.norm) for word in dialogue[i + 1].words[:1]]
    return said == [_DIGITS.get(named[-1], named[-1])]


def _says(dialogue: Sequence[Utterance], i: int, what: PhraseTable[bool]) -> bool:
    """The next speaker begins with one of these phrases, and does not refuse."""
    return _answers(dialogue, i) and any_of(what, dialogue[i + 1].words, _opening(dialogue[i + 1].words))


def _answers(dialogue: Sequence[Utterance], i: int) -> bool:
    if i + 1 >= len(dialogue) or same_speaker(dialogue[i], dialogue[i + 1]):
        return False
    words = dialogue[i + 1].words
    return bool(words) and not declines(words, _opening(words))


def declines(words: Sequence[Word], of: Range) -> bool:
    """A refusal stands there; "no problem" is none."""
    return any(REFUSING.at(words, k) and not TAKING.at(words, k) for k in range(*of))


def _opening(words: Sequence[Word]) -> Range:
    """The words by which an answer is told."""
    return 0, min(_FIRST_WORDS, len(words))
