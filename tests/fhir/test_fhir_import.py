"""Bundles of other systems, imported once however often they are sent."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door
from sqlalchemy import func, select

from carelog.app import Carelog
from carelog.record.fhir.elements import SUBJECT
from carelog.record.fhir.reception import taken_kinds
from carelog.record.tables import entry, entry_revision, subject

Accepted = Callable[[Iterable[dict[str, Any]]], None]
Resource = dict[str, Any]


def patient(**elements: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "https://clinic.example/patients", "value": "17"}],
        "name": [{"family": "Example", "given": ["Ines"]}],
        "gender": "female",
        "birthDate": "1960-02",
        **elements,
    }


def pulse(value: float = 72, **elements: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-01-04T08:00:00+05:30",
        "valueQuantity": {"value": value, "unit": "bpm", "system": "http://unitsofmeasure.org", "code": "/min"},
        **elements,
    }


def bundle(*resources: Resource, kind: str = "transaction") -> Resource:
    entries = [{"resource": r, "request": {"method": "POST", "url": r["resourceType"]}} for r in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


async def send(api: httpx.AsyncClient, given: Resource) -> list[dict[str, Any]]:
    answer = await api.post("/fhir", json=given)
    assert answer.status_code == 200, answer.text
    return [e["response"] for e in answer.json()["entry"]]


async def counts(carelog: Carelog) -> list[int]:
    async with carelog.health.read() as connection:
        tables = (subject, entry, entry_revision)
        return [await connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables]


async def everything(api: httpx.AsyncClient, patient_id: str, **parameters: str) -> list[Resource]:
    address, found = f"/fhir/Patient/{patient_id}/$everything", []
    given: dict[str, str] | None = {"_count": "40", **parameters}
    while address:
        answer = await api.get(address, params=given)
        assert answer.status_code == 200, answer.text
        found += [e["resource"] for e in answer.json().get("entry", [])]
        links = {link["relation"]: link["url"] for link in answer.json()["link"]}
        address, given = links.get("next", ""), None
    return found


async def test_synthea_bundles_are_imported_once(
    carelog: Carelog, door: Door, bundles: list[Resource], accepted: Accepted
) -> None:
    api = await door.client(await door.key())
    told: list[Resource] = []
    for given in bundles:
        responses = await send(api, given)
        taken = Counter[str]()
        for sent, response in zip(given["entry"], responses, strict=True):
            kind = sent["resource"]["resourceType"]
            if kind in taken_kinds():
                assert response["status"].startswith("201"), (kind, response)
                taken[kind] += 1
            else:
                assert response["status"].startswith("422")
                assert response["outcome"]["issue"][0]["code"] == "not-supported"
        [who] = [r["location"] for r in responses if r.get("location", "").startswith("Patient/")]
        resources = await everything(api, who.removeprefix("Patient/"))
        assert Counter(r["resourceType"] for r in resources) == taken
        assert len({(r["resourceType"], r["id"]) for r in resources}) == len(resources)
        summary = (await api.get(f"/fhir/{who}/$summary")).json()
        told += [*resources, summary]
    before = await counts(carelog)
    for given in bundles:
        responses = await send(api, given)
        assert {r["status"][:3] for r in responses} == {"200", "422"}
    assert await counts(carelog) == before
    accepted(told)


async def test_what_changed_becomes_a_revision_and_what_was_corrected_here_stays(
    carelog: Carelog, api: httpx.AsyncClient
) -> None:
    first = await send(api, bundle(patient(), pulse()))
    place = first[1]["location"].partition("/_history")[0]
    await send(api, bundle(patient(), pulse(80)))
    read = await api.get(f"/fhir/{place}")
    assert (read.json()["valueQuantity"]["value"], read.headers["etag"]) == (80, 'W/"2"')
    corrected = {**read.json(), "valueQuantity": {**read.json()["valueQuantity"], "value": 81}}
    written = await api.put(f"/fhir/{place}", json=corrected, headers={"If-Match": 'W/"2"'})
    assert (written.status_code, written.json()["meta"]["versionId"]) == (200, "3")
    late = await api.put(f"/fhir/{place}", json=corrected, headers={"If-Match": 'W/"2"'})
    assert late.status_code == 412
    before = await counts(carelog)
    await send(api, bundle(patient(), pulse(80)))
    assert await counts(carelog) == before
    assert (await api.get(f"/fhir/{place}")).json()["valueQuantity"]["value"] == 81


async def test_what_was_entered_in_error_is_retracted(api: httpx.AsyncClient) -> None:
    first = await send(api, bundle(patient(), pulse()))
    place = first[1]["location"].partition("/_history")[0]
    await send(api, bundle(patient(), pulse(status="entered-in-error")))
    gone = await api.get(f"/fhir/{place}")
    assert (gone.status_code, gone.json()["resourceType"]) == (410, "OperationOutcome")
    history = (await api.get(f"/fhir/{place}/_history")).json()["entry"]
    assert [e["resource"]["status"] for e in history] == ["entered-in-error", "final"]


async def test_a_transaction_is_done_as_a_whole_or_not_at_all(carelog: Carelog, api: httpx.AsyncClient) -> None:
    before = await counts(carelog)
    stranger = pulse(id="o2", subject={"reference": f"Patient/{uuid4()}"})
    refused = await api.post("/fhir", json=bundle(patient(), pulse(), stranger))
    assert refused.status_code == 422
    assert refused.json()["issue"][0]["expression"] == ["Bundle.entry[2]"]
    assert await counts(carelog) == before
    told = await send(api, bundle(patient(), pulse(), stranger, kind="batch"))
    assert [t["status"][:3] for t in told] == ["201", "201", "422"]


async def test_an_impossible_reading_is_kept_as_an_observation_that_claims_nothing(api: httpx.AsyncClient) -> None:
    [_, told] = await send(api, bundle(patient(), pulse(4000)))
    place = told["location"].partition("/_history")[0]
    kept = (await api.get(f"/fhir/{place}")).json()
    assert kept["valueQuantity"]["value"] == 4000
    assert kept["meta"]["tag"][0]["code"] == "observation"


async def test_fahrenheit_and_pounds_become_the_units_of_the_record(api: httpx.AsyncClient) -> None:
    warm = pulse(98.6, id="t", code={"coding": [{"system": "http://loinc.org", "code": "8310-5"}]})
    warm["valueQuantity"] |= {"unit": "F", "code": "[degF]"}
    [_, told] = await send(api, bundle(patient(), warm))
    kept = (await api.get(f"/fhir/{told['location'].partition('/_history')[0]}")).json()
    assert kept["valueQuantity"] == {
        "value": 37.0,
        "unit": "Cel",
        "system": "http://unitsofmeasure.org",
        "code": "Cel",
    }


async def test_what_has_no_place_in_an_entry_is_told(api: httpx.AsyncClient) -> None:
    [_, told] = await send(api, bundle(patient(), pulse(encounter={"reference": "Encounter/9"})))
    assert "encounter" in told["outcome"]["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"status": "cancelled"}, "not final"),
        ({"status": "registered"}, "not final"),
        ({"status": None}, "not final"),
        ({"focus": [{"reference": "Patient/fetus"}]}, "focus"),
        ({"modifierExtension": [{"url": "https://clinic.example/not", "valueBoolean": True}]}, "modifierExtension"),
        ({"implicitRules": "https://clinic.example/rules"}, "implicitRules"),
    ],
)
async def test_what_is_not_what_it_looks_like_is_not_kept(
    carelog: Carelog, api: httpx.AsyncClient, changed: dict[str, Any], why: str
) -> None:
    _, reading = await send(api, bundle(patient(), pulse(**changed)))
    assert reading["status"].startswith("422")
    assert why in reading["outcome"]["issue"][0]["details"]["text"]
    assert (await counts(carelog))[1] == 1  # the profile


def order(kind: str = "MedicationRequest", **elements: Any) -> Resource:
    given = {"resourceType": kind, "id": "m1", "status": "active", "subject": {"reference": "Patient/p1"}}
    return given | ({"intent": "order"} if kind == "MedicationRequest" else {}) | elements


@pytest.mark.parametrize(
    "given",
    [
        order(medicationCodeableConcept={"text": "ramipril"}, intent="proposal"),
        order(medicationCodeableConcept={"text": "ramipril"}, doNotPerform=True),
        order("MedicationStatement", medicationCodeableConcept={"text": "ramipril"}, status="not-taken"),
    ],
)
async def test_what_is_not_given_is_not_kept_and_no_reason_to_refuse_the_rest(
    api: httpx.AsyncClient, given: Resource
) -> None:
    answers = await send(api, bundle(patient(), given, pulse()))
    assert [answer["status"][:3] for answer in answers] == ["201", "422", "201"]


@pytest.mark.parametrize(
    ("given", "beside"),
    [
        (order(medicationReference={"reference": "#m"}, contained=[{"resourceType": "Medication", "id": "m"}]), []),
        (order(medicationReference={"reference": "Medication/m"}), [{"resourceType": "Medication", "id": "m"}]),
        (order("MedicationStatement", medicationReference={"display": "ramipril"}), []),
    ],
)
async def test_a_medication_is_known_by_what_is_referred_to(
    api: httpx.AsyncClient, given: Resource, beside: list[Resource]
) -> None:
    for medication in (*given.get("contained", []), *beside):
        medication["code"] = {"text": "ramipril"}
    answers = await send(api, bundle(patient(), *beside, given))
    kept = (await api.get(f"/fhir/{answers[-1]['location']}")).json()
    assert kept["medicationCodeableConcept"]["text"] == "ramipril"


async def test_a_value_of_which_only_an_end_is_known_is_kept_in_words(api: httpx.AsyncClient) -> None:
    low = {"value": 40, "unit": "/min", "comparator": "<"}
    _, reading = await send(api, bundle(patient(), pulse(valueQuantity=low)))
    assert (await api.get(f"/fhir/{reading['location']}")).json()["valueString"] == "<40 /min"


async def test_a_moment_without_a_zone_is_its_day_and_a_date_that_is_none_is_refused(api: httpx.AsyncClient) -> None:
    _, reading = await send(api, bundle(patient(), pulse(effectiveDateTime="2024-01-02T10:00:00")))
    assert (await api.get(f"/fhir/{reading['location']}")).json()["effectiveDateTime"] == "2024-01-02"
    wrong = bundle(patient(), pulse(id="o2", effectiveDateTime="2024-13-45"))
    assert (await api.post("/fhir", json=wrong)).status_code == 422


async def test_a_key_for_some_subjects_neither_makes_people_nor_reaches_others(
    carelog: Carelog, door: Door, api: httpx.AsyncClient
) -> None:
    told = await send(api, bundle(patient(), pulse()))
    known = told[0]["location"].removeprefix("Patient/")
    limited = await door.client(await door.key(subjects=[uuid4()]))
    before = await counts(carelog)
    for given in (
        bundle(patient(), pulse(99)),
        bundle(patient(identifier=[{"system": "https://clinic.example/patients", "value": "18"}])),
        bundle(pulse(99, subject={"reference": f"Patient/{known}"})),
    ):
        assert (await limited.post("/fhir", json=given)).status_code == 422
    place = told[1]["location"].partition("/_history")[0]
    changed = pulse(99, id=place.removeprefix("Observation/"), subject={"reference": f"Patient/{known}"})
    assert (await limited.put(f"/fhir/{place}", json=changed)).status_code == 404
    assert await counts(carelog) == before
    reads = await door.client(await door.key(scopes=["entries:read"]))
    assert (await reads.post("/fhir", json=bundle(patient()))).status_code == 403


async def test_a_key_for_some_subjects_does_not_learn_whom_others_know(door: Door, api: httpx.AsyncClient) -> None:
    """Not by an identifier, not by two of one person or of two, not beside one of their own, not by an id."""

    def known_as(*values: str) -> Resource:
        return patient(identifier=[{"system": "https://clinic.example/patients", "value": v} for v in values])

    def is_subject(id_: object) -> Resource:
        return patient(identifier=[{"system": SUBJECT, "value": str(id_)}])

    [mine] = await send(api, bundle(known_as("mine")))
    [theirs] = await send(api, bundle(known_as("17", "18")))
    await send(api, bundle(known_as("19")))
    own, stranger = (UUID(told["location"].removeprefix("Patient/")) for told in (mine, theirs))
    limited = await door.client(await door.key(subjects=[own]))

    async def told(resource: Resource, path: str = "") -> tuple[int, Any]:
        kept = {k: v for k, v in resource.items() if k != "id"}
        if path:
            answer = await limited.put(f"/fhir/{path}", json=resource | {"id": path.removeprefix("Patient/")})
        else:
            answer = await limited.post("/fhir", json=bundle(kept, kind="batch"))
        said = answer.json()
        for entry_ in said.get("entry", ()):
            entry_["response"].pop("lastModified", None)
        return answer.status_code, said

    nobody = await told(known_as("20"))
    assert nobody[1]["entry"][0]["response"]["outcome"]["issue"][0]["code"] == "forbidden"
    for others in (known_as("17"), known_as("17", "18"), known_as("17", "19"), is_subject(stranger)):
        assert await told(others) == nobody
    assert await told(is_subject(uuid4())) == nobody
    assert await told(known_as("17"), f"Patient/{stranger}") == await told(known_as("20"), f"Patient/{uuid4()}")
    for also in ("17", "20"):
        [here] = (await told(known_as("mine", also)))[1]["entry"]
        assert here["response"]["location"].startswith(f"Patient/{own}")


async def test_a_user_imports_into_their_own_record_by_its_id(door: Door, api: httpx.AsyncClient) -> None:
    [told] = await send(api, bundle(patient(identifier=[])))
    own = told["location"].removeprefix("Patient/")
    limited = await door.client(await door.key(subjects=[UUID(own)]))
    meant = patient(identifier=[{"system": "https://carelog.dev/fhir/NamingSystem/subject", "value": own}])
    responses = await send(limited, bundle(meant, pulse(), pulse()))
    assert [r["status"][:3] for r in responses] == ["200", "201", "200"]
    assert [r["resourceType"] for r in await everything(limited, own)] == ["Patient", "Observation"]


async def test_what_is_exported_comes_back_without_a_change(carelog: Carelog, api: httpx.AsyncClient) -> None:
    told = await send(api, bundle(patient(), pulse()))
    known = told[0]["location"].removeprefix("Patient/")
    resources = await everything(api, known)
    before = await counts(carelog)
    again = await send(api, bundle(*resources))
    assert {t["status"][:3] for t in again} == {"200"}
    assert await counts(carelog) == before
