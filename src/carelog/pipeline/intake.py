"""Intake: the one way in. Conversation, search index, subject and runs are committed together, or not at all."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from carelog.conversations import Conversation, store
from carelog.conversations.prepared import Prepared
from carelog.db import Combiner, Connection, Database, anew_if_taken
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, Forbidden, InvalidInput
from carelog.kit.ids import new_id
from carelog.pipeline import ledger, measures
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.chains import Chain
from carelog.pipeline.directory import Directory, claims_of
from carelog.pipeline.ledger import Passages
from carelog.pipeline.pressure import DepthLimits, Pressure
from carelog.pipeline.run import Lane, Run
from carelog.pipeline.seen import Answered, Seen, answered, remember, same_request
from carelog.pipeline.submission import Submission
from carelog.pipeline.wakeup import Wakeup
from carelog.record import subjects
from carelog.record.subjects import Identifier
from carelog.telemetry.tracing import Tracer

# Where each conversation is one message of a thread, so that the next one may take back what it says.
_IN_ORDER = frozenset({"whatsapp"})
# Characters. To read the words of a document may take some seconds for each megabyte, which nobody else waits for.
_PREPARED_ASIDE = 32_000


class UnknownList(InvalidInput):
    """No enabled chain reads the ingress list."""

    code = "list.unknown"


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REPLACED = "replaced"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one submission. `error` says why it was refused; `replayed` that the same request was answered
    this before."""

    verdict: Verdict
    conversation_id: UUID
    subject_id: UUID | None = None
    runs: tuple[UUID, ...] = ()
    error: CarelogError | None = None
    replayed: bool = False

    @property
    def unread(self) -> bool:
        """Whether no chain takes it: it is stored, and nothing else comes of it."""
        return self.verdict is Verdict.ACCEPTED and not self.runs


class Intake:
    """Accepts conversations. Those who come at the same time share a commit.

    With `any_list`, an ingress list that no chain reads is taken too; nothing then comes of it but the conversation.
    """

    def __init__(
        self,
        database: Database,
        chains: ChainBook,
        clock: Clock,
        wakeup: Wakeup,
        limits: DepthLimits = DepthLimits(),
        *,
        any_list: bool = False,
        tracer: Tracer | None = None,
    ) -> None:
        self._database = database
        self._chains = chains
        self._clock = clock
        self._wakeup = wakeup
        self._pressure = Pressure(database, clock, limits)
        self._any_list = any_list
        self._tracer = tracer
        self._combiner = Combiner(self._write, turn=database.turn)

    async def accept(self, principal: Principal, submissions: Sequence[Submission]) -> list[Receipt]:
        """One receipt for each submission, in order. What is accepted is on disk when this returns.

        Raises Forbidden for a principal without the scope; what is wrong with one submission is in its receipt.
        """
        principal.require("conversations:write")
        return await self._combiner.submit([await self._handed(principal, s) for s in submissions])

    async def send(self, principal: Principal, conversations: Collection[UUID], ingress_list: str) -> list[UUID]:
        """Let stored conversations pass, again or for the first time, through the chains that read the list.
        Returns the ids of which there is none for this principal.

        Raises Forbidden, and UnknownList.
        """
        principal.require("conversations:write")
        chains = self._reading(ingress_list)
        # Somebody else may let one of them pass again in between: it counts on from there.
        found, runs = await anew_if_taken(lambda: self._sent(principal, conversations, chains))
        for subject_id in set(found.values()):
            principal.looks.note("change", "conversation", subject_id)
        self._wakeup.announce(runs)
        return [id_ for id_ in conversations if id_ not in found]

    async def _sent(
        self, principal: Principal, conversations: Collection[UUID], chains: Sequence[Chain]
    ) -> tuple[dict[UUID, UUID], list[Run]]:
        """Queue the next passages of those that the principal may change. Returns these, with whose they are, and the
        runs that there is something for now."""
        async with self._database.write() as connection:
            found = {
                known.id: known.subject_id
                for known in await store.known(connection, list(conversations), [])
                if principal.may_change(known.subject_id)
            }
            passages = await ledger.passages(connection, list(found))
            now = self._clock.now()
            runs = [run for id_, subject in found.items() for run in _next_passage(chains, id_, subject, passages, now)]
            await ledger.enqueue(connection, runs)
            return found, [*runs, *await ledger.wake(connection, list(found), now)]

    async def _write(self, groups: Sequence[Sequence["_Handed"]]) -> list[list[Receipt]]:
        began = time.perf_counter()
        handed = [one for group in groups for one in group]
        # Another process may store the same conversation or subject in between.
        batch, receipts = await anew_if_taken(
            lambda: self._database.transact(lambda connection: self._taken(connection, handed))
        )
        for one, receipt in zip(handed, receipts, strict=True):
            _note_change(one.principal, receipt)
        self._wakeup.announce(batch.runs)
        seconds = time.perf_counter() - began
        measures.handed_in(self._tracer, [one.submission for one in handed], receipts, seconds)
        each = iter(receipts)
        return [[next(each) for _ in group] for group in groups]

    async def _taken(self, connection: Connection, handed: Sequence["_Handed"]) -> tuple["_Batch", list[Receipt]]:
        batch = await _Batch.load(connection, handed, self._clock.now())
        receipts = [batch.take(one) for one in handed]
        await batch.write(connection)
        return batch, receipts

    async def _handed(self, principal: Principal, given: Submission) -> "_Handed":
        submission = given.as_of(principal)
        chains: list[Chain] = []
        refused: CarelogError | None = None
        try:
            chains = self._chains_for(principal, submission)
            lane = min((_lane(chain, submission) for chain in chains), default=Lane.URGENT)
            refused = await self._pressure.refuses(lane)
        except (Forbidden, UnknownList) as error:
            refused = error
        prepared = await _prepared(submission.conversation)
        return _Handed(principal, submission, prepared, claims_of(submission.conversation), chains, refused)

    def _chains_for(self, principal: Principal, submission: Submission) -> list[Chain]:
        if submission.lane is Lane.URGENT and principal.subjects is not None:
            raise Forbidden("your key may not go before everybody else's")
        chains = self._chains.current.for_channel(submission.channel)
        for name in submission.ingress_lists:
            chains += [chain for chain in self._reading(name) if chain not in chains]
        return chains

    def _reading(self, ingress_list: str) -> list[Chain]:
        chains = self._chains.current.for_list(ingress_list)
        if not chains and not self._any_list:
            raise UnknownList("no enabled chain reads this ingress list")
        return chains


async def _prepared(conversation: Conversation) -> Prepared:
    if len(conversation.json) < _PREPARED_ASIDE:
        return Prepared.of(conversation)
    return await asyncio.to_thread(Prepared.of, conversation)


class _Handed(NamedTuple):
    """A submission, who handed it in, what names its subject, the chains that it is for, and why it is not taken now,
    if so."""

    principal: Principal
    submission: Submission
    prepared: Prepared
    claims: Sequence[Identifier]
    chains: Sequence[Chain]
    refused: CarelogError | None


class _Batch:
    """Submissions that share a commit: decided on one after another, then written together."""

    def __init__(
        self,
        seen: Seen,
        before: dict[tuple[str, str], Answered],
        directory: Directory,
        passages: dict[tuple[UUID, str], Passages],
        now: datetime,
    ) -> None:
        self._seen = seen
        self._before = before
        self._directory = directory
        self._passages = passages
        self._now = now
        self._received: list[store.Received] = []
        self._newer: list[store.Received] = []
        self.runs: list[Run] = []
        self._answered: list[Answered] = []

    @classmethod
    async def load(cls, connection: Connection, handed: Sequence[_Handed], now: datetime) -> "_Batch":
        submissions = [one.submission for one in handed]
        known = await store.known(connection, [s.conversation.uuid for s in submissions], [s.name for s in submissions])
        asked = [(one.principal.id, key) for one in handed if (key := one.submission.key)]
        replaced = {s.conversation.uuid for s in submissions if s.replaces} & {k.id for k in known}
        return cls(
            seen=Seen(known),
            before=await answered(connection, asked),
            directory=await Directory.load(connection, submissions, [one.claims for one in handed], now),
            passages=await ledger.passages(connection, replaced) if replaced else {},
            now=now,
        )

    def take(self, handed: _Handed) -> Receipt:
        """Decide on one submission."""
        principal, submission = handed.principal, handed.submission
        conversation_id = submission.conversation.uuid
        try:
            before = same_request(self._before, principal.id, submission.key)
            if before:
                return Receipt(Verdict.ACCEPTED, before.conversation_id, before.subject_id, before.runs, replayed=True)
            if handed.refused:
                raise handed.refused
            receipt = self._decide(handed)
        except CarelogError as error:
            return Receipt(Verdict.REFUSED, conversation_id, error=error)
        if submission.key and receipt.verdict is not Verdict.DUPLICATE:
            kept = Answered(principal.id, submission.key, conversation_id, receipt.subject_id, receipt.runs)
            self._before[principal.id, submission.key.name] = kept
            self._answered.append(kept)
        return receipt

    def _decide(self, handed: _Handed) -> Receipt:
        principal, submission, chains = handed.principal, handed.submission, handed.chains
        conversation, digest = submission.conversation, handed.prepared.digest
        channel, external_id = submission.name
        twin = self._seen.twin(principal, submission, digest)
        if twin and not (submission.replaces and twin.id == conversation.uuid):
            return Receipt(Verdict.DUPLICATE, twin.id, twin.subject_id)
        if twin:
            subject_id, verdict = twin.subject_id, Verdict.REPLACED
            principal.require_change(subject_id)
            channel, external_id = twin.channel, twin.external_id
            made = _next_passage(chains, twin.id, subject_id, self._passages, self._now, submission)
        else:
            subject_id = self._directory.subject_of(principal, submission, handed.claims)
            verdict = Verdict.ACCEPTED
            made = [_first_passage(chain, conversation.uuid, subject_id, self._now, submission) for chain in chains]
        received = store.Received(handed.prepared, channel, external_id, subject_id, self._now, submission.opened)
        if not twin:
            self._received.append(received)
        elif twin.digest != digest:
            self._newer.append(received)
        self._seen.add(store.Known(conversation.uuid, channel, external_id, subject_id, digest))
        self.runs += made
        return Receipt(verdict, conversation.uuid, subject_id, tuple(run.id for run in made))

    async def write(self, connection: Connection) -> None:
        """Write all that was decided."""
        await subjects.add(connection, self._directory.new_subjects, self._directory.new_identifiers, self._now)
        await store.add(connection, self._received)
        await store.renew(connection, self._newer)
        await ledger.enqueue(connection, self.runs)
        self.runs += await ledger.wake(connection, [newer.id for newer in self._newer], self._now)
        await remember(connection, self._answered, self._now)


def _note_change(principal: Principal, receipt: Receipt) -> None:
    changed = receipt.verdict in (Verdict.ACCEPTED, Verdict.REPLACED) and not receipt.replayed
    if changed and receipt.subject_id:
        principal.looks.note("change", "conversation", receipt.subject_id)


def new_run(
    chain: Chain,
    conversation_id: UUID,
    subject_id: UUID,
    now: datetime,
    *,
    lane: Lane | None = None,
    ordering_key: str | None = None,
    pass_: int = 1,
    trace: str | None = None,
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
        pass_=pass_,
        trace=trace,
    )


def _first_passage(chain: Chain, conversation_id: UUID, subject_id: UUID, now: datetime, submission: Submission) -> Run:
    lane, key, trace = _how(chain, subject_id, submission)
    return new_run(chain, conversation_id, subject_id, now, lane=lane, ordering_key=key, trace=trace)


def _next_passage(
    chains: Sequence[Chain],
    conversation_id: UUID,
    subject_id: UUID,
    passages: Mapping[tuple[UUID, str], Passages],
    now: datetime,
    submission: Submission | None = None,
) -> list[Run]:
    """Runs over a conversation that is stored already. One that has yet to begin, or to be woken, will read the newest
    document, and needs no other behind it."""
    runs = []
    for chain in chains:
        known = passages.get((conversation_id, chain.name), Passages(1, waiting=False))
        if not known.waiting:
            lane, key, trace = _how(chain, subject_id, submission)
            runs.append(
                new_run(chain, conversation_id, subject_id, now, lane=lane, ordering_key=key,
                        pass_=known.newest + 1, trace=trace)
            )  # fmt: skip
    return runs


def _how(chain: Chain, subject_id: UUID, submission: Submission | None) -> tuple[Lane | None, str | None, str | None]:
    """The lane, the ordering key and the trace of a run."""
    if submission is None:
        return None, None, None
    ordering_key = f"{subject_id}:{chain.name}" if submission.channel in _IN_ORDER else None
    return submission.lane, ordering_key, submission.trace


def _lane(chain: Chain, submission: Submission) -> Lane:
    return chain.definition.lane if submission.lane is None else submission.lane
