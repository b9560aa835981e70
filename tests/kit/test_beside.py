"""Work beside a block ends with it, and takes neither its errors nor its end for its own."""

import asyncio

import pytest

from carelog.kit.beside import beside


async def for_ever(ending: asyncio.Event, may_end: asyncio.Event) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ending.set()
        await may_end.wait()


async def test_who_is_cancelled_while_the_work_winds_up_is_cancelled() -> None:
    ending, may_end = asyncio.Event(), asyncio.Event()
    went_on = False

    async def block() -> None:
        nonlocal went_on
        async with beside(for_ever(ending, may_end)):
            await asyncio.sleep(0)  # it has begun
        went_on = True

    task = asyncio.create_task(block())
    await ending.wait()
    task.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not went_on


async def fails() -> None:
    raise KeyError


async def test_what_the_work_raises_is_raised_at_the_end_unless_the_block_fails_itself() -> None:
    with pytest.raises(KeyError):
        async with beside(fails()):
            await asyncio.sleep(0)
    with pytest.raises(ValueError, match="mine"):
        async with beside(fails()):
            await asyncio.sleep(0)
            raise ValueError("mine")
