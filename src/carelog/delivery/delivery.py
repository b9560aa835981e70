"""A delivery: one message on its way out, and every step that its state may take.

    queued ──send──► sent
      ▲  │ └─ its time is over, or given up ─► discarded
      │  └─ tries used up ─► dead ──discard──► discarded
      └─────drive again───────┘

The functions here are pure: the outbox stores what they return. What was sent or discarded is known by its key and by
the end of its address only: its words are kept no longer than they are needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

from carelog.delivery.sender_errors import SenderError, SenderRefused
from carelog.kit.backoff import at_least, backoff
from carelog.kit.errors import CarelogError, Conflict

Channel: TypeAlias = Literal["email", "sms", "whatsapp", "webhook"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    DISCARDED = "discarded"


class DeliveryExpired(CarelogError):
    """It was not sent while it was of any use."""

    code = "delivery.expired"


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent, from `due_at` on (now, when left out) and before `expires_at`. `key` says what it is about:
    a second message of the same key is the same message; one that `joins` adds its text to the first, while that waits.
    `recipient` is an e-mail address or a phone number in E.164;
    to a webhook it is the name of whom it is about."""

    channel: Channel
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    key: str
    title: str | None = field(default=None, repr=False)
    subject_id: UUID | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message and its fate. `text` is None once it is let go."""

    id: UUID
    channel: Channel
    recipient: str = field(repr=False)
    title: str | None = field(repr=False)
    text: str | None = field(repr=False)
    subject_id: UUID | None
    key: str
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    expires_at: datetime | None = None
    state: DeliveryState = DeliveryState.QUEUED
    tries: int = 0
    error: Mapping[str, Any] | None = None

    def over_at(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


def sent(delivery: Delivery, now: datetime) -> Delivery:
    return replace(_let_go(delivery), state=DeliveryState.SENT, tries=delivery.tries + 1, error=None, updated_at=now)


def failed(delivery: Delivery, now: datetime, error: SenderError, *, max_tries: int) -> Delivery:
    """Queue it again after a growing delay; when its tries are used up, or trying again would not help, it is dead."""
    tried = replace(delivery, tries=delivery.tries + 1, error=error.report, updated_at=now)
    if isinstance(error, SenderRefused) or tried.tries >= max_tries:
        return replace(tried, state=DeliveryState.DEAD)
    return replace(tried, due_at=now + at_least(backoff(tried.tries), error.retry_after))


def expired(delivery: Delivery, now: datetime) -> Delivery:
    error = DeliveryExpired("it was not sent while it was of use").report
    return replace(_let_go(delivery), state=DeliveryState.DISCARDED, error=delivery.error or error, updated_at=now)


def discard(delivery: Delivery, now: datetime) -> Delivery:
    """Give one up that was not sent; it stays to be seen, and is never tried again."""
    _expect(delivery, DeliveryState.DEAD, DeliveryState.QUEUED)
    return replace(_let_go(delivery), state=DeliveryState.DISCARDED, updated_at=now)


def drive_again(delivery: Delivery, now: datetime) -> Delivery:
    """Queue a dead one."""
    _expect(delivery, DeliveryState.DEAD)
    return replace(delivery, state=DeliveryState.QUEUED, tries=0, due_at=now, updated_at=now)


def after(delivery: Delivery, now: datetime, error: SenderError | None, *, max_tries: int) -> Delivery:
    """What becomes of one whose sender said this of it."""
    return sent(delivery, now) if error is None else failed(delivery, now, error, max_tries=max_tries)


def masked(recipient: str) -> str:
    """What may be shown of an address.

    >>> masked("asha.rao@example.org"), masked("+12025550143")
    ('a***@example.org', '***0143')
    """
    name, at, domain = recipient.rpartition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"***{recipient[-4:]}"


def _let_go(delivery: Delivery) -> Delivery:
    return replace(delivery, recipient=masked(delivery.recipient), title=None, text=None)


def _expect(delivery: Delivery, *states: DeliveryState) -> None:
    if delivery.state not in states:
        raise Conflict(
            f"the delivery is {delivery.state.value}, not {' or '.join(states)}",
            details={"state": delivery.state.value},
        )
