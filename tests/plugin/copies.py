"""Made-up copies of finished vCons."""

from datetime import UTC, datetime
from uuid import UUID

from carelog.kit import jsontext
from carelog.kit.ids import new_id
from carelog.storages import Copy

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def copy_of(
    text: str = "I have a headache.",
    *,
    id_: UUID | None = None,
    revision: int = 1,
    title: str | None = "Check-in",
    recorded_at: datetime = NOON,
) -> Copy:
    """A copy of one turn; its revision stands in the document too, as a change that a link made."""
    conversation_id = id_ or new_id()
    document = {
        "uuid": str(conversation_id),
        "created_at": "2026-01-05T17:30:00+05:30",
        "subject": title,
        "parties": [{"name": "Asha", "tel": "+12025550100", "role": "patient"}],
        "dialog": [{"type": "text", "start": "2026-01-05T12:00:00Z", "parties": 0, "body": text, "encoding": "none"}],
        "analysis": [{"type": "made-up", "dialog": 0, "vendor": "tests", "encoding": "none", "body": str(revision)}],
    }
    return document_copy(
        jsontext.dump(document), id_=conversation_id, revision=revision, title=title, recorded_at=recorded_at
    )


def document_copy(
    document: str,
    *,
    id_: UUID | None = None,
    revision: int = 1,
    title: str | None = None,
    recorded_at: datetime = NOON,
) -> Copy:
    return Copy(
        conversation_id=id_ or new_id(),
        document=document,
        revision=revision,
        channel="checkin",
        subject_id=UUID(int=7),
        title=title,
        started_at=NOON,
        recorded_at=recorded_at,
        chain="record",
    )
