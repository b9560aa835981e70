"""What is said of a medicine, and what a cue says in the place where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from carelog.conversations.turns import Role
from carelog.extraction.finding import Span
from carelog.extraction.medications.cues import Cue
from carelog.extraction.medications.names import Mention
from carelog.extraction.utterances import Utterance
from carelog.extraction.wordsets import word_set
from carelog.record.types.medication import Status

TAKING = frozenset({"taking", "take"})
"""The meanings of cues that may tell of a medicine that is taken."""

_INSTRUCTING = word_set(
    """
    can could should want like need needs ll 'll you'll must gon wan gonna wanna let please let's i'd
    recommend
    """
)
_BEFORE_IMPERATIVE = word_set(". : , and then just please okay so ok alright also or ahead ! ? ; again")
_REFILLS = word_set("refill refills refilled renew")
_GIVING = word_set("him her giving")  # "I give him": no order.
_HINDI_INSTRUCTIONS = word_set("lena leni lijiye lo lagaiye lagana daaliye khana लेना लेनी लीजिए खा लगाइए")


_HAD_REACH = 8
_BEFORE_HAD = word_set("some his her the a two one of more another last at and , then")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a mention; `spans` are words elsewhere that say it (an answer).

    A `tentative` status gives way to any other that the dialogue gives the medicine.
    """

    status: Status | None
    spans: tuple[Span, ...] = ()
    tentative: bool = False


def status_of(utterance: Utterance, cue: Cue | None) -> Status | None:
    """The status that a cue gives, by who says it: "take two" is an order or a report."""
    match cue and cue.meaning:
        case "may i":
            return "asked"
        case "take" if cue:
            return _taking_or_ordered(utterance, cue)
        case "tried":
            return "stopped"
        case "ordered" if cue and _is_from_patient(utterance, cue):
            return "taking"
        case "taking" | "started" | "changed" | "stopped" | "ordered" | "missed" as status:
            return status
    return None


def _is_from_patient(utterance: Utterance, cue: Cue) -> bool:
    """ "Can you refill my Zoloft?", "I give him his Keppra": who asks for more of a medicine takes it, and who
    gives it to the subject does not order it."""
    if utterance.turn.role not in (Role.PATIENT, Role.CARER):
        return False
    return any(word.norm in _REFILLS | _GIVING for word in utterance.words[cue.first : cue.end])


def _taking_or_ordered(utterance: Utterance, cue: Cue) -> Status:
    """ "Take": an instruction after "you should" or at the beginning, said by one who instructs."""
    if utterance.turn.role in (Role.PATIENT, Role.CARER):
        return "taking"
    if utterance.words[cue.first].norm in _HINDI_INSTRUCTIONS:
        return "ordered"
    clause = [word.norm for word in utterance.words[utterance.sentence_at(cue.first)[0] : cue.first]]
    if clause[:1] == ["if"]:
        return "ordered"  # "If the pain gets worse take oxycodone": advice, and nothing that is taken.
    before = [word.norm for word in utterance.words[max(0, cue.first - 5) : cue.first]]
    if not before or before[-1] in _BEFORE_IMPERATIVE:
        return "ordered"
    return "ordered" if _INSTRUCTING & set(before) and not {"do", "did", "i"} & set(before[-2:]) else "taking"


def is_had(utterance: Utterance, names: Sequence[Mention], begin: int, first: int) -> bool:
    """ "He had some Calpol at six", as a carer says: the name begins at word `first`, `names` are all of the turn."""
    if utterance.turn.role is not Role.CARER:
        return False
    words = utterance.words
    for i in range(first - 1, max(begin, first - _HAD_REACH) - 1, -1):
        if words[i].norm == "had":
            return True
        named = any(other.first <= i < other.end for other in names)
        if not named and words[i].norm not in _BEFORE_HAD and not words[i].norm.isdecimal():
            return False
    return False
