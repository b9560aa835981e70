"""What a conversation is found by: its parties and its words, as the search index keeps them."""

from typing import Any, Final

from carelog.conversations.content import plain_words
from carelog.conversations.conversation import Conversation
from carelog.conversations.parties import Kind, normal

# PostgreSQL limits a search vector to 1 MB; this much text stays below it in every script.
_WORDS: Final = 250_000
_PARTY: Final = 320


def party_rows(conversation: Conversation) -> list[dict[str, Any]]:
    """Rows of `conversation_party`."""
    found = {(i.party, i.kind, _kept(i.value)) for i in conversation.identifiers}
    return [
        {"conversation_id": conversation.uuid, "party": party, "kind": kind, "value": value}
        for party, kind, value in sorted(found)
        if value
    ]


def party_value(kind: Kind, value: str) -> str:
    """What is searched for, in the form in which the index keeps it."""
    return _kept(normal(kind, value))


def words_of(conversation: Conversation) -> str:
    """The title and all that was said."""
    plain = plain_words(conversation.document)
    said = (turn.text for turn in conversation.turns) if plain is None else plain
    return storable("\n".join([conversation.title or "", *said]))[:_WORDS]


def storable(text: str) -> str:
    """PostgreSQL's text holds every character but U+0000; the document itself keeps it, escaped."""
    return text.replace("\x00", " ")


def _kept(value: str) -> str:
    return storable(value)[:_PARTY]
