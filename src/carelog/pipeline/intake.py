"""Intake: the one way in. Conversation, search index, subject and runs are committed together, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from carelog.conversations import Conversation, Role, store
from carelog.conversations.parties import identifiers, patient_party
from carelog.conversations.roles import role_of_name
from carelog.db import Combiner, Connection, Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, Conflict, Forbidden, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline import ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.chains import Chain
from carelog.pipeline.run import Lane, Run
from carelog.pipeline.submission import Submission
from carelog.pipeline.wakeup import Wakeup
from carelog.record import subjects
from carelog.record.subjects import Identifier, Subject

_ATTEMPTS = 3

# Where each conversation is one message of a thread, so that the next one may take back what it says.
_IN_ORDER = frozenset({"whatsapp"})


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one submission. `error` says why it was refused."""

    verdict: Verdict
    conversation_id: UUID
    subject_id: UUID | None = None
    runs: tuple[UUID, ...] = ()
    error: CarelogError | None = None


class Intake:
    """Accepts conversations. Those who come at the same time share a commit."""

    def __init__(self, database: Database, chains: ChainBook, clock: Clock, wakeup: Wakeup) -> None:
        self._database = database
        self._chains = chains
        self._clock = clock
        self._wakeup = wakeup
        self._combiner = Combiner(self._write)

    async def accept(self, principal: Principal, submissions: Sequence[Submission]) -> list[Receipt]:
        """One receipt for each submission, in order. What is accepted is on disk when this returns.

        Raises Forbidden for a principal without the scope; what is wrong with one submission is in its receipt.
        """
        principal.require("conversations:write")
        return await self._combiner.submit([_Handed(principal, submission) for submission in submissions])

    async def _write(self, groups: Sequence[Sequence["_Handed"]]) -> list[list[Receipt]]:
        handed = [one for group in groups for one in group]
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._database.write() as connection:
                    receipts = iter(await self._accept(connection, handed))
                break
            except IntegrityError:
                # Another process stored the same conversation or subject in between: look again, and find it.
                if attempt == _ATTEMPTS:
                    raise
        self._wakeup.wake()
        return [[next(receipts) for _ in group] for group in groups]

    async def _accept(self, connection: Connection, handed: Sequence["_Handed"]) -> list[Receipt]:
        now = self._clock.now()
        submissions = [one.submission for one in handed]
        seen = _Seen(
            await store.known(connection, [s.conversation.uuid for s in submissions], [s.name for s in submissions])
        )
        claims = {i: _identifiers(s.conversation) for i, s in enumerate(submissions)}
        directory = await _Directory.load(connection, submissions, claims, now)
        receipts: list[Receipt] = []
        received: list[store.Received] = []
        runs: list[Run] = []
        for i, (principal, submission) in enumerate(handed):
            conversation = submission.conversation
            try:
                twin = seen.twin(principal, submission)
                if twin:
                    receipts.append(Receipt(Verdict.DUPLICATE, twin.id, twin.subject_id))
                    continue
                subject_id = directory.subject_of(principal, submission, claims[i])
            except CarelogError as error:
                receipts.append(Receipt(Verdict.REFUSED, conversation.uuid, error=error))
                continue
            channel, external_id = submission.name
            received.append(store.Received(conversation, channel, external_id, subject_id, now))
            seen.add(store.Known(conversation.uuid, channel, external_id, subject_id, store.digest(conversation)))
            made = [
                new_run(
                    chain,
                    conversation.uuid,
                    subject_id,
                    now,
                    lane=submission.lane,
                    ordering_key=f"{subject_id}:{chain.name}" if channel in _IN_ORDER else None,
                )
                for chain in self._chains.current.for_channel(channel)
            ]
            runs += made
            receipts.append(Receipt(Verdict.ACCEPTED, conversation.uuid, subject_id, tuple(run.id for run in made)))
        await subjects.add(connection, directory.new_subjects, directory.new_identifiers)
        await store.add(connection, received)
        await ledger.enqueue(connection, runs)
        return receipts


class _Handed(NamedTuple):
    """A submission, and who handed it in."""

    principal: Principal
    submission: Submission


def new_run(
    chain: Chain,
    conversation_id: UUID,
    subject_id: UUID,
    now: datetime,
    *,
    lane: Lane | None = None,
    ordering_key: str | None = None,
) -> Run:
    """A queued run of a chain over a conversation."""
    return Run(
        id=new_id(),
        conversation_id=conversation_id,
        subject_id=subject_id,
        chain=chain.name,
        chain_version=chain.version,
        lane=chain.definition.lane if lane is None else lane,
        created_at=now,
        updated_at=now,
        due_at=now,
        ordering_key=ordering_key,
    )


class _Seen:
    """What is stored already, or came earlier in the same batch."""

    def __init__(self, known: Sequence[store.Known]) -> None:
        self._by_id: dict[UUID, store.Known] = {}
        self._by_name: dict[tuple[str, str], store.Known] = {}
        for item in known:
            self.add(item)

    def add(self, item: store.Known) -> None:
        self._by_id[item.id] = item
        self._by_name[item.channel, item.external_id] = item

    def twin(self, principal: Principal, submission: Submission) -> store.Known | None:
        """The stored conversation that this one is a second delivery of. Raises Conflict when the id is taken by
        another document: to call that a duplicate would lose one of the two. Of a stranger's conversation no more
        is told than that the id or name is taken: not even whether it is the same document."""
        same_id = self._by_id.get(submission.conversation.uuid)
        found = same_id or self._by_name.get(submission.name)
        if found and not principal.may_see(found.subject_id):
            raise Conflict("a conversation with this id or name is already stored")
        if same_id and same_id.digest != store.digest(submission.conversation):
            raise Conflict(
                "another document with this uuid is stored; a changed vCon needs a new uuid (see `amended`)",
                details={"conversation": str(same_id.id)},
            )
        return found


class _Directory:
    """Finds whose record a conversation belongs to, and makes the subjects that are new."""

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
        claims: Mapping[int, Sequence[Identifier]],
        now: datetime,
    ) -> "_Directory":
        owners = await subjects.known(connection, {i for claimed in claims.values() for i in claimed})
        named = {s.subject_id for s in submissions if s.subject_id}
        return cls(owners, await subjects.existing(connection, named), now)

    def subject_of(self, principal: Principal, submission: Submission, claimed: Sequence[Identifier]) -> UUID:
        if submission.subject_id is not None:
            if submission.subject_id not in self._existing or not principal.may_see(submission.subject_id):
                raise NotFound("no such subject")
            return submission.subject_id
        owner = subjects.strongest((i, self._owners[i]) for i in claimed if i in self._owners)
        if owner is None:
            if principal.subjects is not None:
                raise _not_theirs()
            owner = self._add(submission.conversation)
        elif not principal.may_see(owner):
            raise _not_theirs()
        for identifier in claimed:
            if identifier not in self._owners:
                self._owners[identifier] = owner
                self.new_identifiers.append((identifier, owner))
        return owner

    def _add(self, conversation: Conversation) -> UUID:
        new = Subject(id=new_id(), name=_name(conversation), zone=conversation.zone, recorded_at=self._now)
        self.new_subjects.append(new)
        return new.id


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


def _identifiers(conversation: Conversation) -> list[Identifier]:
    """What names the subject. A patient who left no number or address has a record of this conversation alone,
    until someone says whose it is: a name is not enough to join two records."""
    party = patient_party(conversation)
    found = [
        Identifier(i.kind, i.value[:320].replace("\x00", " "))
        for i in identifiers(conversation)
        if i.party == party and i.kind in subjects.SYSTEMS
    ]
    return found or [Identifier("conversation", str(conversation.uuid))]
