"""Refusals of callers without valid credentials. A flood of them must not grow the trail without end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from carelog.identity.audit.event import AuditEvent

_MOST: Final = 100


class Strangers:
    """Decides which refusals to keep. The first from an address, of an operation, is kept as it is; more of them in the
    same minute are counted, and kept as one event when the minute is over. Beyond a hundred addresses and operations in
    a minute, they are counted by operation alone."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._again: Counter[AuditEvent] = Counter()

    def refused(self, event: AuditEvent, now: datetime) -> Sequence[AuditEvent]:
        """Count a refusal; returns the events to keep now."""
        over = self.over(now)
        self._minute = _minute_of(now)
        alike = replace(event, request_id=None)
        if alike not in self._again and len(self._again) >= _MOST:
            alike = replace(alike, address=None, subject=None)
        elif alike not in self._again:
            self._again[alike] = 0
            return [*over, event]
        self._again[alike] += 1
        return over

    def over(self, now: datetime) -> Sequence[AuditEvent]:
        """The counts of minutes that are over."""
        return [] if self._minute in (None, _minute_of(now)) else self.counted()

    def counted(self) -> Sequence[AuditEvent]:
        """The counts so far, which then begin anew."""
        counted = [replace(event, times=times) for event, times in self._again.items() if times]
        self._minute, self._again = None, Counter()
        return counted


def _minute_of(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
