"""What a link returns. A link writes nothing: the executor commits the outcomes of a whole batch at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from carelog.conversations import Conversation
from carelog.conversations.tags import with_tags
from carelog.delivery.alert import Alert
from carelog.kit.errors import Setback
from carelog.pipeline.run import Lane
from carelog.record.entries import NewEntry
from carelog.record.rereading.coverage import Coverage
from carelog.record.review.items import NewReview


@dataclass(frozen=True, slots=True)
class AddAnalysis:
    """Append one analysis object to the vCon; one that it has already is not added again."""

    analysis: Mapping[str, Any]

    @property
    def rewords(self) -> bool:
        """Whether it may change what the conversation's turns are."""
        return str(self.analysis.get("type", "")).startswith("transcript")

    def apply(self, conversation: Conversation) -> Conversation:
        if self.analysis in conversation.document.get("analysis", ()):
            return conversation
        return conversation.with_analysis(self.analysis)


@dataclass(frozen=True, slots=True)
class AddTags:
    """Give the conversation these tags, names with values; one that it has already gets the new value."""

    tags: Mapping[str, str]

    @property
    def rewords(self) -> bool:
        return False

    def apply(self, conversation: Conversation) -> Conversation:
        return with_tags(conversation, self.tags)


class Change(Protocol):
    """One alteration of a vCon. It says what to do, not what the vCon becomes, so that those of two chains on one
    conversation both hold: it may be applied again, to the conversation as another chain has left it. A link may
    bring changes of its own, as frozen data with these two."""

    @property
    def rewords(self) -> bool:
        """Whether it may change what the conversation's turns are."""

    def apply(self, conversation: Conversation) -> Conversation:
        """Raises InvalidInput when the result would be no vCon."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The effects of one link on one conversation.

    `changes` alter the vCon, `entries` go to the subject's record, `reviews` wait for a person's judgement, `routes`
    name chains to run on this conversation next, and `stop` ends this run here, as finished. `wait` lets the next link
    run only after that long; `expire_in` lets the document be dropped from the primary store after that long, once
    storages have it. An engine that has read all of the conversation says so by `covers`: what it said before of that,
    and does not say now, is superseded when the conversation is reprocessed. A `lane` that is more urgent than the
    run's is that of the rest of it, and of the runs that it routes to; an `alert` goes to those who look after the
    subject.
    """

    changes: tuple[Change, ...] = ()
    entries: tuple[NewEntry, ...] = ()
    reviews: tuple[NewReview, ...] = ()
    covers: tuple[Coverage, ...] = ()
    routes: tuple[str, ...] = ()
    stop: bool = False
    wait: timedelta | None = None
    expire_in: timedelta | None = None
    lane: Lane | None = None
    alert: Alert | None = None


class LinkError(Setback):
    """A link could not do its work now; the run is tried again.

    The message is kept with the run and shown to operators: it must hold nothing of the conversation.
    """

    code = "link.failed"


class LinkParked(LinkError):
    """What the link needs is known not to be had: the run waits `retry_after`, and the try does not count."""

    code = "link.parked"


class LinkWaits(LinkError):
    """What the link needs comes from outside, nobody knows when: the run waits, without a time, until it is woken."""

    code = "link.waits"


class TranscriptNeeded(LinkWaits):
    """A recording has no transcript, and there is no endpoint that could make one."""

    code = "transcript.needed"


class LinkTimeout(LinkError):
    """A link took longer over a conversation than its chain allows."""

    code = "link.timed_out"


class PermanentLinkError(LinkError):
    """Trying again would not help: the run becomes a dead letter at once."""

    code = "link.refused"
