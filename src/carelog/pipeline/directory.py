"""The directory: whose record a conversation belongs to, and the subjects that are new."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from carelog.conversations import Conversation, Role
from carelog.conversations.persons import names_one_person, patient_party
from carelog.conversations.roles import role_of_name
from carelog.db import Connection
from carelog.identity import Principal
from carelog.kit.errors import Forbidden, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline.submission import Submission
from carelog.record import subjects
from carelog.record.phones import zone_of
from carelog.record.subjects import Identifier, Subject


class Directory:
    """Finds the subject of each submission of one batch, and gathers those that are to be made."""

    def __init__(self, owners: Mapping[Identifier, UUID], existing: set[UUID], now: datetime) -> None:
        self._owners = dict(owners)
        self._existing = existing
        self._now = now
        self.new_subjects: list[Subject] = []
        self.new_identifiers: list[tuple[Identifier, UUID]] = []

    @classmethod
    async def load(
        cls,
        connection: Connection,
        submissions: Sequence[Submission],
        claims: Iterable[Sequence[Identifier]],
        now: datetime,
    ) -> "Directory":
        owners = await subjects.known(connection, {i for claimed in claims for i in claimed})
        named = {s.subject_id for s in submissions if s.subject_id}
        return cls(owners, await subjects.existing(connection, named), now)

    def subject_of(self, principal: Principal, submission: Submission, claimed: Sequence[Identifier]) -> UUID:
        """Raises NotFound for a subject that was named and is not theirs to see, Forbidden where the conversation is
        about somebody who is not."""
        if submission.subject_id is not None:
            if submission.subject_id not in self._existing or not principal.may_see(submission.subject_id):
                raise NotFound("no such subject")
            principal.require_change(submission.subject_id)
            return submission.subject_id
        owner = subjects.strongest((i, self._owners[i]) for i in claimed if i in self._owners)
        if owner is None:
            if principal.subjects is not None:
                raise _not_theirs()
            owner = self._add(submission.conversation, claimed)
        elif not principal.may_see(owner):
            raise _not_theirs()
        principal.require_change(owner)
        if principal.subjects is not None:
            # To say that a number is somebody's is to send all that comes from it into their record.
            return owner
        for identifier in claimed:
            if identifier not in self._owners:
                self._owners[identifier] = owner
                self.new_identifiers.append((identifier, owner))
        return owner

    def _add(self, conversation: Conversation, claimed: Sequence[Identifier]) -> UUID:
        zone = _zone(conversation, claimed)
        new = Subject(id=new_id(), name=_name(conversation), zone=zone, recorded_at=self._now)
        self.new_subjects.append(new)
        return new.id


def claims_of(conversation: Conversation) -> list[Identifier]:
    """What names the subject. A patient who left no number or address has a record of this conversation alone,
    until someone says whose it is: a name is not enough to join two records."""
    party = patient_party(conversation)
    found = [
        Identifier(i.kind, i.value[:320].replace("\x00", " "))
        for i in conversation.identifiers
        if i.party == party and i.kind in subjects.SYSTEMS and names_one_person(i.kind, i.value)
    ]
    return found or [Identifier("conversation", str(conversation.uuid))]


def _zone(conversation: Conversation, claimed: Sequence[Identifier]) -> str | None:
    """The zone in which the conversation was held. Many systems write all times in UTC, which is hardly anybody's: it
    is then the one that the patient's number is at home in."""
    if conversation.zone_offset:
        return conversation.zone
    at_home = (zone_of(claim.value) for claim in claimed if claim.system == "tel")
    return next(filter(None, at_home), conversation.zone)


def _not_theirs() -> Forbidden:
    """The same for a stranger's record and for one that does not exist: who has a record is not told."""
    return Forbidden("this key is limited to some subjects, and the conversation is about none of them")


def _name(conversation: Conversation) -> str | None:
    """The patient's name; "Patient" or "Caller", as transcripts label them, is none."""
    party = patient_party(conversation)
    given = conversation.parties[party].name if party is not None else None
    if not given or role_of_name(given) is not Role.UNKNOWN:
        return None
    return " ".join(given.replace("\x00", " ").split())[:200] or None
