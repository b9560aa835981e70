"""The pump: moves events from the spool to the audit trail, some moments later and many at once."""

import logging
from typing import Final

from carelog.db import is_outage
from carelog.identity.audit.trail import AuditTrail
from carelog.kit.place import kind_of, place_of
from carelog.kit.wakeup import Wakeup

log = logging.getLogger(__name__)

_GATHERING_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 15.0
_AFTER_TROUBLE_SECONDS: Final = 5.0


class Pump:
    """Does rounds until `stop`: a moment after something was written, and now and then for what processes that died
    have left. What is another living one's is left to its own pump: to look through it too would double the work."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail
        self._stopping = Wakeup()
        self._stopped = False

    def stop(self) -> None:
        """End `run` after a last round."""
        self._stopped = True
        self._stopping.wake()
        self._trail.kept.wake()

    async def run(self) -> None:
        """What one round cannot move waits for the next, and after the last one for another process."""
        while not self._stopped:
            await self._trail.kept.wait(_IDLE_SECONDS)
            await self._stopping.wait(_GATHERING_SECONDS)
            if not await self._round() and not self._stopped:
                await self._stopping.wait(_AFTER_TROUBLE_SECONDS)
        await self._round()

    async def _round(self) -> bool:
        try:
            self._trail.keep_counted(all_of_it=self._stopped)
            await self._trail.bring_in(of_all=False)
        except Exception as error:  # noqa: BLE001  the next round may do better
            what = "the database cannot be used" if is_outage(error) else "the audit trail cannot be written"
            log.error(what, extra={"error": kind_of(error), "place": place_of(error)})
            return False
        return True
