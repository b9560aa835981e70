"""Notifications: what the subject was told, and whether it was read."""

from datetime import UTC, datetime, tzinfo
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes, Text

Kind = Literal[
    "info", "success", "warning", "lab", "treatment", "appointment", "medication", "water", "meal", "meditation",
    "exercise", "sleep", "other",
]  # fmt: skip


@entry_type("notification", prefix="notification", fhir="Communication", path="notifications")
class Notification(Payload):
    """One notification. It is unread until `read_at`."""

    filters: ClassVar = ("kind", "late", "reference_id")
    by_the_clock: ClassVar = False

    kind: Kind = Field(description="What it is about")
    title: Text = Field(description="What is shown")
    message: Notes | None = Field(default=None, description="What is told beside the title")
    due_at: Moment | None = Field(default=None, description="When the subject was to be told")
    late: bool = Field(default=False, description="Whether the subject was told late, after an outage")
    read_at: Moment | None = Field(default=None, description="When it was read")
    completed_at: Moment | None = Field(default=None, description="When what it asked for was done")
    snoozed_until: Moment | None = Field(default=None, description="When the subject wants to be told again")
    reference_id: UUID | None = Field(default=None, description="The entry that it is about: an alarm, a schedule, ...")

    def happens_at(self) -> datetime | None:
        return self.due_at

    def next_due(self, after: datetime, zone: tzinfo) -> datetime | None:
        if self.snoozed_until is None or self.completed_at is not None or self.snoozed_until <= after:
            return None
        return self.snoozed_until.astimezone(UTC)

    def headline(self) -> str:
        return self.title + (" (late)" if self.late else "") + (", read" if self.read_at else "")
