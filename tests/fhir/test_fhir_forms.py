"""Elements that have not the form that FHIR R4 gives them are refused: nothing is kept without them in silence."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from carelog.app import Carelog
from carelog.identity import operator
from carelog.record.query import EntryQuery

Resource = dict[str, Any]
LOINC = "http://loinc.org"
LABORATORY = [{"coding": [{"code": "laboratory"}]}]


async def person(api: httpx.AsyncClient) -> UUID:
    given = {"resourceType": "Patient", "identifier": [{"system": "urn:clinic", "value": str(uuid4())}]}
    return UUID((await api.post("/fhir/Patient", json=given)).json()["id"])


def coded(code: str) -> Resource:
    return {"coding": [{"system": LOINC, "code": code}]}


def observation(code: str, **elements: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coded(code),
        "effectiveDateTime": "2026-01-04T08:00:00Z",
        **elements,
    }


def dosed(value: Any) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"text": "warfarin"},
        "dosage": [{"doseAndRate": [{"doseQuantity": {"value": value, "unit": "mg"}}]}],
    }


def pressure(systolic: Any, diastolic: Any) -> Resource:
    parts = {"8480-6": systolic, "8462-4": diastolic}
    component = [{"code": coded(c), "valueQuantity": {"value": v, "unit": "mmHg"}} for c, v in parts.items()]
    return observation("85354-9", component=component)


def sodium(value: Any) -> Resource:
    return observation("2951-2", category=LABORATORY, valueQuantity={"value": value, "unit": "mmol/L"})


def allergy(**elements: Any) -> Resource:
    return {"resourceType": "AllergyIntolerance", "code": {"text": "peanuts"}, "recordedDate": "2026-01-01"} | elements


MISSHAPEN = [
    (dosed("5"), ["MedicationStatement.dosage[0].doseAndRate[0].doseQuantity.value"]),
    (dosed(True), ["MedicationStatement.dosage[0].doseAndRate[0].doseQuantity.value"]),
    (dosed([5]), ["MedicationStatement.dosage[0].doseAndRate[0].doseQuantity.value"]),
    (
        pressure("150", "95"),
        ["Observation.component[0].valueQuantity.value", "Observation.component[1].valueQuantity.value"],
    ),
    (sodium("140"), ["Observation.valueQuantity.value"]),
    (observation("8867-4", valueInteger="5"), ["Observation.valueInteger"]),
    (observation("8867-4", valueInteger=5.5), ["Observation.valueInteger"]),
    (observation("8867-4", valueBoolean="false"), ["Observation.valueBoolean"]),
    (observation("8867-4", status="finale", valueInteger=5), ["Observation.status"]),
    (observation("8867-4", valueQuantity=[{"value": 5}]), ["Observation.valueQuantity"]),
    (allergy(criticality="HIGH"), ["AllergyIntolerance.criticality"]),
    (allergy(category="food"), ["AllergyIntolerance.category"]),
    (allergy(reaction=[{"manifestation": "hives"}]), ["AllergyIntolerance.reaction[0].manifestation"]),
    (allergy(note="severe"), ["AllergyIntolerance.note"]),
]


@pytest.mark.parametrize(("resource", "places"), MISSHAPEN)
async def test_what_has_not_the_form_of_r4_is_refused_with_its_place(
    api: httpx.AsyncClient, carelog: Carelog, resource: Resource, places: list[str]
) -> None:
    owner = await person(api)
    subject = "patient" if resource["resourceType"] == "AllergyIntolerance" else "subject"
    given = resource | {subject: {"reference": f"Patient/{owner}"}}
    alone = await api.post(f"/fhir/{given['resourceType']}", json=given)
    assert alone.status_code == 422
    assert [place for issue in alone.json()["issue"] for place in issue["expression"]] == places
    assert all(
        issue["details"]["text"].startswith("an element has not the form that FHIR R4 gives it")
        for issue in alone.json()["issue"]
    )
    right = allergy(patient={"reference": f"Patient/{owner}"})
    entries = [{"resource": given}, {"resource": right}]
    whole = await api.post("/fhir", json={"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert whole.status_code == 422
    told = [place for issue in whole.json()["issue"] for place in issue["expression"]]
    assert told == [f"Bundle.entry[0].resource.{place.partition('.')[2]}" for place in places]
    assert (await carelog.record.page(operator(), owner, EntryQuery())).items == []
    batch = await api.post("/fhir", json={"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [e["response"]["status"][:3] for e in batch.json()["entry"]] == ["422", "201"]


async def test_a_gender_that_is_none_is_refused(api: httpx.AsyncClient) -> None:
    refused = await api.post("/fhir/Patient", json={"resourceType": "Patient", "gender": "banana"})
    assert refused.status_code == 422
    assert refused.json()["issue"][0]["expression"] == ["Patient.gender"]


async def test_what_is_not_read_is_not_looked_at(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    given = allergy(patient={"reference": f"Patient/{owner}"}, encounter="none")
    assert (await api.post("/fhir/AllergyIntolerance", json=given)).status_code == 201


async def test_what_is_nested_as_deep_as_may_be_is_read(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    nested: Any = 1
    names: Any = {"value": "17"}
    for _ in range(120):
        nested = {"part": {"part": nested}}
        names = {"assigner": {"identifier": names}}
    about = {"reference": f"Patient/{owner}", "identifier": names}
    kept = await api.post("/fhir/AllergyIntolerance", json=allergy(patient=about, unheard=nested))
    assert (kept.status_code, kept.headers["carelog-note"]) == (201, "kept without these elements: unheard")
