"""Bulk exports: asked for, done beside, taken up after a death, and gone in time."""

import asyncio
import json
import stat
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon
from signed_in import sign_in
from sqlalchemy import select, update

from carelog.app import Carelog
from carelog.identity import SCOPES, Principal
from carelog.kit.clock import ManualClock
from carelog.kit.errors import NotFound
from carelog.record.fhir.export import Wanted
from carelog.record.fhir.tables import fhir_export

Accepted = Callable[[Iterable[dict[str, Any]]], None]
Opener = Callable[..., AbstractAsyncContextManager[Carelog]]


async def ask(api: httpx.AsyncClient, query: str = "") -> str:
    answer = await api.get(f"/fhir/Patient/$export{query}", headers={"Prefer": "respond-async"})
    assert answer.status_code == 202, answer.text
    return answer.headers["content-location"]


async def people(door: Door, count: int) -> None:
    for number in range(count):
        receipt = await door.hand_in(make_vcon("My pulse was 72.", name=f"P {number}", tel=f"+9122244490{number:02}"))
        await door.add_entries(UUID(receipt["id"]), [door.carelog.clock.now()])


async def lines(api: httpx.AsyncClient, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for file in manifest["output"]:
        answer = await api.get(file["url"])
        assert answer.headers["content-type"] == "application/fhir+ndjson"
        resources = [json.loads(line) for line in answer.text.splitlines()]
        assert {r["resourceType"] for r in resources} == {file["type"]}
        assert len(resources) == file["count"]
        found += resources
    return found


async def test_an_export_holds_every_record_once(
    door: Door, api: httpx.AsyncClient, accepted: Accepted, clock: ManualClock
) -> None:
    await people(door, 3)
    place = await ask(api)
    waiting = await api.get(place)
    assert (waiting.status_code, waiting.content) == (202, b"")
    assert await door.carelog.fhir.exports.round()
    finished = await api.get(place)
    assert finished.status_code == 200
    manifest = finished.json()
    assert manifest["requiresAccessToken"] is True and manifest["error"] == []
    resources = await lines(api, manifest)
    assert Counter(r["resourceType"] for r in resources) == {
        "Patient": 3, "Observation": 3, "Provenance": 3, "Communication": 3, "DocumentReference": 3,
    }  # fmt: skip
    accepted(resources)
    folder = door.carelog.settings.data_dir / "exports"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o700}
    events = await door.carelog.audit.page()
    assert sum(e.event.action == "export" for e in events.items) == 3

    nobody_else = await door.client(await door.key())
    assert (await nobody_else.get(place)).status_code == 404
    assert (await nobody_else.get(manifest["output"][0]["url"])).status_code == 404

    clock.advance(seconds=25 * 3600)
    assert (await api.get(place)).status_code == 404
    await door.carelog.fhir.exports.round()
    assert list(folder.iterdir()) == []


async def test_an_export_is_of_what_was_asked_for(door: Door, clock: ManualClock) -> None:
    await people(door, 2)
    [first, _] = (await door.carelog.subjects.page(door.carelog.operator)).items
    api = await door.client(await door.key(subjects=[first.id], scopes=["entries:read"]))
    some, later = await ask(api, "?_type=Patient,Observation,Communication"), await ask(api, "?_since=2027")
    while await door.carelog.fhir.exports.round():
        pass
    kinds = Counter(r["resourceType"] for r in await lines(api, (await api.get(some)).json()))
    assert kinds == {"Patient": 1, "Observation": 1}
    assert {f["type"] for f in (await api.get(later)).json()["output"]} == {"Patient"}
    wrong = await api.get("/fhir/$export")
    assert (wrong.status_code, wrong.json()["resourceType"]) == (400, "OperationOutcome")


async def test_a_cancelled_export_is_gone(door: Door, api: httpx.AsyncClient) -> None:
    await people(door, 1)
    place = await ask(api)
    await door.carelog.fhir.exports.round()
    assert (await api.delete(place)).status_code == 202
    assert (await api.get(place)).status_code == 404
    assert list((door.carelog.settings.data_dir / "exports").iterdir()) == []


async def test_an_export_whose_worker_died_is_taken_up_where_it_was(
    opened: Opener, clock: ManualClock, tmp_path: Path
) -> None:
    async with opened() as carelog, AsyncExitStack() as clients:
        door = Door(carelog, carelog.api(), clients)
        await people(door, 3)
        key = await door.key()
        place = await ask(await door.client(key))
        working = asyncio.create_task(carelog.fhir.exports.round())
        asked = select(fhir_export.c.position)
        async with asyncio.timeout(20):
            while not working.done():
                rows = await carelog.health.rows(asked)
                if rows and rows[0].position:
                    break
                await asyncio.sleep(0)
        carelog.fhir.exports.stop()
        await working
        folder = carelog.settings.data_dir / "exports"
        for path in folder.rglob("*.ndjson"):
            with path.open("ab") as file:
                file.write(b'{"resourceType": "half a li')
        # As one that died leaves it: with lines that it did not write down, and a lease that it does not renew.
        async with carelog.health.write() as connection:
            held = {"state": "running", "lease": uuid4(), "lease_until": clock.now(), "finished_at": None}
            await connection.execute(update(fhir_export).values(held))
    clock.advance(seconds=120)
    async with opened() as carelog, AsyncExitStack() as clients:
        door = Door(carelog, carelog.api(), clients)
        api = await door.client(key)
        assert (await api.get(place)).status_code == 202
        running = asyncio.create_task(carelog.fhir.exports.run())
        async with asyncio.timeout(20):
            while (finished := await api.get(place)).status_code != 200:
                await asyncio.sleep(0.01)
        carelog.fhir.exports.stop()
        await running
        resources = await lines(api, finished.json())
        assert len({(r["resourceType"], r["id"]) for r in resources}) == len(resources) == 15


async def test_erasing_somebody_erases_every_export(door: Door, api: httpx.AsyncClient) -> None:
    await people(door, 2)
    place = await ask(api)
    await door.carelog.fhir.exports.round()
    [first, _] = (await door.carelog.subjects.page(door.carelog.operator)).items
    await door.carelog.erasure.erase(door.carelog.operator, first.id)
    assert (await api.get(place)).status_code == 404
    await door.carelog.fhir.exports.round()
    assert list((door.carelog.settings.data_dir / "exports").iterdir()) == []


async def test_an_export_is_for_who_still_may_see_all_that_is_in_it(door: Door) -> None:
    await people(door, 2)
    exports, operator = door.carelog.fhir.exports, door.carelog.operator
    first, other = [person.id for person in (await door.carelog.subjects.page(operator)).items]
    carer = await sign_in(door.carelog, "carer")
    grants = [
        await door.carelog.grants.give(operator, subject, user=carer.id, access="read_only")
        for subject in (first, other)
    ]
    api = await door.client(carer.token)
    place = await ask(api)
    assert await exports.round()
    manifest = (await api.get(place)).json()
    [url] = [file["url"] for file in manifest["output"] if file["type"] == "Patient"]
    assert (await api.get(url)).status_code == 200
    await door.carelog.grants.revoke(operator, grants[1].id, other)
    assert [(await api.get(path)).status_code for path in (place, url)] == [404, 404]
    assert (await api.delete(place)).status_code == 202

    whole = Principal("user:1", frozenset(SCOPES), role="admin")
    id_ = await exports.ask(whole, Wanted(), "/fhir/$export")
    assert await exports.round()
    assert (await exports.file(whole, id_, "Patient.ndjson")).is_file()
    for narrowed in (
        replace(whole, subjects=frozenset({first, other})),
        replace(whole, scopes=whole.scopes - {"conversations:read"}),
    ):
        with pytest.raises(NotFound):
            await exports.file(narrowed, id_, "Patient.ndjson")
