"""The storages in force follow the configuration, while they are used."""

import asyncio
from collections.abc import Callable
from typing import Any

from carelog_test_storages import Shelf
from made_up import submission
from stored import ME, on_shelves, storing
from waiting import until

from carelog.app import Carelog
from carelog.pipeline.chains import ChainDefinition, Chains
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.storages import Storage, make_storage

Opened = Callable[..., Any]
Shelves = Callable[[str], Shelf]


def made(**shelves: str) -> dict[str, Storage[Any]]:
    """Storages by name, each on a shelf."""
    return {name: make_storage("shelf", {"shelf": shelf}, name) for name, shelf in shelves.items()}


async def test_a_storage_that_is_configured_as_before_stays_the_same(shelf: Shelves) -> None:
    storages = StoragesInForce(made(a="one", b="two"))
    kept, changed = storages["a"], storages["b"]
    told: list[list[str]] = []
    storages.when_replaced(lambda: told.append(list(storages)))
    await storages.replace(made(c="three", b="other", a="one"))
    assert told == [["c", "b", "a"]]
    assert storages["a"] is kept
    assert storages["b"] is not changed


class Closing(Storage[Any]):
    """Counts how often it was closed."""

    def __init__(self, name: str, options: Any, *, sound: bool = True) -> None:
        super().__init__(options, name)
        self.sound = sound
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1
        if not self.sound:
            raise OSError("a socket that is gone")


async def test_storages_that_were_replaced_do_not_stay_open() -> None:
    made = [Closing("a", object(), sound=n != 3) for n in range(10)]
    storages = StoragesInForce({"a": made[0]})
    for storage in made[1:]:
        await storages.replace({"a": storage})
    # The last but one may still have a batch in hand.
    assert [storage.closed for storage in made] == [1] * 8 + [0, 0]
    await storages.close()
    assert [storage.closed for storage in made] == [1] * 10


async def test_pumps_come_and_go_with_their_storages(opened: Opened, shelf: Shelves) -> None:
    chains = {"record": storing("old")}
    async with opened(storages=on_shelves("old"), chains=chains, poll_seconds=0.02) as carelog:
        working = asyncio.create_task(carelog.work())
        await take_in(carelog)
        await until(lambda: len(shelf("old").arrived) == 1)
        await carelog.storages.replace(made(new="new"))
        later = Chains({"record": ChainDefinition.model_validate(storing("new"))})
        await carelog.chains.replace(later)
        await take_in(carelog)
        await until(lambda: len(shelf("new").arrived) == 1)
        await carelog.storages.replace(made(new="elsewhere"))
        await take_in(carelog)
        await until(lambda: len(shelf("elsewhere").arrived) == 1)
        assert (len(shelf("old").arrived), len(shelf("new").arrived)) == (1, 1)
        carelog.stop()
        await asyncio.wait_for(working, 20)


async def take_in(carelog: Carelog) -> None:
    await carelog.intake.accept(ME, [submission()])
