"""Reminders and deliveries over REST and on the command line."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from door import Door
from reminding import ME, notified, subject, write
from sending import queue
from sqlalchemy import update

from carelog.app import Carelog
from carelog.delivery.tables import delivery as table
from carelog.kit.clock import ManualClock

SCHEDULE: dict[str, Any] = {"name": "metformin", "times": ["10:00"]}


async def asked(door: Door, clock: ManualClock) -> tuple[httpx.AsyncClient, UUID, str]:
    """A client, and where what a subject was reminded of stands."""
    owner = await subject(door.carelog, "UTC")
    await write(door.carelog, owner, "medication_schedule", **SCHEDULE)
    clock.advance(seconds=3600)
    await door.carelog.reminders.catch_up()
    [notification] = await notified(door.carelog, owner)
    client = await door.client(await door.key())
    return client, owner, f"/api/subjects/{owner}/notifications/{notification.id}"


async def test_a_reminder_is_answered(door: Door, clock: ManualClock) -> None:
    client, owner, place = await asked(door, clock)
    [listed] = (await client.get(f"/api/subjects/{owner}/notifications")).json()["items"]
    assert (listed["headline"], listed["source"]) == ("Time for metformin", "derived")
    snoozed = await client.post(f"{place}/snooze", json={"minutes": 30})
    assert (snoozed.status_code, snoozed.json()["due_at"]) == (200, "2026-01-05T10:30:00Z")
    assert (await client.post(f"{place}/read")).json()["payload"]["read_at"] == "2026-01-05T10:00:00Z"
    taken = await client.post(f"{place}/taken", json={"taken_at": "2026-01-05T09:58:00Z"})
    assert taken.status_code == 200
    assert taken.json()["dose"]["payload"]["status"] == "taken"
    assert taken.json()["notification"]["payload"]["completed_at"] == "2026-01-05T10:00:00Z"
    skipped = await client.post(f"{place}/skipped", json={"reason": "nausea"})
    assert skipped.json()["dose"]["id"] == taken.json()["dose"]["id"]
    assert (await client.post(f"{place}/snooze")).status_code == 409
    assert (await client.post(f"{place}/taken", json={"taken_at": "yesterday"})).status_code == 422
    assert (await client.post(f"{place}/taken", json={"colour": "red"})).status_code == 422


async def test_preferences_are_read_and_merged(door: Door) -> None:
    owner = await subject(door.carelog, "UTC")
    client, place = await door.client(await door.key()), f"/api/subjects/{owner}/reminder-preferences"
    assert (await client.get(place)).json() == {
        "channels": [],
        "muted": [],
        "quiet_from": None,
        "quiet_until": None,
        "pass_quiet": [],
        "show_details": True,
    }
    await client.patch(place, json={"channels": ["email"], "quiet_from": "22:00", "quiet_until": "07:00"})
    changed = await client.patch(place, json={"muted": ["water"], "channels": None})
    assert changed.json() == (await client.get(place)).json()
    assert (changed.json()["channels"], changed.json()["muted"], changed.json()["quiet_from"]) == (
        [],
        ["water"],
        "22:00",
    )
    refused = await client.patch(place, json={"quiet_until": None})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_input")


async def dead_ones(carelog: Carelog) -> tuple[UUID, list[str]]:
    """Two dead deliveries of a subject, and one that holds a code and is of nobody's record."""
    owner = await subject(carelog, "UTC")
    for subject_id in (owner, owner, None):
        await queue(carelog, "asha@example.org", text="Dentist", subject_id=subject_id)
    async with carelog.health.write() as connection:
        error = {"code": "delivery.refused", "message": "the server answered 550"}
        await connection.execute(update(table).values(state="dead", tries=8, error=error))
    return owner, [str(d.id) for d in (await carelog.deliveries.page(ME)).items]


async def test_deliveries_are_shown_without_what_they_say(door: Door) -> None:
    owner, ids = await dead_ones(door.carelog)
    client = await door.client(await door.key())
    page = await client.get("/api/deliveries", params={"state": "dead", "channel": "email", "limit": 2})
    assert [item["id"] for item in page.json()["items"]] == ids[:2]
    rest = await client.get("/api/deliveries", params={"cursor": page.json()["next"]})
    assert [item["id"] for item in rest.json()["items"]] == ids[2:]
    one = await client.get(f"/api/deliveries/{ids[1]}")
    assert one.json()["recipient"] == "a***@example.org"
    assert one.json()["error"]["code"] == "delivery.refused"
    for answer in (page, rest, one):
        assert "Dentist" not in answer.text
        assert "asha" not in answer.text
    theirs = await door.client(await door.key(subjects=[owner]))
    assert {item["id"] for item in (await theirs.get("/api/deliveries")).json()["items"]} == set(ids[1:])
    stranger = await door.client(await door.key(subjects=[await subject(door.carelog, "UTC")]))
    assert (await stranger.get("/api/deliveries")).json()["items"] == []
    for method, path in (("GET", ""), ("POST", "/drive"), ("POST", "/discard")):
        assert (await stranger.request(method, f"/api/deliveries/{ids[1]}{path}")).status_code == 404


async def test_dead_deliveries_are_driven_again_or_discarded(door: Door) -> None:
    owner, ids = await dead_ones(door.carelog)
    client = await door.client(await door.key())
    driven = await client.post(f"/api/deliveries/{ids[0]}/drive")
    assert (driven.json()["state"], driven.json()["tries"]) == ("queued", 0)
    assert (await client.post(f"/api/deliveries/{ids[0]}/drive")).status_code == 409
    assert (await client.post(f"/api/deliveries/{ids[0]}/discard")).json()["state"] == "discarded"
    theirs = await door.client(await door.key(subjects=[owner]))
    assert (await theirs.post("/api/deliveries/drive", params={"channel": "sms"})).json() == {"count": 0}
    assert (await theirs.post("/api/deliveries/drive")).json() == {"count": 2}
    assert (await client.post("/api/deliveries/discard")).json() == {"count": 0}


async def test_an_erased_record_leaves_no_delivery_and_no_wish(door: Door) -> None:
    owner, ids = await dead_ones(door.carelog)
    await door.carelog.reminder_preferences.change(ME, owner, {"muted": ["water"]})
    await door.carelog.erasure.erase(ME, owner)
    left = [str(d.id) for d in (await door.carelog.deliveries.page(ME)).items]
    assert left == ids[:1]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_moment_without_reminders_is_shown_as_due(door: Door, clock: ManualClock) -> None:
    """What is due is listed before it is told of, and no more after."""
    owner = await subject(door.carelog, "UTC")
    await write(door.carelog, owner, "medication_schedule", **SCHEDULE)
    client = await door.client(await door.key())
    due = {"when": "due"}
    listed = (await client.get(f"/api/subjects/{owner}/medication-schedules", params=due)).json()["items"]
    assert [item["due_at"] for item in listed] == ["2026-01-05T10:00:00Z"]
    clock.advance(seconds=3600)
    await door.carelog.reminders.catch_up()
    assert (await client.get(f"/api/subjects/{owner}/medication-schedules", params=due)).json()["items"] == []
    [entry] = (await client.get(f"/api/subjects/{owner}/medication-schedules")).json()["items"]
    assert datetime.fromisoformat(entry["due_at"]) == datetime(2026, 1, 6, 10, tzinfo=UTC)
