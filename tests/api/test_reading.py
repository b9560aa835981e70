"""Lists, search and single reads: whole pages, every condition, health."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon

from carelog.kit.clock import ManualClock

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def later(clock: ManualClock) -> Callable[[], None]:
    """Lets a second pass, so that what comes in next comes in after."""
    return lambda: clock.advance(seconds=1)


async def ids(api: httpx.AsyncClient, path: str, **params: Any) -> list[str]:
    answer = await api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_search_finds_by_every_condition_and_by_all_together(
    door: Door, api: httpx.AsyncClient, later: Callable[[], None]
) -> None:
    ana = await door.hand_in(
        make_vcon("Knee pain since Tuesday.", name="Ana Reyes", tel="+12025550110", subject="Évaluation Nurse"),
        channel="calls",
    )
    later()
    ravi = await door.hand_in(
        make_vcon("मुझे बुखार है", name="Ravi Kumar", tel="+12025550111", party={"mailto": "Ravi@example.org"},
                  start="2026-02-01T09:00:00+05:30"),
        channel="whatsapp",
    )  # fmt: skip
    for conditions, found in [
        ({"q": "knee tuesday"}, [ana]),
        ({"q": "बुखार"}, [ravi]),
        ({"q": 'knee" OR "बुखार'}, []),
        ({"tel": "+1 202 555 0110"}, [ana]),
        ({"tel": "tel:+12025550110", "q": "बुखार"}, []),
        ({"mailto": "mailto:ravi@EXAMPLE.org"}, [ravi]),
        ({"name": "ana  reyes"}, [ana]),
        ({"name": "ana"}, []),
        ({"title": "nurse"}, [ana]),
        ({"title": "Évaluation"}, [ana]),
        ({"title": "évaluation NURSE"}, [ana]),
        ({"title": "%"}, []),
        ({"channel": "whatsapp"}, [ravi]),
        ({"subject": ana["subject_id"]}, [ana]),
        ({"since": "2026-02-01T03:30:00Z"}, [ravi]),
        ({"until": "2026-02-01T03:30:00Z"}, [ana]),
        ({}, [ravi, ana]),
    ]:
        assert await ids(api, "/api/conversations", **conditions) == [c["id"] for c in found], conditions


async def test_pages_neither_repeat_nor_skip_while_more_comes_in(
    door: Door, api: httpx.AsyncClient, later: Callable[[], None]
) -> None:
    first: list[str] = []
    for n in range(7):
        first.append((await door.hand_in(make_vcon(tel=f"+1202555{n:04}")))["id"])
        later()
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/api/conversations", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        await door.hand_in(make_vcon(tel=f"+1202555{len(seen) + 100:04}"))
        later()
        cursor = page["next"]
        if cursor is None:
            break
    assert [id_ for id_ in seen if id_ in first] == first[::-1]
    assert len(set(seen)) == len(seen)


async def test_entries_are_listed_by_type_and_time_with_their_quotes(door: Door, api: httpx.AsyncClient) -> None:
    receipt = await door.hand_in(make_vcon())
    path = f"/api/subjects/{receipt['subject_id']}/entries"
    made = await door.add_entries(UUID(receipt["id"]), [START + timedelta(hours=n) for n in range(5)])
    assert await ids(api, path) == [str(id_) for id_ in made]
    assert await ids(api, path, limit=2) == [str(id_) for id_ in made[:2]]
    assert await ids(api, path, type=["symptom", "mood"]) == []
    window = {"since": "2026-01-05T10:00:00Z", "until": "2026-01-05T12:00:00Z", "type": "vitals"}
    assert await ids(api, path, **window) == [str(id_) for id_ in made[2:4]]
    entry = (await api.get(f"/api/entries/{made[0]}")).json()
    assert entry["evidence"][0]["quote"] == "pulse"
    assert entry["headline"] == "heart rate 72 per minute"
    assert entry["occurred_at"] == "2026-01-05T18:30:00+05:30"
    assert entry["context_id"] == f"vitals:{made[0]}"
    assert [e["revision"] for e in (await api.get(f"/api/entries/{made[0]}/history")).json()] == [1]


@pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
async def test_records_at_the_edges_of_time_are_read_page_by_page(
    door: Door, api: httpx.AsyncClient, start: str
) -> None:
    receipt = await door.hand_in(make_vcon(start=start))
    assert (await api.get(f"/api/conversations/{receipt['id']}")).json()["started_at"] == start
    moments = [datetime(9999, 12, 31, 23, 59, 59, 999_990 + n, tzinfo=UTC) for n in range(4)]
    made = await door.add_entries(UUID(receipt["id"]), [*moments, datetime(1, 1, 1, tzinfo=UTC)])
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 1}
    while True:
        page = (await api.get(f"/api/subjects/{receipt['subject_id']}/entries", params=params)).json()
        seen += [entry["id"] for entry in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == [str(entry) for entry in made]
    assert (await api.get(f"/api/subjects/{receipt['subject_id']}/timeline")).status_code == 200


async def test_the_timeline_goes_by_the_subjects_own_day(door: Door, api: httpx.AsyncClient) -> None:
    receipt = await door.hand_in(make_vcon())
    late = datetime(2026, 1, 5, 20, 0, tzinfo=UTC)  # past midnight at +05:30
    await door.add_entries(UUID(receipt["id"]), [START, late])
    days = (await api.get(f"/api/subjects/{receipt['subject_id']}/timeline")).json()["items"]
    assert [(day["date"], len(day["entries"])) for day in days] == [("2026-01-06", 1), ("2026-01-05", 1)]


async def test_a_dead_letter_is_driven_again_or_discarded_once(door: Door, api: httpx.AsyncClient) -> None:
    runs = [(await door.hand_in(make_vcon(tel=f"+1202555{n:04}")))["runs"][0] for n in range(4)]
    for run in runs:
        await door.let_die(UUID(run))
    assert sorted(await ids(api, "/api/dead-letters")) == sorted(runs)
    assert (await api.post(f"/api/dead-letters/{runs[0]}/drive")).json()["state"] == "queued"
    assert (await api.post(f"/api/dead-letters/{runs[1]}/discard")).json()["state"] == "discarded"
    for run in runs[:2]:
        again = await api.post(f"/api/dead-letters/{run}/drive")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    assert (await api.post("/api/dead-letters/drive", params={"chain": "other"})).json() == {"count": 0}
    assert (await api.post("/api/dead-letters/drive")).json() == {"count": 2}
    assert await ids(api, "/api/dead-letters") == []
    assert sorted(await ids(api, "/api/runs", state=["queued"])) == sorted([runs[0], *runs[2:]])


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=many",
        "cursor=nonsense",
        "cursor=MTIz",
        "since=2026-01-05",
        "since=0001-01-01T00:00:00%2B14:00",
        "until=9999-12-31T23:59:59-14:00",
        "subject=1",
        "channel=pigeon",
        "q=",
    ],
)
async def test_questions_that_cannot_be_right_are_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/api/conversations?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "invalid_input"


async def test_odd_characters_in_a_question_are_only_characters(api: httpx.AsyncClient) -> None:
    for word in ("a\x00b", "\x00", "'; DROP TABLE run; --", '"', "*", "NEAR(a b)", "%", "\ufffe", "😀", "-", "^a"):
        for key in ("q", "name", "title", "tel", "mailto"):
            answer = await api.get("/api/conversations", params={key: word})
            assert answer.status_code in (200, 422), (key, word, answer.text)


async def test_what_is_not_there_is_not_found(api: httpx.AsyncClient) -> None:
    for path in ("conversations", "subjects", "entries", "runs"):
        answer = await api.get(f"/api/{path}/{uuid4()}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_health_tells_of_every_database(door: Door) -> None:
    anyone = await door.client(None)
    assert (await anyone.get("/health/live")).json()["status"] == "ok"
    ready = (await anyone.get("/health/ready")).json()
    assert [(check["name"], check["ok"]) for check in ready["checks"]] == [("health", True), ("auth", True)]


async def test_health_says_which_database_does_not_answer(door: Door, tmp_path: Any) -> None:
    from carelog.api import create_app
    from carelog.db import Database

    folder = tmp_path / "a-folder.db"
    folder.mkdir()
    broken = Database(f"sqlite:///{folder}")
    app = create_app(replace(door.app.state.services, health=broken), max_body_bytes=1024)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://carelog.test") as client:
        answer = await client.get("/health/ready")
    await broken.close()
    assert answer.status_code == 503
    assert [(c["name"], c["ok"]) for c in answer.json()["checks"]] == [("health", False), ("auth", True)]
