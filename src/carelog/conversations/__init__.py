"""Conversations: vCons checked, read into turns, and given back exactly as they came."""

from carelog.conversations.content import text_at
from carelog.conversations.conversation import Conversation
from carelog.conversations.parties import Identifier, Party, normal
from carelog.conversations.persons import patient_party
from carelog.conversations.reader import turns_of
from carelog.conversations.tags import tags_of, with_tags
from carelog.conversations.transcript import from_transcript
from carelog.conversations.turns import Role, Turn
from carelog.conversations.vcon import SignedOrEncrypted

__all__ = [
    "Conversation",
    "Identifier",
    "Party",
    "Role",
    "SignedOrEncrypted",
    "Turn",
    "from_transcript",
    "normal",
    "patient_party",
    "tags_of",
    "text_at",
    "turns_of",
    "with_tags",
]
