"""Entries as plain data: before they are stored, and as they are read back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from carelog.kit.zones import zone
from carelog.record.evidence import Evidence
from carelog.record.payload import Payload
from carelog.record.registry import entry_types

State = Literal["active", "retracted"]
Source = Literal["conversation", "manual", "import", "device", "derived"]
"""Where an entry comes from: words that it quotes, somebody's hand, another system's record, a device, or other
entries."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry that is to be written. `occurred_at` is when it happened, as far as the conversation says."""

    type: str
    payload: Payload
    evidence: tuple[Evidence, ...]
    occurred_at: datetime
    occurred_zone: str
    recorded_by: str
    source: Source = "conversation"


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of an entry, the newest unless a history was asked for. `contradicts` holds the context ids of
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
    due_at: datetime | None = None
    subject_zone: str | None = None
    contradicts: tuple[str, ...] = ()

    @property
    def zone_name(self) -> str:
        """The zone of the subject as it is set now; where none is, that in which the entry happened."""
        return self.subject_zone or self.occurred_zone

    @property
    def context_id(self) -> str:
        return entry_types()[self.type].context_id(self.id)

    @property
    def occurred_local(self) -> datetime:
        """`occurred_at` on the subject's own clock; in UTC where that clock has no such time, in the first and last
        hours of time, and where its offset has seconds, as before there were zones: RFC 3339 cannot write it."""
        try:
            local = self.occurred_at.astimezone(zone(self.occurred_zone))
        except OverflowError:
            return self.occurred_at
        offset = local.utcoffset()
        return self.occurred_at if offset and offset.seconds % 60 else local
