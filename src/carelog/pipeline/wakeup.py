"""The wake-up of the workers of this process."""

from collections.abc import Sequence

from carelog.kit import wakeup
from carelog.pipeline.run import Run


class Wakeup(wakeup.Wakeup):
    """A signal that is never missed, by which workers look into the ledger."""

    def announce(self, runs: Sequence[Run]) -> None:
        """Say that these runs are committed and due. Never waits and never fails, whoever is to be told."""
        if runs:
            self.wake()
