"""The pump of reminders: what has fallen due in records is told to whom they are about, each time once.

The notification, the messages that tell of it and the moment at which the entry is due next are written in one
transaction, in which nobody else writes to the record: killed at any moment, nothing is missing and nothing comes
twice. Every process has a pump; of several at once each takes the records that no other has in hand. After an outage
all that was missed is made up for, in order of time, and marked late.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, update

from carelog.db import Connection, Database, among, among_texts, is_outage
from carelog.db.faults import log_failure
from carelog.delivery import Channel, Message, outbox
from carelog.kit.backoff import backoff
from carelog.kit.clock import Clock
from carelog.kit.place import kind_of, place_of
from carelog.kit.wakeup import Wakeup
from carelog.kit.zones import zone
from carelog.record.appending import append, insert_entries, link
from carelog.record.entries import Entry
from carelog.record.selecting import any_entries, entry_of
from carelog.record.tables import entry as table
from carelog.record.tables import subject
from carelog.record.types.notification import Notification
from carelog.reminders.addresses import Addresses, addresses_of
from carelog.reminders.messages import messages_of
from carelog.reminders.planning import BY, Fallen, Reminding, fallen_due, plan
from carelog.reminders.preferences import USUAL, Preferences, preferences_of
from carelog.reminders.wording import referred
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

_SHORTEST_WAIT: Final = 0.01
_SET_ASIDE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ReminderOptions:
    """`late` is how long after its time a reminder is marked so; `poll` is how long what another process wrote may lie
    unseen. In one transaction are as many `records`, `entries` of them that are due, and `most` missed times of each,
    or a little more than `at_once` of all."""

    late: timedelta = timedelta(minutes=5)
    poll: timedelta = timedelta(seconds=1)
    records: int = 100
    entries: int = 500
    most: int = 500
    at_once: int = 2000


class Reminders:
    """Reminds until told to stop, or until nothing is due."""

    def __init__(
        self,
        health: Database,
        auth: Database,
        clock: Clock,
        channels: Collection[Channel],
        wake: Callable[[], None],
        options: ReminderOptions | None = None,
    ) -> None:
        """`channels` are those that messages can be sent by; `wake` tells who sends them that there are new ones."""
        self._health = health
        self._auth = auth
        self._clock = clock
        self._channels = frozenset(channels)
        self._wake = wake
        self._options = options or ReminderOptions()
        self._wakeup = Wakeup()
        self._stopping = False
        # Records of which something cannot be read, until when they do not stand in the way of the others.
        self._set_aside: dict[UUID, datetime] = {}

    def stop(self) -> None:
        """End `run` after the batch in hand."""
        self._stopping = True
        self._wakeup.wake()

    async def run(self) -> None:
        """Remind until `stop`: at the time that is next, and looking out for earlier ones that were written since."""
        troubles = 0
        while not self._stopping:
            try:
                if not await self.step():
                    await self._wakeup.wait(await self._until_next())
                troubles = 0
            except Exception as error:  # noqa: BLE001  whatever it is, all is still due; a pump that ends reminds of nothing
                troubles += 1
                log_failure(log, error, "reminders failed")
                await self._wakeup.wait(backoff(troubles).total_seconds())

    async def catch_up(self) -> int:
        """Remind of all that is due by now; returns how many entries were moved on."""
        total = 0
        while written := await self.step():
            total += written
        return total

    async def step(self) -> int:
        """Look after one batch of records. Returns how many entries it moved on: 0 when nothing is due that no other
        pump has in hand."""
        now = self._clock.now()
        async with self._health.read() as connection:
            due = await self._records_due(connection, now)
        return await self._remind(due, now) if due else 0

    async def _remind(self, subjects: Sequence[UUID], now: datetime) -> int:
        try:
            return await self._remind_together(subjects, now)
        except Exception as error:
            if is_outage(error):
                raise
            if len(subjects) > 1:
                return sum([await self._remind([one], now) for one in subjects])
            self._set_aside[subjects[0]] = now + _SET_ASIDE
            where = {"subject_id": str(subjects[0]), "error": kind_of(error), "place": place_of(error)}
            log.error("a record cannot be reminded of", extra=where)
            return 0

    async def _remind_together(self, subjects: Sequence[UUID], now: datetime) -> int:
        addresses = await addresses_of(self._auth, self._health, subjects) if self._channels else {}
        async with self._health.write() as connection:
            taken = await _take(connection, subjects)
            due = await self._entries_due(connection, taken, now)
            fallen = list(_up_to(self._options.at_once, (fallen_due(e, now, self._options.most) for e in due)))
            others, known = await _referred(connection, due), await _known(connection, fallen)
            found = plan(fallen, others, known, now, self._options.late)
            preferences = await preferences_of(connection, list(found.told)) if self._channels else {}
            messages = self._messages(found, preferences, addresses, {e.subject_id: e.zone_name for e in due}, now)
            await _write(connection, found, now)
            await outbox.queue(connection, messages, now)
        if messages:
            self._wake()
        _count(found, {e.id: e.type for e in due})
        return len(fallen)

    def _messages(
        self,
        found: Reminding,
        preferences: Mapping[UUID, Preferences],
        addresses: Mapping[UUID, Addresses],
        zones: Mapping[UUID, str],
        now: datetime,
    ) -> list[Message]:
        return [
            message
            for id_, told in found.told.items()
            for message in messages_of(
                id_,
                told,
                preferences.get(id_, USUAL),
                addresses.get(id_, {}),
                self._channels,
                now,
                zone(zones[id_]),
            )
        ]

    async def _records_due(self, connection: Connection, now: datetime) -> list[UUID]:
        self._set_aside = {id_: until for id_, until in self._set_aside.items() if until > now}
        first = select(table.c.subject_id).where(table.c.due_at <= now)
        if self._set_aside:
            first = first.where(table.c.subject_id.not_in(list(self._set_aside)))
        rows = await connection.execute(first.order_by(table.c.due_at, table.c.id).limit(self._options.entries))
        return list(dict.fromkeys(rows.scalars()))[: self._options.records]

    async def _entries_due(self, connection: Connection, subjects: Collection[UUID], now: datetime) -> list[Entry]:
        """Those of records that are taken, as they are now: what was called off meanwhile is not among them."""
        rows = await connection.execute(
            any_entries()
            .where(among(connection, table.c.subject_id, subjects), table.c.state == "active", table.c.due_at <= now)
            .order_by(table.c.due_at, table.c.id)
            .limit(self._options.entries)
            .with_for_update(of=table)
        )
        return [entry_of(row) for row in rows]

    async def _until_next(self) -> float:
        """Seconds, until the next one is due or until it is time to look again."""
        poll = self._options.poll.total_seconds()
        now = self._clock.now()
        due = select(table.c.due_at).where(table.c.due_at.is_not(None)).order_by(table.c.due_at).limit(1)
        rows = await self._health.rows(due)
        # One that is due by now is in other hands, or set aside.
        if not rows or rows[0].due_at <= now:
            return poll
        wait: timedelta = rows[0].due_at - now
        return min(poll, max(_SHORTEST_WAIT, wait.total_seconds()))


async def _take(connection: Connection, subjects: Collection[UUID]) -> Sequence[UUID]:
    """Those of these records that nobody has in hand; nobody else writes to them until the transaction ends."""
    rows = await connection.execute(
        select(subject.c.id)
        .where(among(connection, subject.c.id, subjects))
        .order_by(subject.c.id)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return list(rows.scalars())


async def _referred(connection: Connection, due: Sequence[Entry]) -> dict[UUID, dict[UUID, Entry]]:
    """What these entries are told by, besides themselves, by record: who names an entry of another one is told nothing
    of it."""
    ids = {id_ for e in due if (id_ := _reference(e))}
    found = await _by_ids(connection, ids)
    more = {id_ for e in found.values() if (id_ := referred(e.payload))} - ids
    found |= await _by_ids(connection, more)
    others: dict[UUID, dict[UUID, Entry]] = defaultdict(dict)
    for id_, e in found.items():
        others[e.subject_id][id_] = e
    return others


def _reference(entry: Entry) -> UUID | None:
    return entry.payload.reference_id if isinstance(entry.payload, Notification) else referred(entry.payload)


async def _by_ids(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Entry]:
    if not ids:
        return {}
    rows = await connection.execute(any_entries().where(among(connection, table.c.id, ids)))
    return {row.id: entry_of(row) for row in rows}


def _up_to(most: int, fallen: Iterable[Fallen]) -> Iterator[Fallen]:
    """As many as make no more than so many reminders, and one at least: the others are still due."""
    for one in fallen:
        yield one
        most -= len(one.occurrences)
        if most <= 0:
            return


async def _known(connection: Connection, fallen: Sequence[Fallen]) -> set[str]:
    """The origins of reminders that were written before: a machine's clock may have been set back."""
    origins = [occurrence.origin for one in fallen for occurrence in one.occurrences]
    known = select(table.c.origin).where(among_texts(connection, table.c.origin, origins))
    return set((await connection.execute(known)).scalars())


async def _write(connection: Connection, found: Reminding, now: datetime) -> None:
    await insert_entries(connection, [(id_, placed) for id_, placed, _ in found.new], now)
    await link(connection, [(id_, "related_to", reminded) for id_, _, reminded in found.new], by=BY, at=now)
    await append(connection, found.again, now)
    if found.due:
        moving = update(table).where(table.c.id == bindparam("entry")).values(due_at=bindparam("due"))
        await connection.execute(moving, [{"entry": id_, "due": due} for id_, due in found.due.items()])


def _count(found: Reminding, types: Mapping[UUID, str]) -> None:
    reminders: Counter[tuple[str, bool]] = Counter()
    for _, placed, reminded in found.new:
        reminders[types[reminded], bool(getattr(placed.entry.payload, "late", False))] += 1
    for change in found.again:
        reminders["notification", bool(getattr(change.wanted.payload, "late", False))] += 1
    for (type_name, late), count in reminders.items():
        metrics.reminded(type_name, count, late=late)
