"""What a batch has done so far, in memory, until the executor commits it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from carelog.conversations import Conversation
from carelog.delivery.alert import Raised
from carelog.kit.errors import CarelogError
from carelog.kit.place import place_of
from carelog.pipeline.chains import Chain
from carelog.pipeline.link import Work
from carelog.pipeline.outcome import Change, LinkError, LinkParked, LinkWaits, Outcome, PermanentLinkError
from carelog.pipeline.run import Run, advance, fail, finish, hasten, park, postpone, set_aside
from carelog.record.entries import NewEntry
from carelog.record.rereading.coverage import Coverage
from carelog.record.review.items import Placed as PlacedReview
from carelog.record.store import Placed


@dataclass(slots=True)
class Progress:
    """One run on its way: its conversation as the links so far have left it, and their effects not yet committed.

    `revision` is the stored one that the conversation, before `changes`, was read at. A run that is `lost` is another
    worker's now.
    """

    run: Run
    chain: Chain
    channel: str
    subject_zone: str | None
    conversation: Conversation
    revision: int
    position: int
    stopped: bool = False
    wait: timedelta | None = None
    expire_in: timedelta | None = None
    failure: Exception | None = None
    lost: bool = False
    changes: list[Change] = field(default_factory=list)
    entries: list[Placed] = field(default_factory=list)
    reviews: list[PlacedReview] = field(default_factory=list)
    covers: list[Coverage] = field(default_factory=list)
    alerts: list[Raised] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    found: list[NewEntry] = field(default_factory=list)

    @property
    def active(self) -> bool:
        more = self.position < len(self.chain.links) and not self.lost
        return more and self.failure is None and not self.stopped and self.wait is None

    def work(self, now: datetime) -> Work:
        """What the next link gets."""
        return Work(
            conversation=self.conversation,
            conversation_id=self.run.conversation_id,
            subject_id=self.run.subject_id,
            channel=self.channel,
            chain=self.chain.name,
            key=f"{self.run.id}:{self.position}",
            now=now,
            subject_zone=self.subject_zone,
            entries=tuple(self.found),
        )

    def take(self, result: Outcome | Exception) -> None:
        """Fold in what the link at `position` returned. An outcome that cannot be applied is that link's failure,
        and leaves nothing of itself behind."""
        if isinstance(result, Exception):
            self.failure = result
            return
        try:
            conversation, changes = self.conversation, []
            for change in result.changes:
                before, conversation = conversation, change.apply(conversation)
                if conversation is not before:
                    changes.append(change)
        except Exception as error:  # noqa: BLE001  becomes this run's failure
            self.failure = error
            return
        self.conversation = conversation
        self.changes += changes
        placed = [
            Placed(
                subject_id=self.run.subject_id,
                conversation_id=self.run.conversation_id,
                origin=f"{self.run.id}:{self.position}:{number}",
                entry=entry,
                chain=self.run.chain,
            )
            for number, entry in enumerate(result.entries)
        ]
        self.entries += placed
        self.reviews += [
            PlacedReview(
                subject_id=self.run.subject_id,
                conversation_id=self.run.conversation_id,
                chain=self.run.chain,
                review=review,
                about=next((p.origin for p in placed if p.entry is review.about), None),
            )
            for review in result.reviews
        ]
        self.covers += result.covers
        if result.alert is not None and not self.run.supersedes:
            self.alerts.append(Raised(self.run.id, self.run.subject_id, result.alert))
        if result.lane is not None:
            self.run = hasten(self.run, result.lane)
        self.found += result.entries
        self.routes += result.routes
        self.stopped = result.stop
        self.wait = result.wait
        if result.expire_in is not None:
            self.expire_in = result.expire_in if self.expire_in is None else min(self.expire_in, result.expire_in)
        self.position += 1

    def settled(self, now: datetime) -> Run:
        """The run's next state, now that every link before `position` is done."""
        if self.failure is not None:
            error, run = self.failure, advance(self.run, self.position, now)
            if isinstance(error, LinkParked):
                wait = error.retry_after or timedelta(0)
                return park(run, now, error=error_report(error, self), wait=wait)
            if isinstance(error, LinkWaits):
                return set_aside(run, now, error=error_report(error, self))
            return fail(
                run,
                now,
                error=error_report(error, self),
                max_tries=self.chain.definition.max_tries,
                permanent=isinstance(error, PermanentLinkError),
                retry_after=retry_after(error),
            )
        if self.active:
            return advance(self.run, self.position, now)
        if self.wait is not None and not self.stopped and self.position < len(self.chain.links):
            return postpone(self.run, now, position=self.position, until=now + self.wait)
        return finish(self.run, now, position=self.position, stopped=self.stopped)

    def committed(self, run: Run) -> None:
        """Forget the effects that are now in the database."""
        self.run = run
        self.changes, self.entries, self.routes, self.expire_in = [], [], [], None
        self.reviews, self.covers, self.alerts = [], [], []


def retry_after(error: Exception) -> timedelta | None:
    return error.retry_after if isinstance(error, LinkError) else None


def error_report(error: Exception, progress: Progress) -> Mapping[str, Any]:
    """What is kept of an error. Only our own errors are known to say nothing of the conversation; of the others
    the kind and the place are kept, and never the message."""
    position = progress.position
    definition = progress.chain.definition.links
    report = {
        "link": definition[position].name if position < len(definition) else None,
        "position": position,
        "type": type(error).__name__,
    }
    if isinstance(error, CarelogError):
        return {**report, "code": error.code, "message": error.message}
    return {**report, "code": "link.crashed", "message": f"{type(error).__name__} at {place_of(error)}"}
