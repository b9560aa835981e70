"""Patience: what a link returns for a batch, within the time that the chain gives it."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from carelog.kit.cancelled import is_being_cancelled
from carelog.pipeline.link import Link, Work
from carelog.pipeline.outcome import LinkError, LinkTimeout, Outcome

_AT_ONCE: Final = 10


async def results_of(link: Link[Any], batch: Sequence[Work], seconds: float | None) -> list[Outcome | Exception]:
    """One result for each work, in order.

    `seconds` is what one conversation may take. A batch that takes longer, or that the link fails as a whole, is
    taken apart, so that the conversation which is to blame fails alone; what was done for the others is done again,
    under the same keys.
    """
    if seconds is None:
        return await _together(link, batch)
    try:
        async with asyncio.timeout(seconds):
            return await _together(link, batch)
    except TimeoutError:
        if len(batch) == 1:
            return [_too_long(seconds)]
    places = asyncio.Semaphore(_AT_ONCE)

    async def alone(work: Work) -> Outcome | Exception:
        async with places:
            try:
                async with asyncio.timeout(seconds):
                    return (await _together(link, [work]))[0]
            except TimeoutError:
                return _too_long(seconds)

    return await asyncio.gather(*(alone(work) for work in batch))


async def _together(link: Link[Any], batch: Sequence[Work]) -> list[Outcome | Exception]:
    try:
        results = await _run(link, batch)
        if len(results) != len(batch):
            raise ValueError("a link returns one result for each conversation")
    except Exception as error:  # noqa: BLE001  becomes the runs' failure
        if len(batch) == 1:
            return [error]
        return [(await _together(link, [work]))[0] for work in batch]
    return results


async def _run(link: Link[Any], batch: Sequence[Work]) -> list[Outcome | Exception]:
    """What the link returns. That something which it waited for was cancelled is its failure, and not the worker's
    end."""
    try:
        return await link.run_batch(batch)
    except asyncio.CancelledError:
        if is_being_cancelled():
            raise
        raise LinkError("the link waited for something that was cancelled") from None


def _too_long(seconds: float) -> LinkTimeout:
    return LinkTimeout(f"the link took longer than {seconds:g} s")
