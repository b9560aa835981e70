"""Transcripts that are handed in: the conversations that wait for one go on."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, select

from carelog.conversations import Conversation, store
from carelog.conversations.found_by import words_of
from carelog.conversations.handed_transcript import HandedTranscript, analysis_of, same_transcript
from carelog.conversations.store import Stored
from carelog.db import Connection, Database, among_given, anew_if_taken, given_ids
from carelog.db.remembering import Remembered
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound
from carelog.pipeline import ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.error_text import error_text
from carelog.pipeline.intake import new_run
from carelog.pipeline.outcome import TranscriptNeeded
from carelog.pipeline.reading import ConversationReader, ConversationUnavailable
from carelog.pipeline.run import Run
from carelog.pipeline.tables import run as table
from carelog.pipeline.wakeup import Wakeup

_SOME_WAIT: Final = select(exists().where(ledger.WAITING).label("some"))


@dataclass(frozen=True, slots=True)
class TranscriptReceipt:
    """What became of a transcript: the recording that it is of, whether it is new, and the runs that go on with it."""

    conversation_id: UUID
    dialog: int
    added: bool
    runs: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class _Made:
    """A conversation as it was read, the recording that a transcript is of, and what the conversation becomes with it;
    None where it has just this one."""

    stored: Stored
    dialog: int
    changed: Conversation | None


class Transcripts:
    """Takes transcripts, each only from a principal who may change the record that its conversation belongs to."""

    def __init__(
        self, database: Database, chains: ChainBook, reader: ConversationReader, clock: Clock, wakeup: Wakeup
    ) -> None:
        self._database = database
        self._chains = chains
        self._reader = reader
        self._clock = clock
        self._wakeup = wakeup
        # Mostly none does: then a list need not ask about its conversations.
        self._some_wait = Remembered(database, self._whether_some_wait)
        self._waiting = self.needing().where(among_given(database.dialect, table.c.conversation_id, "ids"))

    async def add(self, principal: Principal, conversation_id: UUID, handed: HandedTranscript) -> TranscriptReceipt:
        """Add a transcript to a conversation, and let the runs that wait for it go on; where none does, the chains that
        the conversation has passed through read it again. The same transcript a second time changes nothing.

        Raises Forbidden, NotFound, ConversationUnavailable, and as `analysis_of` does.
        """
        principal.require("conversations:write")
        async with self._database.read() as connection:
            found = (await store.load(connection, [conversation_id])).get(conversation_id)
        if found is None or not principal.may_see(found.subject_id):
            raise NotFound("no such conversation")
        principal.require_change(found.subject_id)
        principal.looks.note("change", "conversation", found.subject_id)
        made = await self._made(found, handed)
        if made.changed is None:
            return TranscriptReceipt(found.id, made.dialog, added=False)
        # A link may route the conversation to one of the chains in between: it counts on from there.
        made, runs = await anew_if_taken(partial(self._written, made, handed))
        self._wakeup.announce(runs)
        added = made.changed is not None
        return TranscriptReceipt(found.id, made.dialog, added=added, runs=tuple(run.id for run in runs))

    async def _written(self, made: _Made, handed: HandedTranscript) -> tuple[_Made, list[Run]]:
        """Write the conversation, made again where others have changed it meanwhile. Returns the runs that go on."""
        id_ = made.stored.id
        async with self._database.write() as connection:
            # Runs first, as workers do who commit: whoever locked in another order could wait for them for ever.
            unfinished = await ledger.lock_unfinished(connection, id_)
            revisions = await store.lock(connection, [id_])
            if revisions.get(id_) != made.stored.revision:
                newer = (await store.load(connection, [id_])).get(id_)
                if newer is None:
                    raise NotFound("no such conversation")
                made = await self._made(newer, handed)
            if made.changed is None:
                return made, []
            await store.replace(connection, {id_: made.changed}, reworded={id_})
            now = self._clock.now()
            woken = await ledger.wake(connection, [id_], now)
            return made, woken or await self._again(connection, made.stored, unfinished, now)

    async def _made(self, found: Stored, handed: HandedTranscript) -> _Made:
        stored = (await self._reader.fill({found.id: found}))[found.id]
        if not stored.document:
            raise ConversationUnavailable(found.id)
        # In a thread: a recording is megabytes, and its words are read as well.
        return await asyncio.to_thread(_make, stored, handed)

    def needing(self) -> Select[Any]:
        """The ids of the conversations that wait for a transcript, as a statement."""
        code = error_text(table, "code", self._database.dialect)
        return select(table.c.conversation_id).where(ledger.WAITING, code == TranscriptNeeded.code)

    async def waiting_among(self, conversations: Collection[UUID]) -> set[UUID]:
        """Those of these conversations that wait for a transcript."""
        if not conversations or not await self._some_wait.get(table.name):
            return set()
        ids = given_ids(self._database.dialect, "ids", conversations)
        return {row.conversation_id for row in await self._database.rows(self._waiting, ids)}

    async def _whether_some_wait(self, names: Sequence[str]) -> Sequence[bool]:
        [found] = await self._database.rows(_SOME_WAIT)
        return [found.some for _ in names]

    async def _again(
        self, connection: Connection, stored: Stored, unfinished: Sequence[Run], now: datetime
    ) -> list[Run]:
        """A passage more through the chains that the conversation has passed through, each behind the one that is still
        under way: that may have got beyond the words, and two at once would write the same twice."""
        before = {run.chain: run for run in unfinished}
        runs = []
        for (_, name), passages in (await ledger.passages(connection, [stored.id])).items():
            chain = self._chains.current.get(name)
            if chain is None or not chain.definition.enabled or passages.waiting:
                continue
            order = await ledger.order_of(connection, before[name]) if name in before else None
            again = passages.newest + 1
            runs.append(new_run(chain, stored.id, stored.subject_id, now, pass_=again, ordering_key=order))
        await ledger.enqueue(connection, runs)
        return runs


def _make(stored: Stored, handed: HandedTranscript) -> _Made:
    conversation = stored.conversation
    there = same_transcript(conversation, handed)
    if there is not None:
        return _Made(stored, there, None)
    analysis = analysis_of(conversation, handed)
    changed = conversation.with_analysis(analysis)
    words_of(changed)  # kept once read, and about to be asked for
    return _Made(stored, analysis["dialog"], changed)
