"""A vCon made of a plain transcript."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from carelog.conversations.dates import write_date
from carelog.conversations.parties import normal
from carelog.conversations.roles import role_of_name, role_of_party
from carelog.conversations.speakers import Said, split_speakers
from carelog.conversations.turns import Role
from carelog.kit.errors import InvalidInput


def from_transcript(
    text: str,
    *,
    uuid: UUID,
    created_at: datetime,
    started_at: datetime,
    subject: str | None = None,
    parties: Sequence[Mapping[str, Any]] = (),
    application: str | None = None,
) -> dict[str, Any]:
    """The vCon of a transcript: one text dialog for each utterance, or one in all where no speakers are told.

    Messages of a messenger's export, and lines that begin with a moment, keep their dates, on the clock of `started_at`
    where they name no other. Speakers are matched to the
    `parties` that are given, by name or role, and added to them otherwise. Where no speakers are told and one party is
    given, that party wrote the text. Both times must have a zone.
    Raises InvalidInput for a text without words, or one that is not characters, or one that goes on past the
    year 9999.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    >>> text = "AI: Any pain?\\nCaller: No."
    >>> document = from_transcript(text, uuid=UUID(int=7), created_at=noon, started_at=noon)
    >>> document["parties"]
    [{'name': 'AI', 'role': 'agent'}, {'name': 'Caller', 'role': 'patient'}]
    >>> [dialog["body"] for dialog in document["dialog"]]
    ['Any pain?', 'No.']
    """
    if not text.strip():
        raise InvalidInput("the transcript is empty")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("the transcript holds a lone surrogate, which is no character") from None
    known = [dict(party) for party in parties]
    names = frozenset(normal("name", str(party.get("name") or "")) for party in known)
    said = split_speakers(text, names) or [_everything(text)]
    speaking = {label: _party_for(label, known) for label in dict.fromkeys(s.speaker for s in said)}
    dialog = [
        {
            "type": "text",
            "start": write_date(_moment(started_at, s.when)),
            **({"parties": party} if (party := speaking[s.speaker]) is not None else {}),
            "mediatype": "text/plain",
            "body": text[s.start : s.end],
            "encoding": "none",
            **({"application": application} if application else {}),
        }
        for s in said
    ]
    return {
        "vcon": "0.4.0",
        "uuid": str(uuid),
        "created_at": write_date(created_at),
        **({"subject": subject} if subject else {}),
        "parties": known,
        "dialog": dialog,
    }


def _moment(started_at: datetime, when: float | datetime | None) -> datetime:
    if isinstance(when, datetime):
        return when if when.tzinfo else when.replace(tzinfo=started_at.tzinfo)
    try:
        return started_at + timedelta(seconds=when or 0)
    except OverflowError:
        raise InvalidInput("the transcript starts too late: it goes on past the year 9999") from None


def _everything(text: str) -> Said:
    return Said(len(text) - len(text.lstrip()), len(text.rstrip()), None)


def _party_for(label: str | None, known: list[dict[str, Any]]) -> int | None:
    """The index of the party who speaks under a label; a party of that name is added where there is none."""
    if label is None:
        return 0 if len(known) == 1 else None
    role = role_of_name(label.replace("_", " "))
    for i, party in enumerate(known):
        if normal("name", str(party.get("name") or "")) == normal("name", label):
            return i
    same_role = [i for i, party in enumerate(known) if role is not Role.UNKNOWN and role_of_party(party) is role]
    if len(same_role) == 1:
        return same_role[0]
    known.append({"name": label} | ({"role": role.value} if role is not Role.UNKNOWN else {}))
    return len(known) - 1
