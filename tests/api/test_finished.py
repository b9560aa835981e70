"""What the API shows and does once chains are done: copies, dead letters, egress lists, documents that were let go."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from carelog_test_links import Behaviour
from carelog_test_storages import Shelf, shelves
from door import Door, make_vcon
from made_up import scripted_link
from stored import on_shelves

from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome, PermanentLinkError
from carelog.storages import StorageRefused

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

Opened = Callable[..., Any]
Script = Callable[[str, Behaviour], None]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    yield shelves["one"]
    shelves.clear()


@pytest.fixture
async def door(opened: Opened, shelf: Shelf, scripted: Script) -> AsyncIterator[Door]:
    """One chain whose conversations go to a shelf, and then on a list; another that fails at its link."""
    scripted("expire", lambda _: Outcome(expire_in=timedelta(hours=1)))

    def refuse(_: object) -> Outcome:
        raise PermanentLinkError("no")

    scripted("refuse", refuse)
    chains = {
        "record": {
            "channels": ["vcon"],
            "links": [scripted_link("expire")],
            "storages": ["one"],
            "egress_lists": ["done"],
        },
        "calls": {"channels": ["calls"], "links": [scripted_link("refuse")]},
    }
    async with opened(storages=on_shelves("one"), chains=chains) as carelog, AsyncExitStack() as clients:
        yield Door(carelog, carelog.api(), clients)


@pytest.fixture
async def api(door: Door) -> httpx.AsyncClient:
    return await door.client(await door.key())


async def worked_on(door: Door, **parameters: str) -> str:
    """The id of a conversation that was handed in, and worked on."""
    receipt = await door.hand_in(make_vcon(), **parameters)
    await door.carelog.worker.drain()
    await door.carelog.copier.drain()
    return str(receipt["id"])


async def listed(api: httpx.AsyncClient, path: str, **parameters: str) -> list[dict[str, Any]]:
    answer = await api.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_copies_are_listed_by_conversation_storage_and_state(door: Door, api: httpx.AsyncClient) -> None:
    id_ = await worked_on(door)
    [copy] = await listed(api, "/api/copies", conversation=id_, storage="one", state="stored")
    assert (copy["action"], copy["chain"], copy["revision"], copy["error"]) == ("save", "record", 1, None)
    assert await listed(api, "/api/copies", storage="two") == []
    assert await listed(api, "/api/copies", state="dead") == []
    assert await listed(api, "/api/copies", conversation=str(new_id())) == []


async def test_an_egress_list_is_counted_and_popped(door: Door, api: httpx.AsyncClient) -> None:
    ids = [await worked_on(door) for _ in range(3)]
    assert (await api.get("/api/egress/done")).json() == {"count": 3}
    assert (await api.post("/api/egress/done/pop", params={"limit": 2})).json() == {"conversations": ids[:2]}
    assert (await api.post("/api/egress/done/pop")).json() == {"conversations": ids[2:]}
    assert (await api.get("/api/egress/done")).json() == {"count": 0}
    unknown = await api.post("/api/egress/dnoe/pop")
    assert unknown.status_code == 404
    assert unknown.json()["error"]["details"] == {"lists": ["done"]}


async def test_dead_letters_are_narrowed_driven_and_discarded_by_every_filter(
    door: Door, api: httpx.AsyncClient, shelf: Shelf
) -> None:
    shelf.fails = lambda _: StorageRefused("too large")
    await worked_on(door)
    for _ in range(3):
        await worked_on(door, channel="calls")
    letters = await listed(api, "/api/dead-letters")
    assert [letter["kind"] for letter in letters] == ["run"] * 3 + ["copy"]
    copy = letters[-1]
    assert (copy["storage"], copy["chain"], copy["link"]) == ("one", "record", None)
    assert copy["error"] == {"type": "StorageRefused", "code": "storage.refused", "message": "too large"}
    assert await listed(api, "/api/dead-letters", storage="one", error="storage.refused", chain="record") == [copy]
    assert (await api.get(f"/api/dead-letters/{copy['id']}")).json() == copy
    assert len(await listed(api, "/api/dead-letters", link="scripted")) == 3
    assert (await api.post("/api/dead-letters/drive", params={"error": "link.failed"})).json() == {"count": 0}
    assert (await api.post("/api/dead-letters/discard", params={"link": "scripted"})).json() == {"count": 3}
    shelf.fails = lambda _: None
    driven = await api.post(f"/api/dead-letters/{copy['id']}/drive")
    assert (driven.status_code, driven.json()["state"]) == (200, "queued")
    again = await api.post(f"/api/dead-letters/{copy['id']}/discard")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    await door.carelog.copier.drain()
    assert (await api.get("/api/egress/done")).json() == {"count": 1}
    assert await listed(api, "/api/dead-letters") == []


async def test_a_document_that_was_let_go_is_read_from_storages_and_503_while_they_are_down(
    door: Door, api: httpx.AsyncClient, shelf: Shelf, clock: ManualClock
) -> None:
    id_ = await worked_on(door)
    before = await api.get(f"/api/conversations/{id_}/vcon")
    clock.advance(seconds=3601)
    assert await door.carelog.maintenance.round()
    assert shelf.kept[UUID(id_)].document == before.text
    after = await api.get(f"/api/conversations/{id_}/vcon")
    assert (after.status_code, after.text) == (200, before.text)
    shelf.down = True
    refused = await api.get(f"/api/conversations/{id_}/vcon")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "conversation.unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    assert [one["id"] for one in await listed(api, "/api/conversations")] == [id_]
    assert (await api.get(f"/api/conversations/{id_}")).status_code == 200
