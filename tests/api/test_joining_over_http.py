"""Two records that are of one person, as callers of the API find them and make them one."""

from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon
from signed_in import sign_in

from carelog.identity import operator
from carelog.kit.clock import ManualClock


@pytest.fixture
async def pair(door: Door, clock: ManualClock) -> tuple[str, str]:
    """Two subjects of one name, the first known first."""
    ids = []
    for tel in ("+912224449000", "+912224449111"):
        ids.append(str((await door.hand_in(make_vcon("Good morning.", tel=tel)))["subject_id"]))
        clock.advance(seconds=1)
    return ids[0], ids[1]


async def test_they_are_found_and_joined(api: httpx.AsyncClient, pair: tuple[str, str]) -> None:
    keep, other = pair
    listed = (await api.get("/api/subjects/likely-same")).json()
    assert [(one["subject"]["id"], one["likely"][0]["subject"]["id"]) for one in listed["items"]] == [(other, keep)]
    assert listed["items"][0]["likely"][0]["because"] == ["name"]
    of_one = (await api.get(f"/api/subjects/{keep}/likely-same")).json()
    assert [likely["subject"]["id"] for likely in of_one["items"]] == [other]
    for _ in range(2):
        answer = await api.post(f"/api/subjects/{keep}/join", json={"other": other})
        assert (answer.status_code, answer.json()["id"]) == (200, keep)
    assert (await api.get(f"/api/subjects/{other}")).status_code == 404
    assert len((await api.get("/api/conversations", params={"subject": keep})).json()["items"]) == 2
    assert (await api.get("/api/subjects/likely-same")).json() == {"items": [], "next": None}


async def test_refusals_say_what_is_wrong(door: Door, api: httpx.AsyncClient, pair: tuple[str, str]) -> None:
    keep, other = pair

    async def refused(client: httpx.AsyncClient, into: str, what: str) -> tuple[int, str]:
        answer = await client.post(f"/api/subjects/{into}/join", json={"other": what})
        return answer.status_code, answer.json()["error"]["code"]

    assert await refused(api, keep, keep) == (422, "invalid_input")
    assert await refused(api, keep, "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071") == (404, "not_found")
    assert await refused(await door.client(await door.key(subjects=[UUID(keep)])), keep, other) == (404, "not_found")
    carer = await sign_in(door.carelog, "carer")
    await door.carelog.grants.give(operator(), UUID(keep), user=carer.id, access="full")
    await door.carelog.grants.give(operator(), UUID(other), user=carer.id, access="read_only")
    assert await refused(await door.client(carer.token), keep, other) == (403, "forbidden")
    await sign_in(door.carelog, "patient", owns=UUID(other))
    assert await refused(api, keep, other) == (409, "subject.owned")
