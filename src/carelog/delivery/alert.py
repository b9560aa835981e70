"""What whoever looks after a subject is to know now."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Alert:
    """Told once for each `key` to each of those who may see the record. The words go through other people's hands:
    they say that there is something to look at, and nothing of what it is."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert, with the run that raised it and the subject whom it is about."""

    run_id: UUID
    subject_id: UUID
    alert: Alert
