"""What can be handed in: a vCon, or a plain transcript, which becomes one."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, get_args
from uuid import UUID

from carelog.conversations import Conversation, from_transcript
from carelog.conversations.receiving import read_plain
from carelog.conversations.spoken_on import spoken_on
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput
from carelog.kit.ids import new_id
from carelog.pipeline.run import Lane

if TYPE_CHECKING:
    from carelog.conversations.sealed import Opened

Channel: TypeAlias = Literal["calls", "whatsapp", "checkin", "scan", "lab", "vcon"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
_LONGEST: Final = 255
_EXTERNAL_ID = re.compile(rf"[^\x00-\x1f\x7f]{{1,{_LONGEST}}}")


@dataclass(frozen=True, slots=True)
class RequestKey:
    """What a request is known by: the name that its sender gave it, and the digest of what it asked."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One conversation as it was handed in.

    `external_id` is its name where it came from (a message id, a call id), its uuid when there is none;
    `subject_id` says whose record it belongs to, when the sender knows. `ingress_lists` feed it to chains besides
    those that take its channel. With `replaces`, another document under the same uuid is the newer one of the same
    conversation. `opened` is the signed or encrypted form that it came in. `key` names the request: the
    same principal's same key gets the same receipt. `trace` is a W3C `traceparent`.
    """

    conversation: Conversation
    channel: str = "vcon"
    external_id: str | None = None
    subject_id: UUID | None = None
    lane: Lane | None = None
    ingress_lists: tuple[str, ...] = ()
    replaces: bool = False
    opened: "Opened | None" = None
    key: RequestKey | None = None
    trace: str | None = None

    def __post_init__(self) -> None:
        if self.channel not in CHANNELS:
            raise InvalidInput("no such channel", details={"channels": list(CHANNELS)})
        if self.external_id is not None and not _EXTERNAL_ID.fullmatch(self.external_id):
            raise InvalidInput("an external id has 1 to 255 characters, none of them a control character")

    @property
    def name(self) -> tuple[str, str]:
        return self.channel, self.external_id or str(self.conversation.uuid)

    def as_of(self, principal: Principal) -> Self:
        """The same under a name that counts for this sender alone, where they write for some subjects only: else they
        could take the name of somebody's call before it comes, or try which there are."""
        if self.external_id is None or principal.subjects is None:
            return self
        scoped = f"{principal.id}/{self.external_id}"
        if len(scoped) > _LONGEST:
            scoped = f"{principal.id}/{hashlib.sha256(self.external_id.encode()).hexdigest()}"
        return replace(self, external_id=scoped)


Receive: TypeAlias = "Callable[[bytes | str], tuple[Conversation, Opened | None]]"
"""Reads a vCon in any of its forms, with the keys of the installation: `conversations.receiving.receive`."""


def receive_plain(data: bytes | str) -> tuple[Conversation, None]:
    """Reads plain vCons alone, for who has no keys."""
    return read_plain(data), None


def from_vcon(
    data: bytes | str,
    *,
    receive: Receive = receive_plain,
    channel: str | None = None,
    external_id: str | None = None,
    subject_id: UUID | None = None,
) -> Submission:
    """A vCon as a submission. Raises InvalidInput with every problem's place.

    A sender that cannot say the channel and the external id beside the vCon may say them in it, as
    `"carelog": {"channel": ..., "external_id": ...}`; what is said beside it counts more.
    """
    conversation, opened = receive(data)
    own: Any = conversation.document.get("carelog")
    said = own if isinstance(own, dict) else {}
    return Submission(
        conversation,
        channel=channel or _text(said, "channel") or "vcon",
        external_id=external_id or _text(said, "external_id"),
        subject_id=subject_id,
        opened=opened,
    )


def read_transcript(
    text: str,
    clock: Clock,
    *,
    channel: str | None = None,
    external_id: str | None = None,
    subject_id: UUID | None = None,
    started_at: datetime | None = None,
    title: str | None = None,
) -> Submission:
    """A plain transcript as a submission: "Speaker: text" lines become turns. Raises InvalidInput when it is empty.

    It was spoken at `started_at`, else when a line at its top says, else now.

    Without an external id it is known by when it was spoken, where that was told: people say the same words again.
    """
    now = clock.now()
    spoken_at = started_at or spoken_on(text) or now
    document = from_transcript(text, uuid=new_id(), created_at=now, started_at=spoken_at, subject=title)
    if external_id is None and started_at is not None:
        external_id = by_its_words(text, subject_id, started_at.astimezone(UTC))
    return Submission(
        Conversation.of(document), channel=channel or "calls", external_id=external_id, subject_id=subject_id
    )


def by_its_words(text: str, subject_id: UUID | None = None, spoken_at: datetime | None = None) -> str:
    """An external id for a transcript that has none: the same for the same words, however they are spaced, of the same
    subject at the same moment."""
    told = [" ".join(text.split()), *(str(known) for known in (subject_id, spoken_at) if known is not None)]
    return "sha256:" + hashlib.sha256("\n".join(told).encode()).hexdigest()


def _text(said: dict[str, Any], key: str) -> str | None:
    value = said.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"/carelog/{key} must be a string")
    return value or None
