"""The manners of `/api/entries` and the lists of records, as callers rely on them."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon
from signed_in import sign_in

from carelog.identity import CATALOGUE, SCOPES, operator
from carelog.kit.clock import ManualClock

EYES = {"title": "Eye check", "scheduled_at": "2026-02-01T10:00:00+05:30"}


@pytest.fixture
async def subject(door: Door) -> str:
    return str((await door.hand_in(make_vcon()))["subject_id"])


async def add(api: httpx.AsyncClient, subject: str, place: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await api.post(f"/api/subjects/{subject}/{place}", json={"payload": payload, **more})
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["payload"].get("name") or item["payload"]["title"] for item in answer.json()["items"]]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_an_entry_tells_its_day_on_the_subjects_clock(
    api: httpx.AsyncClient, subject: str, clock: ManualClock
) -> None:
    zoned = await api.patch(f"/api/subjects/{subject}", json={"zone": "America/New_York"})
    assert zoned.json()["zone"] == "America/New_York"
    entry = await add(api, subject, "food", {"name": "rice"}, occurred_at="2026-01-05T03:15:00Z")
    assert entry["local"] == {
        "date": "2026-01-04",
        "time": "22:15:00",
        "day_of_week": "sunday",
        "is_today": False,
        "zone": "America/New_York",
    }
    clock.advance(seconds=-6 * 3600)  # 22:00 on the day before, in New York
    assert (await api.get(f"/api/entries/{entry['id']}")).json()["local"]["is_today"] is True


@pytest.mark.parametrize("query", ["", "?when=today", "?format=csv", "?format=csv&limit=5"])
@pytest.mark.parametrize("listed", ["entries", "food"])
async def test_an_empty_list_is_told_from_a_record_that_there_is_none_of(
    api: httpx.AsyncClient, subject: str, listed: str, query: str
) -> None:
    assert (await api.get(f"/api/subjects/{subject}/{listed}{query}")).is_success
    for nobody in (uuid4(), CATALOGUE):
        assert code(await api.get(f"/api/subjects/{nobody}/{listed}{query}")) == (404, "not_found")


async def test_lists_by_time_begin_and_end_with_the_subjects_day(
    api: httpx.AsyncClient, subject: str, clock: ManualClock
) -> None:
    await api.patch(f"/api/subjects/{subject}", json={"zone": "Asia/Kolkata"})  # now it is 14:30 there
    for name, moment in {
        "last night": "2026-01-04T23:59:59+05:30",
        "midnight": "2026-01-05T00:00:00+05:30",
        "tonight": "2026-01-05T23:59:59+05:30",
        "tomorrow": "2026-01-06T00:00:00+05:30",
    }.items():
        await add(api, subject, "food", {"name": name}, occurred_at=moment)
    food = f"/api/subjects/{subject}/food"
    assert names(await api.get(food, params={"when": "today"})) == ["tonight", "midnight"]
    assert names(await api.get(food, params={"when": "past"})) == ["midnight", "last night"]
    assert names(await api.get(food, params={"when": "upcoming"})) == ["tonight", "tomorrow"]
    first = await api.get(food, params={"when": "upcoming", "limit": 1})
    assert names(first) == ["tonight"]
    assert names(await api.get(food, params={"when": "upcoming", "cursor": first.json()["next"]})) == ["tomorrow"]


async def test_what_is_due_is_what_reminds_by_the_end_of_the_day(api: httpx.AsyncClient, subject: str) -> None:
    await api.patch(f"/api/subjects/{subject}", json={"zone": "Asia/Kolkata"})
    for title, time in (("late", "23:30"), ("soon", "15:00"), ("tomorrow", "08:00")):
        await add(api, subject, "alarms", {"kind": "water", "title": title, "time": time})
    due = await api.get(f"/api/subjects/{subject}/alarms", params={"when": "due"})
    assert names(due) == ["soon", "late"]
    assert due.json()["items"][0]["due_at"] == "2026-01-05T09:30:00Z"


async def test_a_list_by_a_field_takes_no_notice_of_case_in_any_script(api: httpx.AsyncClient, subject: str) -> None:
    await add(api, subject, "appointments", {**EYES, "doctor": "Dr ÉLODIE Öztürk"})
    for doctor, found in (("dr élodie öztürk", ["Eye check"]), ("Dr ÉLODIE Öztürk", ["Eye check"]), ("dr elodie", [])):
        assert names(await api.get(f"/api/subjects/{subject}/appointments", params={"doctor": doctor})) == found


async def test_a_change_needs_to_say_what_it_has_seen(api: httpx.AsyncClient, subject: str) -> None:
    entry = await add(api, subject, "food", {"name": "rice", "meal": "lunch"})
    address = f"/api/entries/{entry['id']}"
    for request in (api.patch(address, json={"payload": {}}), api.delete(address), api.post(f"{address}/restore")):
        assert code(await request) == (428, "precondition.required")
    for tag in ('W/"1"', "1", '"one"', '"1", "2"', ""):
        refused = await api.patch(address, json={"payload": {}}, headers={"If-Match": tag})
        assert code(refused) == (422, "invalid_input"), tag
    tag = (await api.get(address)).headers["ETag"]
    results = await asyncio.gather(
        *(api.patch(address, json={"payload": {"meal": m}}, headers={"If-Match": tag}) for m in ("dinner", "snack"))
    )
    assert sorted(r.status_code for r in results) == [200, 412]
    lost = next(r for r in results if r.status_code == 412)
    assert lost.json()["error"]["details"] == {"revision": 2}
    anyway = await api.patch(address, json={"payload": {"meal": None}}, headers={"If-Match": "*"})
    assert anyway.json()["payload"] == {"name": "rice"}


async def test_what_is_at_hand_is_not_sent_again_until_it_reads_differently(
    api: httpx.AsyncClient, subject: str, clock: ManualClock
) -> None:
    entry = await add(api, subject, "food", {"name": "rice"})
    address = f"/api/entries/{entry['id']}"
    tag = (await api.get(address)).headers["ETag"]
    for given in (tag, f'"other", W/{tag}', "*"):
        same = await api.get(address, headers={"If-None-Match": given})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert (await api.get(address, headers={"If-None-Match": '"other"'})).status_code == 200
    clock.advance(seconds=timedelta(days=1).total_seconds())  # it is of today no more
    tomorrow = await api.get(address, headers={"If-None-Match": tag})
    assert tomorrow.status_code == 200
    kept = await api.patch(address, json={"payload": {"meal": "lunch"}}, headers={"If-Match": tag})
    assert kept.status_code == 200  # nobody has changed it, whatever the day


async def test_pages_are_linked(api: httpx.AsyncClient, subject: str) -> None:
    for n in range(5):
        await add(api, subject, "food", {"name": f"dish {n}"}, occurred_at=f"2026-01-0{n + 1}T08:00:00Z")
    for place in ("food", "entries"):
        answer = await api.get(f"/api/subjects/{subject}/{place}", params={"limit": 2, "until": "2026-01-05T00:00:00Z"})
        seen = names(answer)
        while "next" in answer.links:
            assert answer.links["first"]["url"].startswith(f"/api/subjects/{subject}/{place}?limit=2")
            answer = await api.get(answer.links["next"]["url"])
            seen += names(answer)
        assert seen == ["dish 3", "dish 2", "dish 1", "dish 0"]
        assert answer.json()["next"] is None
    assert (await api.get("/api/subjects")).links["first"]["url"] == "/api/subjects"


async def test_a_named_request_writes_once_and_is_answered_the_same(api: httpx.AsyncClient, subject: str) -> None:
    food = f"/api/subjects/{subject}/food"
    key = {"Idempotency-Key": str(uuid4())}
    first, second = [await api.post(food, json={"payload": {"name": "rice"}}, headers=key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    other = await api.post(food, json={"payload": {"name": "roti"}}, headers=key)
    assert code(other) == (422, "idempotency.reused")
    assert names(await api.get(food)) == ["rice"]


async def test_a_duplicate_is_refused_with_its_candidate_or_merged_or_kept(
    api: httpx.AsyncClient, subject: str
) -> None:
    place = f"/api/subjects/{subject}/appointments"
    first = await add(api, subject, "appointments", EYES)
    again = {"payload": EYES | {"title": "eye check", "doctor": "Dr Rao"}}
    refused = await api.post(place, json=again)
    assert code(refused) == (409, "duplicate")
    [candidate] = refused.json()["error"]["details"]["candidates"]
    assert candidate["context_id"] == first["context_id"]
    merged = await api.post(place, json=again, params={"on_duplicate": "merge"})
    assert (merged.status_code, merged.json()["id"], merged.json()["revision"]) == (200, first["id"], 2)
    assert merged.json()["payload"]["doctor"] == "Dr Rao"
    kept = await api.post(place, json=again, params={"on_duplicate": "keep"})
    assert kept.status_code == 201
    assert kept.headers["Location"] == f"/api/entries/{kept.json()['id']}"
    assert len((await api.get(place)).json()["items"]) == 2


async def test_a_batch_says_of_each_what_became_of_it(api: httpx.AsyncClient, subject: str) -> None:
    place = f"/api/subjects/{subject}/entries/batch"
    entries = [
        {"type": "food", "payload": {"name": "rice"}, "source": "import"},
        {"type": "food", "payload": {"colour": "red"}},
        {"type": "no_such", "payload": {}},
        {"type": "food"},
        {"type": "treatment", "payload": {"name": "Sauna"}},
        {"type": "appointment", "payload": EYES},
        {"type": "appointment", "payload": EYES},
    ]
    refused = await api.post(place, json={"entries": entries}, params={"atomic": "true"})
    assert code(refused) == (422, "batch.refused")
    assert [item["index"] for item in refused.json()["error"]["details"]["items"]] == [3]
    assert (await api.get(f"/api/subjects/{subject}/entries")).json()["items"] == []
    key = {"Idempotency-Key": "batch"}
    for _ in range(2):
        items = (await api.post(place, json={"entries": entries}, headers=key)).json()["items"]
        assert [item["index"] for item in items] == list(range(7))
        assert [item["status"] for item in items] == [201, 422, 422, 422, 422, 201, 409]
        assert items[0]["entry"]["source"] == "import"
    assert len((await api.get(f"/api/subjects/{subject}/entries")).json()["items"]) == 2
    good = await api.post(place, json={"entries": entries[:1] * 2}, params={"atomic": "true"})
    assert [item["status"] for item in good.json()["items"]] == [201, 201]


async def test_the_catalogue_is_everyones_to_read_and_few_to_change(
    api: httpx.AsyncClient, door: Door, subject: str
) -> None:
    added = await api.post("/api/catalogue/treatments", json={"payload": {"name": "Sauna"}})
    assert added.status_code == 201
    limited = await door.client(await door.key(scopes=("entries:read", "entries:write"), subjects=[uuid4()]))
    assert names(await limited.get("/api/catalogue/treatments")) == ["Sauna"]
    assert (await limited.get(added.headers["Location"])).status_code == 200
    again = await limited.post("/api/catalogue/treatments", json={"payload": {"name": "Ice bath"}})
    assert code(again) == (403, "forbidden")
    for change in (
        limited.patch(added.headers["Location"], json={"payload": {}}, headers={"If-Match": "*"}),
        limited.delete(added.headers["Location"], headers={"If-Match": "*"}),
    ):
        assert code(await change) == (403, "forbidden")
    assert [s["id"] for s in (await api.get("/api/subjects")).json()["items"]] == [subject]


async def test_what_a_change_leads_to_besides_is_said(api: httpx.AsyncClient, subject: str) -> None:
    await add(api, subject, "emergency-contacts", {"name": "Ines", "phone": "+12025550143", "is_primary": True})
    place = f"/api/subjects/{subject}/emergency-contacts"
    second = await api.post(place, json={"payload": {"name": "Omar", "phone": "+12025550144", "is_primary": True}})
    assert second.headers["Carelog-Note"] == "another emergency contact is no longer primary"
    gone = await api.delete(f"/api/entries/{second.json()['id']}", headers={"If-Match": second.headers["ETag"]})
    assert (gone.status_code, gone.headers["Carelog-Note"]) == (204, "no emergency contact is primary now")
    [left] = (await api.get(place)).json()["items"]
    last = await api.delete(f"/api/entries/{left['id']}", headers={"If-Match": "*"})
    assert code(last) == (409, "contact.last")


async def test_a_retracted_entry_can_be_brought_back(api: httpx.AsyncClient, subject: str) -> None:
    entry = await add(api, subject, "food", {"name": "rice"})
    address = f"/api/entries/{entry['id']}"
    gone = await api.delete(address, params={"reason": "it was roti"}, headers={"If-Match": "*"})
    assert gone.status_code == 204
    assert (await api.get(address)).json()["reason"] == "it was roti"
    match = {"If-Match": "*"}
    for request in (api.delete(address, headers=match), api.patch(address, json={"payload": {}}, headers=match)):
        assert code(await request) == (409, "conflict")
    back = await api.post(f"{address}/restore", headers={"If-Match": "*"})
    assert (back.status_code, back.json()["state"], back.json()["revision"]) == (200, "active", 3)
    assert names(await api.get(f"/api/subjects/{subject}/food")) == ["rice"]


async def test_a_whole_list_comes_as_csv_which_no_spreadsheet_takes_for_a_formula(
    api: httpx.AsyncClient, subject: str
) -> None:
    batch = [{"type": "food", "payload": {"name": f"dish {n}"}} for n in range(249)]
    batch.append({"type": "food", "payload": {"name": '=HYPERLINK("http://x")', "notes": 'two\nlines, "quoted"'}})
    # As a spreadsheet in an Asian language reads it.
    batch[0]["payload"] = {"name": "\uff1d1+1", "notes": "\n=1+1"}
    for _ in range(3):
        added = await api.post(f"/api/subjects/{subject}/entries/batch", json={"entries": batch})
        assert added.status_code == 200, added.text
    for place in ("food", "entries"):
        answer = await api.get(f"/api/subjects/{subject}/{place}", params={"format": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert len({row["context_id"] for row in rows}) == 750
    answer = await api.get(f"/api/subjects/{subject}/food", headers={"Accept": "text/csv, application/json;q=0.5"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    [formula] = {row["name"] for row in rows if "HYPERLINK" in row["name"]}
    assert formula.startswith("'=")
    assert {row["name"] for row in rows if "1+1" in row["name"]} == {"'\uff1d1+1"}
    assert not {row["notes"] for row in rows if row["notes"].lstrip().startswith("=")}
    assert 'two\nlines, "quoted"' in {row["notes"] for row in rows}
    page = await api.get(f"/api/subjects/{subject}/food", params={"format": "csv", "limit": 3})
    assert len(page.text.splitlines()) >= 4
    assert "next" in page.links
    for accept in ("*/*", "application/json", "text/csv;q=0.1, application/json", "text/csv;q=no"):
        answer = await api.get(f"/api/subjects/{subject}/food", headers={"Accept": accept}, params={"limit": 1})
        assert answer.headers["Content-Type"] == "application/json", accept


async def test_me_is_ones_own_record(api: httpx.AsyncClient, door: Door, subject: str) -> None:
    patient = await door.client((await sign_in(door.carelog, "patient", owns=UUID(subject))).token)
    added = await add(patient, "me", "food", {"name": "rice"})
    assert added["subject_id"] == subject
    assert names(await patient.get("/api/subjects/me/food")) == ["rice"]
    assert (await patient.get("/api/subjects/me")).json()["id"] == subject
    assert code(await api.get("/api/subjects/me/food")) == (404, "not_found")
    assert code(await api.get("/api/subjects/you/food")) == (422, "invalid_input")


async def test_each_scope_opens_its_own_door(api: httpx.AsyncClient, door: Door, subject: str) -> None:
    entry = await add(api, subject, "food", {"name": "rice"})
    reader = await door.client(await door.key(scopes=sorted(set(SCOPES) - {"entries:write"})))
    writer = await door.client(await door.key(scopes=sorted(set(SCOPES) - {"entries:read"})))
    place, address = f"/api/subjects/{subject}/food", f"/api/entries/{entry['id']}"
    assert (await reader.get(place)).status_code == 200
    assert code(await reader.post(place, json={"payload": {"name": "roti"}})) == (403, "forbidden")
    assert code(await reader.delete(address, headers={"If-Match": "*"})) == (403, "forbidden")
    assert code(await reader.patch(f"/api/subjects/{subject}", json={"name": "X"})) == (403, "forbidden")
    assert code(await writer.get(place)) == (403, "forbidden")
    assert (await writer.post(place, json={"payload": {"name": "roti"}})).status_code == 201


async def test_a_subject_is_renamed_and_found_by_the_new_name(api: httpx.AsyncClient, door: Door, subject: str) -> None:
    renamed = await api.patch(f"/api/subjects/{subject}", json={"name": "Asha Kulkarni"})
    assert renamed.json()["name"] == "Asha Kulkarni"
    assert (await door.carelog.subjects.find(operator(), "asha kulkarni")).id == (
        await door.carelog.subjects.find(operator(), subject)
    ).id
    for nowhere in ("Mars/Base", "localtime", "right/UTC"):
        assert code(await api.patch(f"/api/subjects/{subject}", json={"zone": nowhere})) == (422, "invalid_input")
    unchanged = (await api.get(f"/api/subjects/{subject}")).json()
    assert unchanged["name"] == "Asha Kulkarni"
    gone = await api.patch(f"/api/subjects/{subject}", json={"name": None})
    assert (gone.json()["name"], gone.json()["zone"]) == (None, unchanged["zone"])


async def test_a_type_that_there_is_not_is_refused_in_every_form(api: httpx.AsyncClient, subject: str) -> None:
    for form in ("json", "csv"):
        answer = await api.get(f"/api/subjects/{subject}/entries", params={"type": "no_such", "format": form})
        assert code(answer) == (422, "invalid_input")
    misspelt = await api.get(f"/api/subjects/{subject}/food", params={"mael": "lunch"})
    assert code(misspelt) == (422, "invalid_input")
    twice = await api.get(f"/api/subjects/{subject}/food?meal=lunch&meal=dinner")
    assert code(twice) == (422, "invalid_input")
    several = await api.get(f"/api/subjects/{subject}/entries?type=food&type=water")
    assert several.status_code == 200


async def test_what_is_no_json_is_refused_in_the_envelope(api: httpx.AsyncClient, subject: str) -> None:
    for body in (b"\xff\xfe", b"{", b"[]", b'{"payload": {"name": "rice"}, "colour": 1}'):
        headers = {"Content-Type": "application/json"}
        answer = await api.post(f"/api/subjects/{subject}/food", content=body, headers=headers)
        assert code(answer) == (422, "invalid_input")


async def test_a_headline_tells_moments_on_the_subjects_clock(api: httpx.AsyncClient, subject: str) -> None:
    await api.patch(f"/api/subjects/{subject}", json={"zone": "Asia/Kathmandu"})
    told = {"title": "Dr Rao", "scheduled_at": "2026-12-01T10:00:00Z"}
    entry = await add(api, subject, "appointments", told)
    assert entry["headline"] == "Dr Rao, 2026-12-01 15:45"
