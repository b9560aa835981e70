"""Links for tests, in a package of their own, found as any other package's links are: by entry points."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from carelog.pipeline import Link, LinkOptions, Outcome, Work

Behaviour = Callable[[Work], Outcome | Awaitable[Outcome]]

# What the scripted links do, by the name that a test gives; a test puts its own in and takes it out again.
behaviours: dict[str, Behaviour] = {}


class ScriptedOptions(LinkOptions):
    does: str


class ScriptedLink(Link[ScriptedOptions]):
    """Does what the test says."""

    options_model = ScriptedOptions

    async def run(self, work: Work) -> Outcome:
        result = behaviours[self.options.does](work)
        return await result if inspect.isawaitable(result) else result


class CheckpointLink(ScriptedLink):
    """The same, with a commit after it."""

    checkpoint = True


class CountingLink(ScriptedLink):
    """The same, a batch at a time."""

    sizes: ClassVar[list[int]] = []

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        self.sizes.append(len(batch))
        return await super().run_batch(batch)


class FaultyLink(ScriptedLink):
    """Breaks the promise of a link: one failure fails the whole batch."""

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        return [await self.run(work) for work in batch]


class SlowOptions(LinkOptions):
    seconds: float


class SlowLink(Link[SlowOptions]):
    """Takes so long over each conversation."""

    options_model = SlowOptions

    async def run(self, work: Work) -> Outcome:
        await asyncio.sleep(self.options.seconds)
        return Outcome()
