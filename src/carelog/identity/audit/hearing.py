"""Hears what a principal sees and changes, and writes it down meanwhile: nothing waits for it but the answer."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from carelog.identity.audit.event import AuditEvent
from carelog.identity.audit.trail import AuditTrail
from carelog.identity.looks import Asked, Look, Looks
from carelog.identity.principal import CATALOGUE, Principal


class Hearing:
    """What one request, or one command, leaves in the trail: an event for each subject and kind of action. `asked` says
    how it was asked, once that is known."""

    def __init__(self, trail: AuditTrail, asked: Callable[[], Asked]) -> None:
        self._trail = trail
        self._asked = asked
        self._told: set[tuple[str, UUID]] = set()
        self._waiting: list[AuditEvent] = []
        self._writing: list[asyncio.Task[None]] = []
        self.principal: Principal | None = None

    def let_in(self, principal: Principal) -> Principal:
        """The same principal for this request alone: all that it sees and changes is heard."""
        self.principal = replace(principal, looks=Looks(self._hear, self._asked()))
        return self.principal

    def tell(self, event: AuditEvent) -> None:
        """Write an event down, from now on, beside whatever else is done."""
        self._waiting.append(event)
        if len(self._waiting) == 1:
            # Begins after the code that is running now, which may have more to tell.
            self._writing.append(asyncio.create_task(self._write()))

    @property
    def unsettled(self) -> bool:
        return bool(self._writing)

    async def settle(self) -> None:
        """Wait until all that was told is on disk. Raises whatever the database does."""
        while self._writing:
            await self._writing.pop()

    def _hear(self, look: Look) -> None:
        key = (look.action, look.subject)
        if self.principal is not None and look.subject != CATALOGUE and key not in self._told:
            self._told.add(key)
            self.tell(AuditEvent.by(self.principal, look.action, subject=look.subject))

    async def _write(self) -> None:
        events, self._waiting = self._waiting, []
        await self._trail.record(events)
