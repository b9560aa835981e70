"""What an open question asks for that is no complaint of now: "when should you call us?", "what has gone away?"."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from carelog.conversations.turns import Role
from carelog.extraction.exchange import same_speaker
from carelog.extraction.phrasebook import phrase_set
from carelog.extraction.symptoms import persons
from carelog.extraction.symptoms.mentions import Mention
from carelog.extraction.symptoms.reading import Reading
from carelog.extraction.wordsets import word_set


class AskedFor(Enum):
    """What those symptoms are that answer an open question."""

    NOT_OWN = "not own"  # what to watch for, what others have, what there was long ago
    GONE = "gone"
    LACKED = "lacked"


_OPENING: Final = word_set("what what's when which how who kab kya kaun kaunsi papa mummy pehle कब क्या कौन पहले")
_ASKS_OF_NOW: Final = phrase_set(
    """
    have you had | have you noticed | have you got | did you get | did you notice | did you feel | are you having |
    are you feeling | signs did you have | symptoms did you have | do you have | made you call | brings you
    """
)
_NOT_OWN: Final = phrase_set(
    """
    when should you | when would you | when do you call | when do you come | when do you go | when will you call |
    would make you call | should make you call | would make you come | would bring you back | should you watch |
    should you look | will you watch | do you watch for | to watch for | to look out for | are the signs of |
    warning signs | are the symptoms of | red flags | warn you | warned you | warned about | leaflet say |
    label say | effects are you worried | effects worry you | effects are you afraid | effects can | effects might |
    effects could | effects should | as a child | as a kid | when you were | kab hospital | kab aana | kab aayenge |
    kab call | kab phone | dhyan rakhna | pehle kya tha | कब आना | ध्यान रखना | पहले क्या था
    """
)
_GONE: Final = phrase_set(
    """
    what's gone | what is gone | have gone | has gone | gone away | went away | cleared up | has resolved |
    have resolved | kya theek ho gaya | kya thik ho gaya | kya nahi hai | क्या ठीक हो गया
    """
)
_LACKED: Final = phrase_set("don't you have | do n't you have | you don't have | you do n't have")
_WRONG_WITH: Final = phrase_set("wrong with your | matter with your | happened to your | happened with your")
_DOES: Final = word_set("does do did")
_HAVE: Final = word_set("have get catch")
_KO: Final = word_set("ko को")


def asked_for(readings: Sequence[Reading], position: int) -> AskedFor | None:
    """What the question before a turn asks for, where that is no complaint of the subject's now."""
    if position == 0:
        return None
    asking, here = readings[position - 1].utterance, readings[position].utterance
    if (
        not asking.words
        or not here.words
        or asking.turn.role not in (Role.CLINICIAN, Role.AGENT)
        or same_speaker(asking, here)
    ):
        return None
    words, (first, end) = readings[position - 1].words, asking.sentences[-1]
    opens = next((i for i in range(first, end) if words[i].norm in _OPENING), None)
    if opens is None or words[end - 1].norm != "?":
        return None
    if here.turn.role is Role.PATIENT and _asks_of_kin(readings[position - 1], opens, end):
        return AskedFor.NOT_OWN
    if next(_LACKED.within(words, opens, end), None) is not None:
        return AskedFor.LACKED
    if next(_ASKS_OF_NOW.within(words, opens, end), None) is not None:
        return None
    if next(_NOT_OWN.within(words, opens, end), None) is not None:
        return AskedFor.NOT_OWN
    return AskedFor.GONE if next(_GONE.within(words, opens, end), None) is not None else None


def answers_it(reading: Reading, mention: Mention) -> bool:
    """Whether a mention of the turn only names what was asked for; "I have a fever now" tells more."""
    first, end = reading.utterance.sentences[0]
    return first <= mention.first < end and not persons.is_first_person(reading.words, (first, end), mention.first)


def _asks_of_kin(asking: Reading, first: int, end: int) -> bool:
    """ "What does your wife have?", "what's wrong with your son?", "papa ko kya hua?"."""
    words = asking.words
    if not persons.names_kin(words, (first, end)):
        return False
    if any(words[i].norm in _KO and persons.names_kin(words, (i - 1, i)) for i in range(first + 1, end)):
        return True
    if next(_WRONG_WITH.within(words, first, end), None) is not None:
        return True
    asked = [word.norm for word in words[first:end] if word.norm.isalpha()]
    return asked[1:3] in ([does, "your"] for does in _DOES) and asked[-1] in _HAVE
