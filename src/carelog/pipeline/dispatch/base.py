"""Dispatch by the ledger alone: workers look into it, and hear only that there is something to be found."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from carelog.pipeline.dispatch.backlog import Heard
from carelog.pipeline.wakeup import Wakeup


class Dispatch(Wakeup):
    """How workers come by their work.

    The ledger is the truth about what is to be done, and all that is announced is a hint: one that is lost, late or
    repeated costs time, never a run, since workers look into the ledger on their own every so often. This dispatch
    reaches the workers of its own process; those of others find what it announces when they look.
    """

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear of runs while the block runs: what a worker does, and what only announces does not."""
        yield

    def take(self, limit: int) -> Heard | None:
        """Up to `limit` runs that were heard of, urgent ones first; None to claim whatever the ledger has."""
        return None

    def settled(self, heard: Heard) -> None:
        """The ledger has settled these runs, or did not let them be claimed. Never waits and never fails."""

    async def close(self) -> None:
        """Send what was announced and is still on its way, for a moment at most."""
