"""Notes what a principal sees and changes, so that it is kept before anyone is shown it."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from carelog.identity.audit.event import AuditEvent
from carelog.identity.audit.trail import AuditTrail
from carelog.identity.looks import Asked, Look, Looks
from carelog.identity.principal import CATALOGUE, Principal


class Hearing:
    """What one request, or one command, leaves in the trail: an event for each subject and kind of action. `asked`
    returns how it was asked, once that is known. Events are kept when it is `settle`d, or `at_once`."""

    def __init__(self, trail: AuditTrail, asked: Callable[[], Asked], *, at_once: bool = False) -> None:
        self._trail = trail
        self._asked = asked
        self._at_once = at_once
        self._told: set[tuple[str, UUID]] = set()
        self._waiting: list[AuditEvent] = []
        self.principal: Principal | None = None

    def let_in(self, principal: Principal) -> Principal:
        """The principal for this request alone: everything that it sees and changes is noted here."""
        self.principal = replace(principal, looks=Looks(self._hear, self._asked()))
        return self.principal

    def settle(self) -> None:
        """Keep what was noted. Raises OSError."""
        if self._waiting:
            events, self._waiting = self._waiting, []
            self._trail.keep(events)

    def _hear(self, look: Look) -> None:
        key = (look.action, look.subject)
        if self.principal is not None and look.subject != CATALOGUE and key not in self._told:
            self._told.add(key)
            self._waiting.append(AuditEvent.by(self.principal, look.action, subject=look.subject))
            if self._at_once:
                self.settle()
