"""Who of the parties is one person: whose record a conversation belongs to, and by what they can be told again."""

import re
from itertools import combinations
from typing import TYPE_CHECKING, Final

from carelog.conversations.parties import Kind, Party, normal
from carelog.conversations.turns import Role

if TYPE_CHECKING:
    from carelog.conversations.conversation import Conversation

_SHORTEST_NUMBER: Final = 7  # of those that are one person's anywhere; shorter ones are extensions, and services
_KEYPAD: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_WITHHELD: Final = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld")
_AS_NUMBERS: Final = frozenset(word.translate(_KEYPAD) for word in _WITHHELD)
_NOBODYS: Final = frozenset({*_WITHHELD, "noreply", "donotreply", "postmaster", "mailerdaemon"})


def patient_party(conversation: "Conversation") -> int | None:
    """The party whose record this conversation belongs to, or None when it cannot be known.

    It is the one party with the role of patient, also where that one is there twice, as by telephone and by
    message; failing that, the sole human beside clinicians and agents.
    A carer speaks for the patient and is not the patient.
    """
    patients = _patients(conversation)
    if not patients or not all(_are_one(conversation, patients[0], other) for other in patients[1:]):
        return None
    return patients[0].index


def several_patients(conversation: "Conversation") -> bool:
    """Whether parties with the role of patient are different people, by their names or by what they are reached at."""
    patients = _patients(conversation)
    return any(_are_two(conversation, one, other) for one, other in combinations(patients, 2))


def _patients(conversation: "Conversation") -> list[Party]:
    return [party for party in conversation.parties if party.role is Role.PATIENT]


def _are_one(conversation: "Conversation", one: Party, other: Party) -> bool:
    """The same address, and no other name."""
    mine, theirs = _addresses(conversation, one), _addresses(conversation, other)
    return bool(mine & theirs) and not _have_two_names(one, other)


def _are_two(conversation: "Conversation", one: Party, other: Party) -> bool:
    mine, theirs = _addresses(conversation, one), _addresses(conversation, other)
    apart = {kind for kind, _ in mine} & {kind for kind, _ in theirs}
    return _have_two_names(one, other) or (bool(apart) and not mine & theirs)


def _have_two_names(one: Party, other: Party) -> bool:
    """Two that do not go together, as "Anil" and "Anil Rao" do."""
    mine, theirs = ({*normal("name", party.name or "").split()} for party in (one, other))
    return bool(mine and theirs) and not (mine <= theirs or theirs <= mine)


def _addresses(conversation: "Conversation", party: Party) -> set[tuple[Kind, str]]:
    return {(i.kind, i.value) for i in conversation.identifiers if i.party == party.index and i.kind != "name"}


def names_one_person(kind: str, value: str) -> bool:
    """Whether an identifier in its normal form can be one person's. What stands in place of a withheld number is the
    same for all who withhold theirs: a word, that word on the keypad (as Twilio sends it,
    https://www.twilio.com/docs/voice), one digit over and over, or an address that takes no mail (RFC 3323, RFC 2606).

    >>> names_one_person("tel", "+919820012345"), names_one_person("tel", "anonymous")
    (True, False)
    >>> names_one_person("tel", "+266696687"), names_one_person("mailto", "anonymous@anonymous.invalid")
    (False, False)
    """
    match kind:
        case "tel":
            digits = value.removeprefix("+")
            whole = digits.isdecimal() and len(digits) >= _SHORTEST_NUMBER and digits not in _AS_NUMBERS
            return whole and len({*digits[1 - _SHORTEST_NUMBER :]}) > 1
        case "mailto":
            name, _, domain = value.rpartition("@")
            nobodys = re.sub(r"[^a-z]", "", name) in _NOBODYS or domain.endswith(".invalid")
            return bool(name and domain) and not nobodys
        case "uuid":
            return any(c.isdecimal() for c in value) and len({*value} - {"-"}) > 1
    return True
