"""What waits for a person's judgement, and what they made of it, as plain data."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from carelog.kit import jsontext
from carelog.kit.zones import local
from carelog.record.entries import Entry, NewEntry
from carelog.record.evidence import Evidence
from carelog.record.merging import payload_json


class Doubt(StrEnum):
    """Why a reading is not simply believed."""

    IMPLAUSIBLE = "implausible"  # nobody alive can have this value
    DISPUTED = "disputed"  # it was read in two ways
    UNGROUNDED = "ungrounded"  # a model claims it, and the conversation does not bear it out


class Status(StrEnum):
    """What has become of an item. What was decided once stays so."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine's reading. `payload` need not be a valid payload of its type: that may be why it is doubted."""

    engine: str
    payload: Mapping[str, Any]
    evidence: tuple[Evidence, ...]

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        return cls(stored["engine"], stored["payload"], tuple(map(Evidence.model_validate, stored["evidence"])))

    @classmethod
    def told(cls, entry: NewEntry | Entry) -> Self:
        """What an entry says, as one of several readings."""
        return cls(entry.recorded_by, payload_json(entry.payload), entry.evidence)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        quotes = [quote.model_dump(mode="json", exclude_none=True) for quote in self.evidence]
        return {"engine": self.engine, "payload": dict(self.payload), "evidence": quotes}


@dataclass(frozen=True, slots=True)
class NewReview:
    """A doubt that is to be written down. `fields` names those of the payload that are in doubt, where it is known;
    `about` is the entry that stands in the record meanwhile, if one is written with this."""

    type: str
    doubt: Doubt
    readings: tuple[Reading, ...]
    occurred_at: datetime
    occurred_zone: str
    fields: tuple[str, ...] = ()
    about: NewEntry | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A doubt with whose it is and where it came from; `about` is the entry that stands meanwhile, or its origin where
    it is to be written with this."""

    subject_id: UUID
    conversation_id: UUID
    chain: str | None
    review: NewReview
    about: str | UUID | None = None

    @property
    def digest(self) -> str:
        """The same for the same doubt about the same words, whichever version of an engine has it: a person is asked
        once."""
        review = self.review
        said = sorted(jsontext.dump([dict(r.payload), _quotes(r)]) for r in review.readings)
        whole = [self.conversation_id.hex, review.type, str(review.doubt), said]
        return hashlib.blake2b(jsontext.dump(whole).encode(), digest_size=32).hexdigest()


@dataclass(frozen=True, slots=True)
class Review:
    """An item as it is stored. `entry_id` is the entry that stands in the record meanwhile, or that came of the
    decision."""

    id: UUID
    subject_id: UUID
    conversation_id: UUID
    chain: str | None
    type: str
    doubt: Doubt
    status: Status
    fields: tuple[str, ...]
    readings: tuple[Reading, ...]
    occurred_at: datetime
    occurred_zone: str
    entry_id: UUID | None
    digest: str
    recorded_at: datetime
    decided_at: datetime | None
    decided_by: str | None

    @property
    def occurred_local(self) -> datetime:
        """`occurred_at` on the subject's own clock."""
        return local(self.occurred_at, self.occurred_zone)


def _quotes(reading: Reading) -> list[list[object]]:
    return [[quote.pointer, quote.start, quote.end] for quote in reading.evidence]
