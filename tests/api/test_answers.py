"""What holds for every answer: its headers, its places, and silence about what went wrong within."""

import json
import re
from time import perf_counter
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon
from sqlalchemy import text

from carelog.api import create_app

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

SECRET = "zanzibar-5501"


async def test_every_answer_forbids_caches_and_frames(door: Door, api: httpx.AsyncClient) -> None:
    anyone = await door.client(None)
    answers = [
        await api.get("/api/conversations"),
        await anyone.get("/api/conversations"),
        await api.get("/nowhere"),
        await api.post("/api/conversations", content=b"x" * 30_000),
        await anyone.get("/health/live"),
        await anyone.get("/docs"),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 404, 413, 200, 200]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_every_answer_tells_how_long_the_server_took(door: Door, api: httpx.AsyncClient) -> None:
    receipt = await door.hand_in(make_vcon())
    for path in (
        f"/api/conversations/{receipt['id']}",
        "/api/conversations?limit=0",
        "/nowhere",
        "/health/live",
        "/vcon",
    ):
        began = perf_counter()
        answer = await api.get(path)
        waited = (perf_counter() - began) * 1000
        name, _, told = answer.headers["Server-Timing"].partition(";dur=")
        assert name == "app"
        assert 0 < float(told) <= waited


async def test_how_long_a_sign_in_takes_is_not_told(door: Door) -> None:
    anyone = await door.client(None)
    given = {"email": "nobody@example.org", "password": "a bicycle for the moon"}
    for answer in (await anyone.post("/api/auth/login", json=given), await anyone.get("/api/auth/me")):
        assert answer.status_code == 401
        assert "Server-Timing" not in answer.headers


async def test_a_request_is_found_again_by_its_id(api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="carelog")
    answer = await api.get("/api/conversations", params={"q": SECRET}, headers={"X-Request-ID": "call-7"})
    assert answer.headers["X-Request-ID"] == "call-7"
    [line] = [vars(record) for record in caplog.records if vars(record).get("request_id") == "call-7"]
    assert (line["operation"], line["status"]) == ("search_conversations", 200)
    assert SECRET not in str(line)
    for odd in ("a b", "x" * 65, "<script>"):
        given = (await api.get("/health/live", headers={"X-Request-ID": odd})).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{32}", given)


async def test_head_is_get_without_the_body(door: Door, api: httpx.AsyncClient) -> None:
    receipt = await door.hand_in(make_vcon())
    for path in ("/api/conversations", f"/api/conversations/{receipt['id']}/vcon", "/health/ready", "/nowhere"):
        got, head = await api.get(path), await api.head(path)
        assert head.content == b""
        assert (head.status_code, head.headers["Content-Length"]) == (got.status_code, got.headers["Content-Length"])


@pytest.mark.parametrize(
    ("query", "place", "problem"),
    [
        ("limit=0", "/query/limit", "must be at least 1"),
        ("limit=1e3", "/query/limit", "must be a whole number"),
        ("limit=1&limit=2", "/query/limit", "is given more than once"),
        ("subject=7", "/query/subject", "must be a UUID"),
        ("channel=pigeon", "/query/channel", "must be 'calls', 'whatsapp'"),
        ("since=2026-01-05T09:00:00+05:30", "/query/since", "+ is written %2B"),
        ("since=1767603600", "/query/since", "must be an RFC 3339 date"),
        ("title=a%00", "/query/title", "must not hold the character U+0000"),
        ("cursor=", "/query/cursor", "must not be empty"),
        ("cursor=MTIz", "/query/cursor", "is not one that was given out"),
        ("sinse=2026-01-05T09:00:00Z", "/query", "holds a parameter that is not one of this operation's: channel,"),
    ],
)
async def test_a_question_is_refused_by_one_place_and_one_sentence(
    api: httpx.AsyncClient, query: str, place: str, problem: str
) -> None:
    answer = await api.get(f"/api/conversations?{query}")
    assert answer.status_code == 422
    [told] = answer.json()["error"]["details"]["problems"]
    assert told["place"] == place
    assert problem in told["problem"]


async def test_a_misspelt_filter_changes_nothing(door: Door, api: httpx.AsyncClient) -> None:
    run = (await door.hand_in(make_vcon()))["runs"][0]
    await door.let_die(UUID(run))
    assert (await api.post("/api/dead-letters/discard?chian=other")).status_code == 422
    assert (await api.get(f"/api/runs/{run}")).json()["state"] == "dead"


async def test_what_a_vcon_says_itself_is_not_taken_beside_it(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/conversations?title=Other", json=make_vcon(subject="Own"))
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["problems"][0]["place"] == "/query/title"
    assert (await api.get("/api/conversations")).json()["items"] == []


async def test_a_byte_order_mark_is_no_part_of_a_speaker(api: httpx.AsyncClient) -> None:
    body = "\ufeffAgent: Any fever?\nPatient: No.".encode()
    receipt = (await api.post("/api/conversations", content=body, headers={"Content-Type": "text/plain"})).json()
    vcon = (await api.get(f"/api/conversations/{receipt['id']}/vcon")).json()
    assert [party["name"] for party in vcon["parties"]] == ["Agent", "Patient"]


async def test_a_large_body_is_read_as_a_small_one_is(door: Door) -> None:
    roomy = create_app(door.app.state.services, max_body_bytes=1_000_000)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(roomy),
        base_url="http://carelog.test",
        headers={"Authorization": f"Bearer {await door.key()}"},
    ) as api:
        document = make_vcon(*(f"Pulse {n} at rest." for n in range(500)))
        assert (await api.post("/api/conversations", json=document)).status_code == 201
        assert (await api.post("/api/conversations", json=document)).status_code == 200
        broken = document | {"uuid": SECRET}
        answer = await api.post("/api/conversations", json=broken)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["problems"][0]["place"] == "/uuid"


async def test_what_is_wrong_in_thousands_of_places_is_not_told_of_each(door: Door) -> None:
    """To tell of each takes a hundred times as long as to read it, and nobody else is answered meanwhile."""
    roomy = create_app(door.app.state.services, max_body_bytes=16 << 20)
    owner = (await door.hand_in(make_vcon()))["subject_id"]

    def strange(members: int) -> bytes:
        return json.dumps({f"k{n}": 1 for n in range(members)}).encode()

    async with httpx.AsyncClient(transport=httpx.ASGITransport(roomy), base_url="http://carelog.test") as http:
        anyone = await http.post("/api/auth/login", content=strange(10_000))
        http.headers["Authorization"] = f"Bearer {await door.key()}"
        some = await http.post(f"/api/subjects/{owner}/vitals", content=strange(5_000))
        more = await http.post(f"/api/subjects/{owner}/vitals", content=strange(150_000))
        http.headers["Authorization"] = "Bearer of-nobody"
        nobody = await http.post(f"/api/subjects/{owner}/vitals", content=b"no JSON" * 20_000)
        http.headers["Authorization"] = f"Bearer {await door.key()}"
        vcon = await http.post("/api/conversations", json=make_vcon() | {"dialog": [1] * 50_000})
    assert (anyone.status_code, more.status_code, nobody.status_code) == (413, 413, 401)
    for told in (some, vcon):
        assert told.status_code == 422
        assert 0 < len(told.json()["error"]["details"]["problems"]) <= 100


async def test_a_transcript_that_ends_after_time_does_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        "/api/conversations?started_at=9999-12-31T23:59:59Z",
        content=b"[00:00:01] Agent: Any fever?\n[00:00:09] Patient: No.",
        headers={"Content-Type": "text/plain"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_input")


async def test_a_fault_within_is_told_without_a_word_of_the_data(
    door: Door, api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = await door.hand_in(make_vcon(SECRET, subject=SECRET))
    async with door.carelog.health.write() as connection:
        await connection.execute(text("UPDATE conversation SET recorded_at = :text"), {"text": SECRET})
    caplog.set_level("DEBUG")
    answer = await api.get(f"/api/conversations/{receipt['id']}", headers={"X-Request-ID": "call-8"})
    assert answer.status_code == 500
    assert answer.json() == {
        "status": "error",
        "error": {"code": "internal", "message": "something went wrong here", "details": {"request_id": "call-8"}},
    }
    assert answer.headers["X-Request-ID"] == "call-8"
    failed = [vars(record) for record in caplog.records if record.name.startswith("carelog")]
    assert any(line.get("request_id") == "call-8" and line["msg"] == "request failed" for line in failed)
    assert SECRET not in str(failed)


async def test_a_database_that_is_gone_is_told_as_such(door: Door, api: httpx.AsyncClient) -> None:
    async with door.carelog.health.write() as connection:
        await connection.execute(text("ALTER TABLE conversation RENAME TO elsewhere"))
    answer = await api.get(f"/api/conversations/{uuid4()}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "elsewhere" not in answer.text


@pytest.mark.parametrize("path", ["/", "/docs/"])
async def test_the_address_that_is_printed_leads_to_the_description(door: Door, path: str) -> None:
    answer = await (await door.client(None)).get(path)
    assert answer.status_code == 307
    assert answer.headers["Location"] in ("docs", "../docs"), "it names no host: a request may name any"
    assert answer.next_request
    assert answer.next_request.url.path == "/docs"


async def test_the_description_is_shown_without_the_internet(door: Door) -> None:
    anyone = await door.client(None)
    page = (await anyone.get("/docs")).text
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert len(loaded) == 3
    assert "//" not in page.partition("<script>")[0]
    for address in loaded:
        if not address.startswith("data:"):
            assert (await anyone.get(f"/{address}")).status_code == 200
    assert (await anyone.get("/docs/assets/%2e%2e/core.py")).status_code == 404
