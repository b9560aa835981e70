"""The turn: one utterance, whatever shape of conversation it came in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """Who speaks, as far as the conversation says."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    AGENT = "agent"  # a voice agent, a bot, a receptionist
    CARER = "carer"  # family or another who speaks for the patient
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance.

    `pointer` (RFC 6901) leads to the string in the vCon that holds it ('/dialog/3/body') and `offset` says
    where `text` begins in that string (after decoding): `string[offset:offset + len(text)] == text`.
    `party` indexes the vCon's parties; `speaker` is the name or label that was given.
    """

    index: int
    text: str
    pointer: str
    offset: int = 0
    dialog: int | None = None
    party: int | None = None
    speaker: str | None = None
    role: Role = Role.UNKNOWN
    start: datetime | None = None
