"""Who is patient, clinician, agent or carer, as far as roles, names and labels say."""

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from carelog.conversations.turns import Role

_AUTOMATED = "ai bot chatbot robot voicebot assistant ivr machine automated virtual copilot सहायक"
_CLINICIAN = """
    doctor dr doc physician clinician nurse provider surgeon therapist physiotherapist psychologist
    psychiatrist dietitian dietician nutritionist pharmacist midwife paramedic dentist optometrist
    practitioner cardiologist dermatologist pediatrician paediatrician gynecologist gynaecologist neurologist
    oncologist radiologist consultant gp md rn np anm डॉक्टर डाक्टर डॉ चिकित्सक नर्स वैद्य
"""
_CARER = """
    carer caregiver caretaker family relative guardian guest attendant mother father mom mum mommy mama mummy
    dad daddy papa parent wife husband spouse partner son daughter brother sister grandmother grandfather
    grandma grandpa aunt uncle niece nephew friend माँ मां माता पिता पति पत्नी बेटा बेटी भाई बहन परिवार
"""
_DESK = "agent receptionist operator representative rep staff clinic hospital pharmacy scheduler coordinator"
_PATIENT = "patient caller customer client user member self me मरीज मरीज़ रोगी"
_HUMAN_ASSISTANTS = frozenset({"medical", "physician", "nursing", "clinical", "dental", "doctor"})
_LABEL_NOISE = frozenset({"the", "a", "of", "s", "my", "your", "primary", "care", "1", "2", "3", "4"})
_DEGREES = frozenset({"MD", "RN", "NP", "MBBS", "FRCP", "MRCP", "BDS"})  # "Md" is short for Mohammed
_TITLES = frozenset({"dr", "doctor", "nurse", "डॉ", "डॉक्टर", "डाक्टर"})

_WORD = re.compile(r"[^\s.,:;()\[\]{}<>/_'’\"*#&|-]+")


def _bare(word: str) -> str:
    """Lower case and without the nukta, which people type or leave out as they like."""
    return unicodedata.normalize("NFD", word.casefold()).replace("\u093c", "")


def _set(words: str) -> frozenset[str]:
    return frozenset(_bare(word) for word in words.split())


# In the order in which they win: "AI doctor" is an agent, "patient's mother" a carer.
_WORDS: tuple[tuple[Role, frozenset[str]], ...] = (
    (Role.AGENT, _set(_AUTOMATED)),
    (Role.CLINICIAN, _set(_CLINICIAN)),
    (Role.CARER, _set(_CARER)),
    (Role.AGENT, _set(_DESK)),
    (Role.PATIENT, _set(_PATIENT)),
)
_ALL_WORDS = frozenset[str]().union(*(words for _, words in _WORDS))
_IN_ANY_NAME = _set("assistant bot chatbot voicebot receptionist clinic hospital pharmacy सहायक")


@lru_cache(maxsize=1024)
def role_of_word(text: str) -> Role:
    """The role that a role's name says: what stands in a party's `role`.

    >>> role_of_word("Primary care physician"), role_of_word("patient's mother"), role_of_word("observer")
    (<Role.CLINICIAN: 'clinician'>, <Role.CARER: 'carer'>, <Role.UNKNOWN: 'unknown'>)
    """
    words = {_bare(word) for word in _WORD.findall(text)}
    if "assistant" in words and words & _HUMAN_ASSISTANTS:
        return Role.CLINICIAN
    return next((role for role, known in _WORDS if words & known), Role.UNKNOWN)


def role_of_name(name: str) -> Role:
    """The role that a person's name or a speaker's label says; most names say none.

    A name counts as a label only when every word of it is one ("Doctor", "Patient's wife"), because "Ai" and
    "Friend" are also people's names; titles, degrees and words no person is called by count anywhere.

    >>> role_of_name("Dr. Sen"), role_of_name("AI"), role_of_name("Ai Tanaka")
    (<Role.CLINICIAN: 'clinician'>, <Role.AGENT: 'agent'>, <Role.UNKNOWN: 'unknown'>)
    """
    given = _WORD.findall(name)
    words = [_bare(word) for word in given]
    if not words:
        return Role.UNKNOWN
    if all(word in _ALL_WORDS or word in _LABEL_NOISE or word in _HUMAN_ASSISTANTS for word in words):
        return role_of_word(name)
    if words[0] in _BARE_TITLES or given[-1] in _DEGREES:
        return Role.CLINICIAN
    if _IN_ANY_NAME.intersection(words) or given[-1] == "AI":
        return Role.AGENT
    return Role.UNKNOWN


_BARE_TITLES = frozenset(_bare(title) for title in _TITLES)


def role_of_party(party: Mapping[str, Any]) -> Role:
    """What a party object says of itself: its `role`, then its name, then its type (a bot is an agent).

    >>> role_of_party({"name": "Meera", "role": "patient"})
    <Role.PATIENT: 'patient'>
    """
    for key, read in (("role", role_of_word), ("name", role_of_name)):
        said = party.get(key)
        if isinstance(said, str) and (role := read(said)) is not Role.UNKNOWN:
            return role
    kind = party.get("type")
    return Role.AGENT if isinstance(kind, str) and kind.lower() in ("bot", "organization") else Role.UNKNOWN


K = TypeVar("K", bound=Hashable)


def by_elimination(said: Mapping[K, Role]) -> dict[K, Role]:
    """Fill in the one speaker of whom nothing is said.

    Alone, or with clinicians and agents only, that one is the patient. Beside a carer or another unknown
    nobody can tell.

    >>> by_elimination({"A": Role.CLINICIAN, "B": Role.UNKNOWN})["B"]
    <Role.PATIENT: 'patient'>
    >>> by_elimination({"A": Role.UNKNOWN, "B": Role.UNKNOWN})["B"]
    <Role.UNKNOWN: 'unknown'>
    """
    roles = dict(said)
    unknown = [key for key, role in said.items() if role is Role.UNKNOWN]
    others: Sequence[Role] = [role for role in said.values() if role is not Role.UNKNOWN]
    if len(unknown) == 1 and all(role in (Role.CLINICIAN, Role.AGENT) for role in others):
        roles[unknown[0]] = Role.PATIENT
    return roles
