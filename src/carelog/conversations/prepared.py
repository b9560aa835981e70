"""What is written of a conversation that its document alone tells.

It is made before the transaction, in which all who write wait for one another: half of the time that it takes to store
a conversation goes into this.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from carelog.conversations.conversation import Conversation
from carelog.conversations.found_by import party_rows, storable, words_of
from carelog.kit import jsontext


@dataclass(frozen=True, slots=True)
class Prepared:
    """A conversation with the columns of its row that its document tells, the rows of its parties, and its words.

    `digest` tells a second delivery of the document as it came in from another document: white space and the order of
    keys do not matter.
    """

    conversation: Conversation
    digest: str
    columns: Mapping[str, Any]
    parties: Sequence[Mapping[str, Any]]
    words: str

    @classmethod
    def of(cls, conversation: Conversation, digest: str | None = None) -> Self:
        """With the digest of the document that came in, where this one was changed since."""
        digest = digest or hashlib.sha256(jsontext.canonical(conversation.document)).hexdigest()
        columns = {
            "id": conversation.uuid,
            "title": storable(conversation.title) if conversation.title else None,
            "started_at": conversation.started_at,
            "created_at": conversation.created_at,
            "digest": digest,
            "document": conversation.json,
            "amends": conversation.amends,
        }
        return cls(conversation, digest, columns, party_rows(conversation), words_of(conversation))
