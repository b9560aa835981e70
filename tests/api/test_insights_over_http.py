"""What is worked out from a record, as callers of the API get it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon

from carelog.kit.clock import ManualClock


@pytest.fixture
async def subject(door: Door, api: httpx.AsyncClient) -> str:
    id_ = str((await door.hand_in(make_vcon("Good morning.")))["subject_id"])
    assert (await api.patch(f"/api/subjects/{id_}", json={"zone": "Asia/Kolkata"})).status_code == 200
    return id_


async def add(api: httpx.AsyncClient, subject: str, path: str, payload: dict[str, Any], at: str) -> dict[str, Any]:
    answer = await api.post(f"/api/subjects/{subject}/{path}", json={"payload": payload, "occurred_at": at})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def read(api: httpx.AsyncClient, subject: str, path: str, **query: str) -> Any:
    answer = await api.get(f"/api/subjects/{subject}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def weight(kg: float) -> dict[str, Any]:
    return {"kind": "weight", "value": {"value": kg, "unit": "kg"}}


async def test_insights_by_type_and_period(api: httpx.AsyncClient, subject: str) -> None:
    for day, kg in ((1, 80), (2, 78), (3, 74)):
        await add(api, subject, "vitals", weight(kg), f"2026-01-0{day}T08:00:00+05:30")
    await add(api, subject, "mood", {"level": "good"}, "2026-01-02T09:00:00+05:30")
    every = (await read(api, subject, "insights"))["items"]
    [trend] = [one for one in every if one["id"] == "trend:vitals.weight"]
    assert trend["numbers"]["direction"] == "down"
    assert len(trend["entries"]) == 3
    assert {one["area"] for one in (await read(api, subject, "insights", type="vitals"))["items"]} == {"vitals"}
    assert (await read(api, subject, "insights", type="overall"))["items"] == every
    early = await read(api, subject, "insights", until="2026-01-02T00:00:00+05:30", type="vitals")
    assert [one["status"] for one in early["items"]] == ["not_enough_data"]
    [advice] = (await read(api, subject, "recommendations", category="vitals"))["items"]
    assert advice["insight"] == "trend:vitals.weight"
    assert (await read(api, subject, "recommendations", priority="urgent"))["items"] == []


async def test_trends_of_a_kind(api: httpx.AsyncClient, subject: str) -> None:
    entry = await add(api, subject, "vitals", weight(80), "2026-01-01T08:00:00+05:30")
    trends = await read(api, subject, "trends/vitals.weight")
    [series] = trends["series"]
    assert series["points"] == [{"at": "2026-01-01T08:00:00+05:30", "value": 80.0, "context_id": entry["context_id"]}]
    assert series["insight"]["status"] == "not_enough_data"
    assert (await read(api, subject, "trends/vitals.spo2"))["series"] == []
    for unknown in ("happiness", "vitals.nope", "vitals."):
        assert (await api.get(f"/api/subjects/{subject}/trends/{unknown}")).status_code == 404, unknown


async def test_adherence_begins_with_the_schedule_and_calls_nothing_missed(
    api: httpx.AsyncClient, subject: str, clock: ManualClock
) -> None:
    times = {"name": "metformin", "times": ["08:00", "20:00"], "starts_on": "2026-01-03"}
    schedule = await add(api, subject, "medication-schedules", times, "2026-01-03T07:00:00+05:30")
    dose = {"name": "metformin", "taken_at": "2026-01-03T08:10:00+05:30"}
    await add(api, subject, "medication-logs", dose, "2026-01-03T08:10:00+05:30")
    answer = await read(api, subject, "adherence")
    [one] = answer["medications"]
    # The clock stands at 14:30 in India on the fifth.
    assert (one["schedule"], one["due"], one["taken"], one["unrecorded"]) == (schedule["context_id"], 5, 1, 4)
    assert one["taken_of_recorded"] == 100.0
    changed = await api.patch(
        f"/api/entries/{schedule['id']}", json={"payload": {"active": False}}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    clock.advance(seconds=timedelta(days=3).total_seconds())
    [one] = (await read(api, subject, "adherence"))["medications"]
    assert one["due"] == 5


async def test_the_day_of_the_subject(api: httpx.AsyncClient, subject: str) -> None:
    await add(api, subject, "food", {"name": "poha", "energy_kcal": 250}, "2026-01-05T00:30:00+05:30")
    await add(api, subject, "water", {"said": "a glass"}, "2026-01-04T23:30:00+05:30")
    visit = {"title": "Eyes", "scheduled_at": "2026-01-06T10:00:00+05:30", "reminder_minutes_before": 24 * 60}
    await add(api, subject, "appointments", visit, "2026-01-06T10:00:00+05:30")
    today = await read(api, subject, "daily-summary")
    assert (today["date"], today["zone"]) == ("2026-01-05", "Asia/Kolkata")
    assert today["food"]["energy_kcal"] == {"total": 250.0, "of": 1, "without": 0}
    assert today["water_ml"] == {"total": None, "of": 0, "without": 0}
    assert [one["headline"] for one in today["appointments_tomorrow"]] == ["Eyes, 2026-01-06 10:00"]
    yesterday = await read(api, subject, "daily-summary", date="2026-01-04")
    assert yesterday["water_ml"] == {"total": None, "of": 0, "without": 1}
    assert (await api.get(f"/api/subjects/{subject}/daily-summary?date=yesterday")).status_code == 422


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "query",
    [
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "since=1850-01-01T00:00:00Z",
        "since=0001-01-01T00:00:00Z&until=0001-01-02T00:00:00Z",
        "until=9999-12-31T23:59:59Z&since=9999-12-31T00:00:00Z",
        "type=everything",
    ],
)
async def test_a_period_that_cannot_be_is_refused(api: httpx.AsyncClient, subject: str, query: str) -> None:
    assert (await api.get(f"/api/subjects/{subject}/insights?{query}")).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "UTC"])
async def test_the_first_and_last_days_of_time_break_nothing(
    api: httpx.AsyncClient, subject: str, day: str, zone: str
) -> None:
    await api.patch(f"/api/subjects/{subject}", json={"zone": zone})
    assert (await api.get(f"/api/subjects/{subject}/daily-summary?date={day}")).status_code in (200, 422)


async def test_conflicts_show_both_sides_page_by_page(api: httpx.AsyncClient, subject: str, clock: ManualClock) -> None:
    at = "2026-01-05T08:00:00+05:30"
    pairs = []
    for name in ("fever", "cough"):
        present = await add(api, subject, "symptoms", {"name": name, "polarity": "present"}, at)
        clock.advance(seconds=1)
        absent = await add(api, subject, "symptoms", {"name": name, "polarity": "absent"}, at)
        clock.advance(seconds=1)
        pairs.append({present["context_id"], absent["context_id"]})
        assert absent["contradicts"] == [present["context_id"]]
    first = await api.get(f"/api/subjects/{subject}/conflicts?limit=1")
    [item] = first.json()["items"]
    assert {item["entry"]["context_id"], *(one["context_id"] for one in item["contradicts"])} == pairs[1]
    assert item["found_by"] == "rules"
    following = await read(api, subject, "conflicts", limit="1", cursor=first.json()["next"])
    [item] = following["items"]
    assert {item["entry"]["context_id"], *item["entry"]["contradicts"]} == pairs[0]
    assert following["next"] is None
    listed = await read(api, subject, "symptoms")
    assert all(len(entry["contradicts"]) == 1 for entry in listed["items"])
    [clash, _] = [i for i in (await read(api, subject, "insights"))["items"] if i["kind"] == "contradiction"]
    assert len(clash["entries"]) == 2


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    "path",
    ["insights", "recommendations", "daily-summary", "trends/vitals.weight", "adherence", "conflicts"],
)
async def test_a_key_for_another_subject_sees_nothing(door: Door, subject: str, path: str) -> None:
    elsewhere = str((await door.hand_in(make_vcon("Hello.", tel="+912224449111")))["subject_id"])

    other = await door.client(await door.key(subjects=[UUID(elsewhere)]))
    assert (await other.get(f"/api/subjects/{elsewhere}/{path}")).status_code == 200
    assert (await other.get(f"/api/subjects/{subject}/{path}")).status_code == 404
    blind = await door.client(await door.key(scopes=["conversations:read"]))
    assert (await blind.get(f"/api/subjects/{subject}/{path}")).status_code == 403
