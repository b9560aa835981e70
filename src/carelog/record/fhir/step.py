"""What is to be done for one resource that comes in, given what there is of it."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from carelog.record.appending import Placed
from carelog.record.entries import Entry, NewEntry
from carelog.record.fhir.reception import Incoming, entry_named
from carelog.record.merging import payload_json
from carelog.record.registry import parse_payload
from carelog.record.rules import looks_around
from carelog.record.surroundings import Sought, around

_REASON: Final = "imported again"
_WITHDRAWN: Final = "entered in error, says the system it came from"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one resource: `new` is written in place of what is `stored`, or as a new entry; it is None
    for one that is withdrawn. `source` is how it was imported before."""

    item: Incoming
    owner: UUID
    source: Any
    stored: Entry | None
    new: NewEntry | None

    @property
    def type(self) -> str:
        holder = self.new or self.stored
        assert holder is not None
        return holder.type

    @property
    def looks_around(self) -> bool:
        return looks_around(self.type)

    @property
    def is_plain(self) -> bool:
        return self.stored is None and not self.looks_around

    @property
    def surroundings(self) -> Sought:
        holder = self.new or self.stored
        assert holder is not None
        return around(self.owner, holder.type, self.new.payload if self.new else None, holder.occurred_at)

    @property
    def said_date(self) -> str | None:
        return self.item.said.said_date if self.item.said else None

    @property
    def changes_nothing(self) -> bool:
        one, other = self.stored, self.new
        return (
            one is not None
            and other is not None
            and (one.payload, one.occurred_at, one.occurred_zone, one.occurred_said)
            == (other.payload, other.occurred_at, other.occurred_zone, other.occurred_said)
        )

    @property
    def why(self) -> str:
        return _WITHDRAWN if self.new is None else _REASON

    def placed(self) -> Placed:
        assert self.new is not None
        return Placed(self.owner, None, f"fhir:{self.owner.hex}:{self.item.key}", self.new)

    def wanted(self, stored: Entry) -> Entry:
        if self.new is None:
            return replace(stored, state="retracted")
        kept = ("payload", "evidence", "occurred_at", "occurred_zone", "occurred_said", "source")
        return replace(stored, **{name: getattr(self.new, name) for name in kept})


def changed(item: Incoming, stored: Entry, new: NewEntry, source: Any) -> NewEntry:
    """What a resource makes of an entry that there is."""
    if item.kind == "Patient":
        told, known = payload_json(new.payload), payload_json(stored.payload)
        # What another system says of a person never takes the place of what the record says itself.
        both = known | told if source is not None else told | known
        return replace(
            new,
            payload=parse_payload("profile", both),
            occurred_at=stored.occurred_at,
            occurred_zone=stored.occurred_zone,
            source=stored.source,
        )
    if new.occurred_said and stored.occurred_said:
        new = replace(new, occurred_at=stored.occurred_at, occurred_zone=stored.occurred_zone)
    if entry_named(item) or source is None:
        return replace(new, evidence=stored.evidence, source=stored.source)
    return new
