"""Events: entries, as memory services speak of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from carelog.record.entries import Entry, Source
from carelog.record.names import NamedBy
from carelog.record.registry import entry_types

ToldSource = Literal["policy", "verified", "tool", "document", "user", "assistant", "derived", "system"]
"""Where an event comes from, in the words of memory services."""

SOURCES: Final[Mapping[str, Source]] = {
    "user": "manual",
    "tool": "device",
    "derived": "derived",
    "assistant": "derived",
    "document": "import",
    "policy": "import",
    "system": "import",
    "verified": "import",
}
_SAID: Final[Mapping[Source, ToldSource]] = {
    "conversation": "user",
    "manual": "user",
    "import": "document",
    "device": "tool",
    "derived": "derived",
}
_ACTIONS: Final = frozenset({"chat_message"})


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event: the entry, and the names by which its caller knows it."""

    context_id: str
    event_kind: str
    source: str
    entry: Entry


def event_of(found: Entry, told: NamedBy | None) -> Event:
    """An entry as an event: in the words in which it was told, where a caller did."""
    kind = entry_types()[found.type]
    source = (told and told.source) or _SAID[found.source]
    if told is None:
        return Event(found.context_id, kind_of_event(found.type), source, found)
    return Event(kind.context_id(told.name), told.event_kind, source, found)


def kind_of_event(type_name: str) -> str:
    """The kind of event that an entry of this type is, when nobody says."""
    return "action" if type_name in _ACTIONS else "fact"
