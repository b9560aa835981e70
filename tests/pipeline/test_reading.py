"""Reading: what the primary store has let go is read from the storages that have it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from carelog_test_links import Behaviour
from carelog_test_storages import Shelf
from made_up import chain, scripted_link
from stored import ME, on_shelves, pass_through

from carelog.app import Carelog
from carelog.conversations.search import ConversationQuery
from carelog.kit.clock import ManualClock
from carelog.kit.errors import NotFound
from carelog.pipeline import AddTags, Outcome
from carelog.pipeline.reading import ConversationUnavailable

Opened = Callable[..., Any]
Shelves = Callable[[str], Shelf]
Script = Callable[[str, Behaviour], None]


@pytest.fixture
def expiring(scripted: Script) -> Callable[..., dict[str, Any]]:
    """A chain that lets a document expire after an hour."""
    scripted("expire", lambda _: Outcome(changes=(AddTags({"seen": "yes"}),), expire_in=timedelta(hours=1)))
    return lambda *storages: {"record": chain(scripted_link("expire"), storages=list(storages))}


Expiring = Callable[..., dict[str, Any]]


async def let_go(carelog: Carelog, clock: ManualClock) -> None:
    await carelog.copier.drain()
    clock.advance(seconds=3600)
    assert await carelog.maintenance.round()


async def in_primary(carelog: Carelog, id_: UUID) -> bool:
    return bool((await carelog.conversations.get(ME, id_)).document)


async def test_a_document_that_files_have_is_let_go_and_still_read_listed_and_found(
    opened: Opened, expiring: Expiring, clock: ManualClock, tmp_path: Path
) -> None:
    storages = {"disk": {"type": "files", "path": str(tmp_path / "disk")}}
    async with opened(storages=storages, chains=expiring("disk")) as carelog:
        [id_] = await pass_through(carelog)
        before = await carelog.reader.get(ME, id_)
        await carelog.copier.drain()
        clock.advance(seconds=3599)
        assert await carelog.maintenance.round()
        assert await in_primary(carelog, id_)
        clock.advance(seconds=61)
        assert await carelog.maintenance.round()
        assert not await in_primary(carelog, id_)
        assert await carelog.reader.get(ME, id_) == before
        assert [one.id for one in (await carelog.conversations.page(ME)).items] == [id_]
        found = await carelog.conversations.page(ME, ConversationQuery(words="headache"))
        assert [one.id for one in found.items] == [id_]


async def test_a_storage_that_is_down_is_passed_over_and_all_down_is_not_the_same_as_not_there(
    opened: Opened, expiring: Expiring, shelf: Shelves, clock: ManualClock
) -> None:
    async with opened(storages=on_shelves("one", "two"), chains=expiring("one", "two")) as carelog:
        [id_] = await pass_through(carelog)
        whole = await carelog.reader.get(ME, id_)
        await let_go(carelog, clock)
        shelf("one").down = True
        assert await carelog.reader.get(ME, id_) == whole
        shelf("two").down = True
        with pytest.raises(ConversationUnavailable):
            await carelog.reader.get(ME, id_)
        assert [one.id for one in (await carelog.conversations.page(ME)).items] == [id_]
        with pytest.raises(NotFound):
            await carelog.reader.get(ME, uuid4())
        shelf("one").down = False
        assert await carelog.reader.get(ME, id_) == whole


async def test_storages_are_asked_in_the_order_of_the_configuration(
    opened: Opened, expiring: Expiring, shelf: Shelves, clock: ManualClock
) -> None:
    async with opened(storages=on_shelves("near", "far"), chains=expiring("far", "near")) as carelog:
        [id_] = await pass_through(carelog)
        whole = await carelog.reader.get(ME, id_)
        await let_go(carelog, clock)
        shelf("far").kept.clear()
        assert await carelog.reader.get(ME, id_) == whole
        assert (await carelog.reader.fill({id_: await carelog.conversations.get(ME, id_)}))[id_] == whole


async def test_a_document_that_no_readable_storage_has_as_it_is_now_is_never_let_go(
    opened: Opened, expiring: Expiring, shelf: Shelves, clock: ManualClock, scripted: Script
) -> None:
    storages = {**on_shelves("one"), "blind": {"type": "write_only", "shelf": "blind"}}
    shelf("one").down = True
    async with opened(storages=storages, chains=expiring("one", "blind")) as carelog:
        [id_] = await pass_through(carelog)
        await let_go(carelog, clock)
        assert id_ in shelf("blind").kept
        assert await in_primary(carelog, id_)
        shelf("one").down = False
        await carelog.copier.drain()
    # Another chain has changed it since: what the storage has is not what it is now.
    scripted("tag", lambda _: Outcome(changes=(AddTags({"later": "yes"}),)))
    later = {"record": chain(scripted_link("tag"))}
    async with opened(storages=storages, chains=later) as carelog:
        from carelog.pipeline import ledger
        from carelog.pipeline.intake import new_run

        stored = await carelog.conversations.get(ME, id_)
        async with carelog.health.write() as connection:
            [made] = carelog.chains.current
            await ledger.enqueue(connection, [new_run(made, id_, stored.subject_id, clock.now(), pass_=2)])
        await carelog.worker.drain()
        clock.advance(seconds=60)
        assert await carelog.maintenance.round()
        assert await in_primary(carelog, id_)


async def test_a_chain_without_storages_lets_nothing_go(opened: Opened, expiring: Expiring, clock: ManualClock) -> None:
    async with opened(storages=on_shelves("one"), chains=expiring()) as carelog:
        [id_] = await pass_through(carelog)
        await let_go(carelog, clock)
        assert await in_primary(carelog, id_)


async def test_a_copy_of_what_was_let_go_is_made_from_another_storage(
    opened: Opened, expiring: Expiring, shelf: Shelves, clock: ManualClock
) -> None:
    async with opened(storages=on_shelves("one", "two"), chains=expiring("one", "two")) as carelog:
        from carelog.storages import StorageRefused

        shelf("two").fails = lambda _: StorageRefused("no")
        [id_] = await pass_through(carelog)
        await let_go(carelog, clock)
        assert not await in_primary(carelog, id_)
        shelf("two").fails = lambda _: None
        shelf("one").down = True
        assert await carelog.dead_letters.drive_all(ME) == 1
        await carelog.copier.drain()
        assert shelf("two").kept == {}
        shelf("one").down = False
        clock.advance(seconds=60)
        await carelog.copier.drain()
        assert shelf("two").kept[id_].document == shelf("one").kept[id_].document
