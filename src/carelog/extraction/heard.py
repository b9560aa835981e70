"""Who is heard: of several people in one conversation, those who tell of the one whose record it is.

Where the patient is known, and so is who looks after them, anybody else who speaks is with the patient, or one of a
group: of themselves they tell nothing that belongs into this record. Where several people are patients, nobody can say
which words are about whom.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any, Final

from carelog.conversations import Conversation, Role, Turn
from carelog.conversations.persons import patient_party, several_patients
from carelog.extraction.anothers import without_anothers
from carelog.extraction.former import without_former
from carelog.extraction.taken_back import without_taken_back
from carelog.extraction.utterances import words_of
from carelog.extraction.wordsets import word_set

_LOOKING_AFTER: Final = frozenset({Role.CLINICIAN, Role.AGENT})
# Says in the first person what the patient says.
_INTERPRETS: Final = re.compile(r"interpret|translat|दुभाषिया", re.IGNORECASE)
_OF_ANOTHER: Final = word_set(
    """
    he she him her his hers he's she's he'd she'd he'll she'll they them their you your you're you've yours
    mother mom mum father dad husband wife son daughter brother sister baby
    usko use unko unhe uska uski unka unki aapko aapka aapki aap amma appa maa papa
    उसको उसे उनको उन्हें उसका उसकी उनका उनकी आपको आपका आपकी आप माँ मां पापा
    """
)


def heard(conversation: Conversation) -> tuple[Turn, ...]:
    """The turns of a conversation, each in its place. Those that tell nothing of its subject have no words left, nor
    has what is a relative's, taken back or over in the others, and whoever is with the patient is their carer."""
    turns = conversation.turns
    if several_patients(conversation):
        return tuple(_unheard(turn) for turn in turns)
    beside = _beside(conversation)
    own = tuple(_of_companion(turn) if _voice(turn) in beside else turn for turn in turns) if beside else turns
    return without_former(without_taken_back(without_anothers(own)))


def _beside(conversation: Conversation) -> frozenset[Hashable]:
    """Those who speak beside a patient and who looks after them, and of whom nothing is known."""
    roles = {_voice(turn): turn.role for turn in conversation.turns}
    known = {*roles.values()}
    if Role.PATIENT not in known or not known & _LOOKING_AFTER:
        return frozenset()
    subject, parties = patient_party(conversation), conversation.document.get("parties") or []
    return frozenset(
        voice
        for voice, role in roles.items()
        if role is Role.UNKNOWN and voice != subject and not _interprets(voice, parties)
    )


def _interprets(voice: Hashable, parties: Sequence[Any]) -> bool:
    called = parties[voice].get("role") or parties[voice].get("name") if isinstance(voice, int) else voice
    return isinstance(called, str) and _INTERPRETS.search(called) is not None


def _of_companion(turn: Turn) -> Turn:
    told = {word.norm.removesuffix("'s") for word in words_of(turn.text)}
    return replace(turn, role=Role.CARER) if told & _OF_ANOTHER else _unheard(turn)


def _unheard(turn: Turn) -> Turn:
    return replace(turn, text="")


def _voice(turn: Turn) -> Hashable:
    return turn.speaker if turn.party is None else turn.party
