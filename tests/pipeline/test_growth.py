"""What is stored already does not slow down what comes in. Counted in steps of SQLite's machine, not in seconds."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.submission import RequestKey, Submission

_BEFORE = 2000
_AT_ONCE = 20
_EACH = 50


def submissions(first: int, count: int) -> list[Submission]:
    """Each of another patient, in a request that has a name."""
    given = [submission(tel=f"+1202{number:07}", external_id=f"m-{number}") for number in range(first, first + count)]
    return [replace(one, key=RequestKey(str(one.external_id), "digest")) for one in given]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_taking_in_takes_as_many_steps_when_many_are_stored(carelog: Carelog) -> None:
    few = await _steps(carelog, lambda: carelog.intake.accept(operator(), submissions(0, _AT_ONCE)))
    await carelog.intake.accept(operator(), submissions(_AT_ONCE, _BEFORE))
    many = await _steps(carelog, lambda: carelog.intake.accept(operator(), submissions(_AT_ONCE + _BEFORE, _AT_ONCE)))
    assert many < 1.5 * few


async def _steps(carelog: Carelog, work: Callable[[], Awaitable[Any]]) -> int:
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    async def watch(handler: Callable[[], None] | None) -> None:
        async with carelog.health.write() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.set_progress_handler(handler, _EACH)

    await watch(count)
    await work()
    await watch(None)
    return counted
