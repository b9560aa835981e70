"""What waits for a person's judgement, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from carelog.record.evidence import Evidence


class Doubt(StrEnum):
    """Why a reading is not simply believed."""

    IMPLAUSIBLE = "implausible"  # nobody alive can have this value
    DISPUTED = "disputed"  # two engines read it in two ways
    UNGROUNDED = "ungrounded"  # a model claims it, and the conversation does not bear it out


@dataclass(frozen=True, slots=True)
class Reading:
    """One engine's reading. `payload` need not be a valid payload of its type: that may be why it is doubted."""

    engine: str
    payload: Mapping[str, Any]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class NewReview:
    """A doubt that is to be written down. `fields` names those of the payload that are in doubt, where it is known."""

    type: str
    doubt: Doubt
    readings: tuple[Reading, ...]
    occurred_at: datetime
    occurred_zone: str
    fields: tuple[str, ...] = ()
