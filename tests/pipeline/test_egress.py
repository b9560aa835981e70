"""Egress lists: announced once storages have it, and given out once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from carelog_test_storages import Shelf
from made_up import submission
from stored import ME, copies_of, on_shelves, pass_through, storing

from carelog.identity import Principal
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, NotFound
from carelog.storages import StorageRefused

Opened = Callable[..., Any]
Shelves = Callable[[str], Shelf]


async def test_without_storages_it_is_announced_when_the_chain_is_done(opened: Opened) -> None:
    async with opened(chains={"record": storing(egress=("done", "also"))}) as carelog:
        ids = await pass_through(carelog, 3)
        assert await carelog.egress.count(ME, "done") == 3
        assert await carelog.egress.pop(ME, "done", 2) == ids[:2]
        assert await carelog.egress.pop(ME, "done", 2) == ids[2:]
        assert await carelog.egress.pop(ME, "done", 2) == []
        assert await carelog.egress.pop(ME, "also", 5) == ids
        assert carelog.egress.lists() == ["also", "done"]


async def test_nothing_is_announced_before_every_storage_has_it(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    chains = {"record": storing("one", "two", egress=("done",))}
    async with opened(storages=on_shelves("one", "two"), chains=chains) as carelog:
        shelf("one").down = True
        ids = await pass_through(carelog, 5)
        await carelog.copier.drain()
        assert len(shelf("two").kept) == 5
        assert await carelog.egress.count(ME, "done") == 0
        shelf("one").down = False
        clock.advance(seconds=5)
        await carelog.copier.drain()
        assert await carelog.egress.pop(ME, "done") == ids
        clock.advance(seconds=5)
        await carelog.copier.drain()
        assert await carelog.egress.pop(ME, "done") == []


async def test_two_storages_that_finish_at_the_same_moment_announce_once(opened: Opened, shelf: Shelves) -> None:
    chains = {"record": storing("one", "two", egress=("done",))}
    settings = {"storages": on_shelves("one", "two"), "chains": chains, "storage_batch": 2}
    async with opened(**settings) as first, opened(**settings) as second:
        ids = await pass_through(first, 20)
        for _ in range(10):
            await asyncio.gather(first.copier.step("one"), second.copier.step("two"))
        assert sorted(await first.egress.pop(ME, "done")) == sorted(ids)


async def test_what_waits_for_a_dead_copy_is_announced_when_that_is_stored_or_discarded(
    opened: Opened, shelf: Shelves
) -> None:
    chains = {"record": storing("one", "two", egress=("done",))}
    async with opened(storages=on_shelves("one", "two"), chains=chains) as carelog:
        shelf("one").fails = lambda _: StorageRefused("no")
        driven, discarded, *together = await pass_through(carelog, 4)
        await carelog.copier.drain()
        assert await carelog.egress.count(ME, "done") == 0
        shelf("one").fails = lambda _: None
        dead = {copy.conversation_id: copy.id for copy in await copies_of(carelog, storage="one")}
        await carelog.dead_letters.drive(ME, dead[driven])
        await carelog.copier.drain()
        assert await carelog.egress.pop(ME, "done") == [driven]
        await carelog.dead_letters.discard(ME, dead[discarded])
        assert await carelog.egress.pop(ME, "done") == [discarded]
        assert await carelog.dead_letters.discard_all(ME) == 2
        assert await carelog.egress.pop(ME, "done") == together


async def test_those_who_pop_at_the_same_time_share_and_never_get_the_same(opened: Opened) -> None:
    settings = {"chains": {"record": storing(egress=("done",))}}
    async with opened(**settings) as first, opened(**settings) as second:
        ids = await pass_through(first, 60)
        shares = await asyncio.gather(*(one.egress.pop(ME, "done", 7) for one in (first, second) for _ in range(6)))
        assert sorted(id_ for share in shares for id_ in share) == sorted(ids)


async def test_only_what_is_theirs_to_see_is_given_out(opened: Opened) -> None:
    async with opened(chains={"record": storing(egress=("done",))}) as carelog:
        mine, theirs = await carelog.intake.accept(ME, [submission(), submission(tel="+12025550177")])
        await carelog.worker.drain()
        scopes = frozenset({"egress:pop"})
        owner = Principal(id="owner", scopes=scopes, subjects=frozenset({mine.subject_id}))
        assert await carelog.egress.count(owner, "done") == 1
        assert await carelog.egress.pop(owner, "done") == [mine.conversation_id]
        assert await carelog.egress.pop(owner, "done") == []
        assert await carelog.egress.pop(ME, "done") == [theirs.conversation_id]
        with pytest.raises(Forbidden):
            await carelog.egress.pop(Principal(id="other", scopes=frozenset({"runs:read"})), "done")


async def test_a_deleted_conversation_is_not_given_out(opened: Opened) -> None:
    async with opened(chains={"record": storing(egress=("done",))}) as carelog:
        deleted, kept = await pass_through(carelog, 2)
        await carelog.deletion.delete(ME, [deleted])
        assert await carelog.egress.pop(ME, "done") == [kept]


async def test_a_list_that_no_chain_has_is_refused_unless_something_is_left_on_it(opened: Opened) -> None:
    async with opened(chains={"record": storing(egress=("former",))}) as carelog:
        [id_] = await pass_through(carelog)
    async with opened(chains={"record": storing(egress=("done",))}) as carelog:
        assert await carelog.egress.pop(ME, "former") == [id_]
        for asking in (carelog.egress.pop, carelog.egress.count):
            with pytest.raises(NotFound) as refused:
                await asking(ME, "former")
            assert refused.value.details == {"lists": ["done"]}
