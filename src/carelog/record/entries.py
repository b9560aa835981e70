"""Entries as plain data: before they are stored, and as they are read back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from carelog.kit.zones import local
from carelog.record.evidence import Evidence
from carelog.record.payload import Payload
from carelog.record.registry import entry_types

State = Literal["active", "retracted"]
Source = Literal["conversation", "manual", "import", "device", "derived"]
"""Where an entry comes from: words that it quotes, somebody's hand, another system's record, a device, or other
entries."""

Confidence = Literal["agreed", "single", "disputed", "confirmed"]
"""How far what engines read is borne out: two read the same, one read it, two read it in two ways and nobody has
decided yet, or a person has confirmed or corrected it."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry that is to be written. `occurred_at` is when it happened, as far as the conversation says. Where nobody
    knows that, it is when it was written, and `occurred_said` tells so: in words, or "unknown"."""

    type: str
    payload: Payload
    evidence: tuple[Evidence, ...]
    occurred_at: datetime
    occurred_zone: str
    recorded_by: str
    source: Source = "conversation"
    confidence: Confidence | None = None
    occurred_said: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of an entry, the newest unless a history was asked for. `occurred_said` is None for what has a date.
    `confidence` is None for what no engine read, and where it is not known. `contradicts` holds the context ids of
    entries that cannot be true together with it, where those were asked for."""

    id: UUID
    subject_id: UUID
    type: str
    revision: int
    state: State
    payload: Payload
    evidence: tuple[Evidence, ...]
    occurred_at: datetime
    occurred_zone: str
    recorded_at: datetime
    recorded_by: str
    reason: str | None
    source: Source = "conversation"
    confidence: Confidence | None = None
    due_at: datetime | None = None
    subject_zone: str | None = None
    contradicts: tuple[str, ...] = ()
    occurred_said: str | None = None

    @property
    def zone_name(self) -> str:
        """The zone of the subject as it is set now; where none is, that in which the entry happened."""
        return self.subject_zone or self.occurred_zone

    @property
    def context_id(self) -> str:
        return entry_types()[self.type].context_id(self.id)

    def headline(self) -> str:
        """One short line for lists and tables, its moments on the subject's own clock."""
        return self.payload.on_clock(self.occurred_zone).headline()

    @property
    def occurred_local(self) -> datetime:
        """`occurred_at` on the subject's own clock, as far as that can be written."""
        return local(self.occurred_at, self.occurred_zone)
