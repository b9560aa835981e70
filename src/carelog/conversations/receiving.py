"""The way in for a vCon in any of its three forms."""

from datetime import datetime
from typing import TYPE_CHECKING

from carelog.conversations.conversation import Conversation
from carelog.conversations.vcon import SignedOrEncrypted
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

if TYPE_CHECKING:
    from carelog.conversations.sealed import Keys, Opened


def receive(
    data: bytes | str, keys: "Keys | None", now: datetime, *, max_bytes: int
) -> tuple[Conversation, "Opened | None"]:
    """The conversation, and for a sealed one what it was opened from, to be kept beside it.

    A plain vCon costs nothing more than `Conversation.parse`. Raises as that does, and for a sealed one as
    `sealed.open_sealed` does; `max_bytes` is the limit of what is inside.
    """
    try:
        return read_plain(data), None
    except SignedOrEncrypted:
        pass
    from carelog.conversations.sealed import Keys, open_document  # loads the cryptography, which few need

    opened = open_document(data, keys or Keys(), now, max_bytes=max_bytes)
    return read_plain(opened.payload), opened


def read_plain(data: bytes | str) -> Conversation:
    """A vCon that is neither signed nor encrypted, by the present draft, or by the older one that it says itself.

    Raises as `Conversation.parse` does.
    """
    try:
        return Conversation.parse(data)
    except SignedOrEncrypted:
        raise
    except InvalidInput:
        from carelog.conversations.older import parse_older, says_an_older_draft  # few come so

        if not says_an_older_draft(jsontext.parse(data)):
            raise
    return parse_older(data)
