"""What has been cannot lie ahead: a reading of next month has a wrong date. What is planned may lie anywhere."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from carelog.kit.errors import InvalidInput
from carelog.record.entries import NewEntry
from carelog.record.payload import Payload
from carelog.record.registry import entry_types

_LEEWAY: Final = timedelta(days=1)
"""Somewhere it is tomorrow already, and clocks are set wrong by hours."""


def lies_ahead(payload: Payload | type[Payload], moment: datetime, now: datetime) -> bool:
    """Whether this has been, and is said to be more than a day from now."""
    return payload.has_been and moment > now + _LEEWAY


def require_past(payload: Payload, moment: datetime, now: datetime) -> None:
    """Raises InvalidInput for what has been and lies ahead."""
    if lies_ahead(payload, moment, now):
        problem = "must not lie more than a day in the future: this is a record of what has been"
        raise InvalidInput(
            f"/occurred_at {problem}", details={"problems": [{"place": "/occurred_at", "problem": problem}]}
        )


def past(type_name: str, moment: datetime, told_at: datetime, now: datetime) -> datetime:
    """When something was that was read in a conversation of `told_at`. A date that lies ahead was misread, or is one of
    a wrong clock: it was when it was told then, or where that lies ahead too, now."""
    model = entry_types()[type_name].model
    return next((at for at in (moment, told_at) if not lies_ahead(model, at, now)), now)


def as_told(entry: NewEntry, told_at: datetime, now: datetime) -> NewEntry:
    """The entry with no moment of its own ahead, and placed as `past` says."""
    if not lies_ahead(entry.payload, entry.occurred_at, now):
        return entry
    said = {name: at for name, at in entry.payload.__dict__.items() if isinstance(at, datetime)}
    wrong = {name: None for name, at in said.items() if lies_ahead(entry.payload, at, now)}
    payload = entry.payload.model_copy(update=wrong)
    return replace(entry, payload=payload, occurred_at=past(entry.type, entry.occurred_at, told_at, now))
