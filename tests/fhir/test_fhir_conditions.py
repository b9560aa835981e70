"""On what conditions resources of other systems are written, and by what they are known again."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

Resource = dict[str, Any]
ORDER = {"system": "https://lab.example/orders", "value": "A-17"}
PULSE, SUGAR = ("8867-4", "/min"), ("2339-0", "mg/dL")


async def person(api: httpx.AsyncClient) -> UUID:
    given = {"resourceType": "Patient", "identifier": [{"system": "urn:clinic", "value": str(uuid4())}]}
    return UUID((await api.post("/fhir/Patient", json=given)).json()["id"])


def reading(owner: UUID, value: float, of: tuple[str, str] = PULSE, **elements: Any) -> Resource:
    loinc, unit = of
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": f"Patient/{owner}"},
        "effectiveDateTime": "2026-01-04T08:00:00Z",
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        **elements,
    }


async def values(api: httpx.AsyncClient, owner: UUID) -> list[float]:
    found = (await api.get("/fhir/Observation", params={"patient": str(owner), "_sort": "date"})).json()
    return [e["resource"]["valueQuantity"]["value"] for e in found.get("entry", [])]


async def do(api: httpx.AsyncClient, *entries: tuple[Resource | None, Resource], kind: str = "transaction") -> Any:
    given = [{"resource": resource, "request": request} for resource, request in entries]
    return await api.post("/fhir", json={"resourceType": "Bundle", "type": kind, "entry": given})


async def test_a_version_is_asked_for_within_a_bundle_too(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    id_ = (await api.post("/fhir/Observation", json=reading(owner, 70))).json()["id"]
    late = {"method": "PUT", "url": f"Observation/{id_}", "ifMatch": 'W/"1"'}
    changed = await do(api, (reading(owner, 71, id=id_), late))
    assert changed.status_code == 200, changed.text
    refused = await do(api, (reading(owner, 72, id=id_), late), (reading(owner, 99, SUGAR), {"method": "POST"}))
    assert refused.status_code == 412
    each = await do(
        api, (reading(owner, 72, id=id_), late), (reading(owner, 99, SUGAR), {"method": "POST"}), kind="batch"
    )
    assert [e["response"]["status"][:3] for e in each.json()["entry"]] == ["412", "201"]
    assert sorted(await values(api, owner)) == [71, 99]


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "GET"])
async def test_a_transaction_with_what_is_not_done_here_is_not_done_at_all(api: httpx.AsyncClient, method: str) -> None:
    owner = await person(api)
    request = {"method": method, "url": f"Observation/{uuid4()}"}
    refused = await do(api, (reading(owner, 70), {"method": "POST"}), (None, request))
    assert (refused.status_code, refused.json()["issue"][0]["expression"]) == (422, ["Bundle.entry[1]"])
    assert await values(api, owner) == []


async def test_what_is_looked_for_first_is_left_as_it_is(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    named, sought = reading(owner, 70, identifier=[ORDER]), f"identifier={ORDER['system']}|{ORDER['value']}"
    for value in (70, 75):
        again = {**named, "valueQuantity": {**named["valueQuantity"], "value": value}}
        answer = await api.post("/fhir/Observation", json=again, headers={"If-None-Exist": sought})
        assert answer.status_code == (201 if value == 70 else 200), answer.text
        once = {"method": "POST", "url": "Observation", "ifNoneExist": sought}
        assert (await do(api, (again, once))).status_code == 200
    assert await values(api, owner) == [70]
    other = await api.post("/fhir/Observation", json=named, headers={"If-None-Exist": "code=8867-4"})
    assert other.status_code == 422


async def test_whoever_is_here_already_is_not_made_again_nor_changed(api: httpx.AsyncClient) -> None:
    given = {"resourceType": "Patient", "identifier": [ORDER], "gender": "female"}
    sought = f"identifier={ORDER['system']}|{ORDER['value']}"
    first = await api.post("/fhir/Patient", json=given)
    owner = first.json()["id"]
    once = {"method": "POST", "url": "Patient", "ifNoneExist": sought}
    told = (await do(api, (given | {"gender": "male"}, once))).json()["entry"][0]["response"]
    assert (told["status"][:3], told["location"]) == ("200", f"Patient/{owner}")
    assert (await api.get(f"/fhir/Patient/{owner}")).json()["gender"] == "female"


async def test_results_of_one_order_are_kept_each(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    panel = [reading(owner, 70, identifier=[ORDER]), reading(owner, 99, SUGAR, identifier=[ORDER])]
    done = await do(api, *((one, {"method": "POST"}) for one in panel))
    assert done.status_code == 200, done.text
    corrected = reading(owner, 98, SUGAR, identifier=[ORDER])
    assert (await do(api, (corrected, {"method": "POST"}))).status_code == 200
    assert sorted(await values(api, owner)) == [70, 98]


async def test_an_id_that_every_system_has_names_no_other_reading(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    for value, day in ((70, "04"), (90, "05"), (91, "05")):
        moment = f"2026-01-{day}T08:00:00Z"
        answer = await api.post("/fhir/Observation", json=reading(owner, value, id="1", effectiveDateTime=moment))
        assert answer.status_code in (200, 201)
    assert sorted(await values(api, owner)) == [70, 91]


async def test_a_status_is_found_by_the_system_that_it_is_of(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    await api.post("/fhir/Observation", json=reading(owner, 70))
    for status, found in (("http://hl7.org/fhir/observation-status|final", 1), ("urn:other|final", 0)):
        answer = await api.get("/fhir/Observation", params={"patient": str(owner), "status": status})
        assert len(answer.json().get("entry", [])) == found, status
