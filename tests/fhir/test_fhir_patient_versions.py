"""A Patient is another one as soon as anything that it says is another: nobody keeps a stale one."""

from uuid import UUID, uuid4

import httpx
from door import Door

from carelog.app import Carelog
from carelog.kit.clock import ManualClock


async def person(api: httpx.AsyncClient, **elements: object) -> UUID:
    identifier = [{"system": "urn:clinic", "value": str(uuid4())}]
    given = {"resourceType": "Patient", "identifier": identifier, "name": [{"text": "Asha Rao"}], "gender": "female"}
    return UUID((await api.post("/fhir/Patient", json=given | elements)).json()["id"])


async def test_another_name_makes_another_version(api: httpx.AsyncClient, clock: ManualClock) -> None:
    owner = await person(api)
    before = await api.get(f"/fhir/Patient/{owner}")
    seen = {"If-None-Match": before.headers["etag"]}
    assert (await api.get(f"/fhir/Patient/{owner}", headers=seen)).status_code == 304
    clock.advance(seconds=60)
    changed = await api.patch(f"/api/subjects/{owner}", json={"name": "Asha Menon"})
    assert changed.status_code == 200, changed.text
    after = await api.get(f"/fhir/Patient/{owner}", headers=seen)
    assert (after.status_code, after.json()["name"]) == (200, [{"text": "Asha Menon"}])
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json()["meta"]["lastUpdated"] > before.json()["meta"]["lastUpdated"]
    since = before.json()["meta"]["lastUpdated"]
    found = (await api.get(f"/fhir/Patient?_id={owner}&_lastUpdated=gt{since}")).json()
    assert [e["resource"]["id"] for e in found["entry"]] == [str(owner)]


async def test_another_identifier_makes_another_version(api: httpx.AsyncClient, clock: ManualClock) -> None:
    owner = await person(api)
    before = (await api.get(f"/fhir/Patient/{owner}")).json()
    clock.advance(seconds=60)
    named = before["identifier"] + [{"system": "urn:hospital", "value": str(uuid4())}]
    assert (await api.post("/fhir/Patient", json=before | {"identifier": named})).status_code == 200
    after = (await api.get(f"/fhir/Patient/{owner}")).json()
    assert len(after["identifier"]) == len(before["identifier"]) + 1
    assert after["meta"]["versionId"] != before["meta"]["versionId"]
    assert after["meta"]["lastUpdated"] > before["meta"]["lastUpdated"]


async def test_the_history_of_a_patient_is_what_it_says_now(api: httpx.AsyncClient, clock: ManualClock) -> None:
    owner = await person(api)
    first = (await api.get(f"/fhir/Patient/{owner}")).json()
    clock.advance(seconds=60)
    put = await api.put(
        f"/fhir/Patient/{owner}",
        json=first | {"birthDate": "1960-02"},
        headers={"If-Match": f'W/"{first["meta"]["versionId"]}"'},
    )
    assert put.status_code == 200, put.text
    late = await api.put(
        f"/fhir/Patient/{owner}",
        json=first | {"birthDate": "1961"},
        headers={"If-Match": f'W/"{first["meta"]["versionId"]}"'},
    )
    assert late.status_code == 412
    [version] = (await api.get(f"/fhir/Patient/{owner}/_history")).json()["entry"]
    assert version["resource"] == put.json()
    one = await api.get(f"/fhir/Patient/{owner}/_history/{put.json()['meta']['versionId']}")
    assert one.json() == put.json()


async def test_a_profile_that_is_withdrawn_and_told_anew_is_no_version_that_there_was(
    carelog: Carelog, door: Door, api: httpx.AsyncClient, clock: ManualClock
) -> None:
    owner = await person(api)
    before = await api.get(f"/fhir/Patient/{owner}")
    entries = (await api.get(f"/api/subjects/{owner}/entries?type=profile")).json()["items"]
    clock.advance(seconds=60)
    tag = (await api.get(f"/api/entries/{entries[0]['id']}")).headers["etag"]
    gone = await api.delete(f"/api/entries/{entries[0]['id']}", headers={"If-Match": tag})
    assert gone.status_code < 300, gone.text
    after = await api.get(f"/fhir/Patient/{owner}", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, "gender" in after.json()) == (200, False)
    assert after.json()["meta"]["lastUpdated"] > before.json()["meta"]["lastUpdated"]
