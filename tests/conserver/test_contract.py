"""What a client that was written for a conserver gets to see."""

import json
from uuid import uuid4

import httpx
import pytest
from conserver_client import PARTNER, TOKEN, older_vcon, served, work_off
from sqlalchemy import update
from starlette.types import Message, Receive, Scope, Send

from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.runs import RunQuery
from carelog.pipeline.tables import run as run_table


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_a_client_of_the_conserver_works_unchanged(conserver: Carelog, prefix: str) -> None:
    """Written as the conserver's users write theirs: its header, its paths, its answers, over the wire."""
    vcon = older_vcon()
    uuid = vcon["uuid"]
    async with served(conserver) as address, httpx.AsyncClient() as session:
        url = f"{address}{prefix}"
        headers = {"x-conserver-api-token": TOKEN, "Content-Type": "application/json"}

        created = await session.post(f"{url}/vcon?ingress_lists=first&ingress_lists=second", json=vcon, headers=headers)
        assert (created.status_code, created.json()) == (201, vcon)
        assert created.headers["X-Vcon-Server-Version"]
        depth = await session.get(f"{url}/stats/queue", params={"list_name": "second"})
        assert depth.json() == {"list_name": "second", "depth": 1}

        await work_off(conserver)

        count = await session.get(f"{url}/vcon/count?egress_list=done", headers=headers)
        assert count.json() == 1
        done = await session.get(f"{url}/vcon/egress?egress_list=done&limit=10", headers=headers)
        assert (done.status_code, done.json()) == (200, [uuid])
        read = (await session.get(f"{url}/vcon/{uuid}", headers=headers)).json()
        assert read["meta"] == vcon["meta"] and read["dialog"] == vcon["dialog"] and read["redacted"] == {}
        [tags] = [item["body"] for item in (*read["attachments"], *read["analysis"])]
        assert set(tags) >= {"seen:seen", "first:first", "second:second"}
        assert (await session.get(f"{url}/vcon", headers=headers)).json() == [uuid]
        several = await session.get(f"{url}/vcons?vcon_uuids={uuid}&vcon_uuids={uuid4()}", headers=headers)
        assert several.json() == [read, None]
        found = await session.get(f"{url}/vcons/search?tel=%2B912224449000&name=Asha Rao", headers=headers)
        assert found.json() == [uuid]

        again = await session.post(f"{url}/vcon/ingress?ingress_list=first", json=[uuid], headers=headers)
        assert (again.status_code, again.content) == (204, b"")
        await work_off(conserver)
        assert (await session.get(f"{url}/vcon/count?egress_list=done", headers=headers)).json() == 1
        assert (await session.get(f"{url}/dlq?ingress_list=first", headers=headers)).json() == []
        assert (await session.post(f"{url}/dlq/reprocess?ingress_list=first", headers=headers)).json() == 0
        assert (await session.get(f"{url}/index_vcons", headers=headers)).json() == 1

        for _ in range(2):
            gone = await session.delete(f"{url}/vcon/{uuid}", headers=headers)
            assert (gone.status_code, gone.content) == (204, b"")
        missing = await session.get(f"{url}/vcon/{uuid}", headers=headers)
        assert (missing.status_code, "detail" in missing.json()) == (404, True)

        version = (await session.get(f"{url}/version")).json()
        health = await session.get(f"{url}/health")
        assert (health.status_code, health.json()["status"]) == (200, "healthy")
        assert health.headers["X-Vcon-Server-Version"] == health.json()["version"]["version"] == version["version"]


async def test_a_newer_document_takes_the_place_of_an_older_one(conserver: Carelog, client: httpx.AsyncClient) -> None:
    first = older_vcon()
    newer = first | {"parties": [{"tel": "+420601123456"}], "subject": "Follow-up"}
    for document in (first, newer, newer):
        assert (await client.post("/vcon", json=document)).status_code == 201
    assert (await client.get(f"/vcon/{first['uuid']}")).json() == newer
    assert (await client.get("/vcons/search?tel=%2B420601123456")).json() == [first["uuid"]]
    assert (await client.get("/vcons/search?tel=%2B912224449000")).json() == []


async def test_deleted_is_gone_from_everywhere(conserver: Carelog, client: httpx.AsyncClient) -> None:
    kept, deleted = older_vcon(), older_vcon()
    for vcon in (kept, deleted):
        await client.post("/vcon?ingress_lists=first", json=vcon)
    await work_off(conserver)
    await client.post("/vcon/ingress?ingress_list=second", json=[deleted["uuid"]])
    await client.delete(f"/vcon/{deleted['uuid']}")
    await work_off(conserver)
    assert (await client.get("/vcon")).json() == [kept["uuid"]]
    assert (await client.get("/vcons/search?name=Asha Rao")).json() == [kept["uuid"]]
    assert (await client.get(f"/vcons?vcon_uuids={deleted['uuid']}")).json() == [None]
    assert (await client.get("/vcon/egress?egress_list=done&limit=9")).json() == [kept["uuid"]]
    assert (await client.get("/stats/queue?list_name=second")).json()["depth"] == 0
    files = [path.read_text() for path in conserver.settings.data_dir.parent.glob("vcons/**/*.json")]
    assert [json.loads(text)["uuid"] for text in files] == [kept["uuid"]]


async def test_pages_go_from_the_newest_to_the_oldest(client: httpx.AsyncClient) -> None:
    uuids: list[str] = []
    for hour in range(5):
        vcon = older_vcon() | {"created_at": f"2026-01-05T0{hour}:00:00+00:00"}
        await client.post("/vcon", json=vcon)
        uuids.insert(0, vcon["uuid"])
    pages = [(await client.get(f"/vcon?page={page}&size=2")).json() for page in (1, 2, 3, 4)]
    assert pages == [uuids[:2], uuids[2:4], uuids[4:], []]


async def test_many_vcons_are_sent_while_they_are_read(conserver: Carelog, client: httpx.AsyncClient) -> None:
    """Never all of them in one piece: a thousand large ones would fill the memory."""
    vcons = [older_vcon(subject="x" * 100_000, parties=[{"tel": f"+42060112345{n}"}]) for n in range(5)]
    for vcon in vcons:
        await client.post("/vcon", json=vcon)
    sent: list[int] = []
    whole = conserver.api()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: Message) -> None:
            sent.append(len(message.get("body", b"")))
            await send(message)

        await whole(scope, receive, counted)

    transport = httpx.ASGITransport(watched)
    async with httpx.AsyncClient(transport=transport, base_url="http://carelog.test", headers=client.headers) as there:
        answer = await there.get("/vcons", params={"vcon_uuids": [*(vcon["uuid"] for vcon in vcons), str(uuid4())]})
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == [*vcons, None]
    assert max(sent) < 2 * 100_000
    read = [one.event.subject for one in (await conserver.audit.page()).items if one.event.operation == "get_vcons"]
    assert len(set(read)) == 5


async def test_since_and_until_bound_the_list(client: httpx.AsyncClient) -> None:
    moments = ["2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", "2026-01-03T00:00:00+00:00"]
    vcons = [older_vcon(created_at=at, dialog=[]) for at in moments]
    for vcon in vcons:
        await client.post("/vcon", json=vcon)
    asked = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-02T12:00:00"}
    assert (await client.get("/vcon", params=asked)).json() == [vcons[1]["uuid"]]
    beyond = await client.get("/vcon", params={"since": "0001-01-01T00:00:00+14:00"})
    assert beyond.status_code == 422


async def test_a_partner_hands_in_to_one_list_and_does_nothing_else(
    conserver: Carelog, client: httpx.AsyncClient
) -> None:
    vcon = older_vcon()
    theirs = {"x-conserver-api-token": PARTNER}
    answer = await client.post("/vcon/external-ingress?ingress_list=first", json=vcon, headers=theirs)
    assert (answer.status_code, answer.content) == (204, b"")
    [run] = (await conserver.runs.page(operator(), RunQuery())).items
    assert run.chain == "first_chain"
    for ingress_list in ("second", "unused", "other_name_of_first", "nowhere"):
        answer = await client.post(
            f"/vcon/external-ingress?ingress_list={ingress_list}", json=older_vcon(), headers=theirs
        )
        assert answer.status_code == 403, ingress_list
    another = older_vcon(uuid=vcon["uuid"], subject="Written over")
    answer = await client.post("/vcon/external-ingress?ingress_list=first", json=another, headers=theirs)
    assert answer.status_code == 409
    assert (await client.get(f"/vcon/{vcon['uuid']}")).json() == vcon
    assert (await client.post("/vcon/external-ingress?ingress_list=first", json=older_vcon())).status_code == 403


async def test_lists_that_nobody_knows_are_refused(conserver: Carelog, client: httpx.AsyncClient) -> None:
    vcon = older_vcon()
    refused = await client.post("/vcon?ingress_lists=first&ingress_lists=nowhere", json=vcon)
    assert (refused.status_code, refused.json()) == (422, {"detail": "no enabled chain reads this ingress list"})
    assert (await client.get(f"/vcon/{vcon['uuid']}")).status_code == 404
    assert (await client.post("/vcon/ingress?ingress_list=nowhere", json=[])).status_code == 422
    for path in ("/vcon/egress?egress_list=nowhere", "/vcon/count?egress_list=nowhere", "/dlq?ingress_list=nowhere"):
        assert (await client.get(path)).status_code == 404, path


async def test_dead_letters_are_listed_and_driven_again_by_ingress_list(
    conserver: Carelog, client: httpx.AsyncClient
) -> None:
    uuids = set()
    for _ in range(3):
        vcon = older_vcon()
        await client.post("/vcon?ingress_lists=first", json=vcon)
        uuids.add(vcon["uuid"])
    async with conserver.health.write() as connection:
        await connection.execute(update(run_table).values(state="dead", error={"code": "link.failed"}))
    assert set((await client.get("/dlq?ingress_list=first")).json()) == uuids
    assert (await client.get("/dlq?ingress_list=second")).json() == []
    assert (await client.get("/stats/queue?list_name=DLQ:first")).json()["depth"] == 3
    assert (await client.post("/dlq/reprocess?ingress_list=first&count=2")).json() == 2
    assert (await client.post("/dlq/reprocess?ingress_list=other_name_of_first")).json() == 1
    await work_off(conserver)
    assert (await client.get("/vcon/count?egress_list=done")).json() == 3


async def test_what_is_wrong_is_told_in_the_conservers_form(client: httpx.AsyncClient) -> None:
    banana = older_vcon(dialog=[{"type": "banana", "start": "yesterday", "parties": [7]}])
    answer = await client.post("/vcon", json=banana)
    assert answer.status_code == 422
    places = [tuple(problem["loc"]) for problem in answer.json()["detail"]]
    assert {("body", "dialog", 0, "type"), ("body", "dialog", 0, "start")} <= set(places)
    assert "banana" not in answer.text
    assert (await client.post("/vcon", content=b"{")).status_code == 422
    assert (await client.get("/vcon/not-an-id")).json()["detail"][0]["loc"] == ["path", "vcon_uuid"]
    assert (await client.get("/vcons/search")).status_code == 400
    assert (await client.get("/vcon/egress")).status_code == 422
    large = older_vcon(subject="x" * 20_000_000)
    too_large = await client.post("/vcon", json=large)
    assert (too_large.status_code, list(too_large.json())) == (413, ["detail"])


async def test_asking_for_the_head_takes_nothing(conserver: Carelog, client: httpx.AsyncClient) -> None:
    await client.post("/vcon?ingress_lists=first", json=older_vcon())
    await work_off(conserver)
    assert (await client.head("/vcon/egress?egress_list=done")).status_code == 405
    assert (await client.get("/vcon/count?egress_list=done")).json() == 1
