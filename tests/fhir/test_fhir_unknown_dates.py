"""What has no date has none anywhere: a moment of an import is never shown as when something happened."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from carelog.app import Carelog
from carelog.cli.record import what_happened
from carelog.identity import operator
from carelog.record.query import EntryQuery

Resource = dict[str, Any]
ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
PULSE = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}


async def person(api: httpx.AsyncClient) -> UUID:
    given = {"resourceType": "Patient", "identifier": [{"system": "urn:clinic", "value": str(uuid4())}]}
    return UUID((await api.post("/fhir/Patient", json=given)).json()["id"])


def vaccination(owner: UUID, **elements: Any) -> Resource:
    of = {"resourceType": "Immunization", "id": "i", "status": "completed", "vaccineCode": {"text": "MMR"}}
    return of | {"patient": {"reference": f"Patient/{owner}"}} | elements


async def test_words_for_a_date_are_kept_and_given_back(
    carelog: Carelog, api: httpx.AsyncClient, accepted: Callable[[Iterable[Resource]], None]
) -> None:
    owner = await person(api)
    kept = (await api.post("/fhir/Immunization", json=vaccination(owner, occurrenceString="as a child"))).json()
    assert kept["occurrenceString"] == "as a child"
    assert not [name for name in kept if name.endswith("occurrenceDateTime")]
    again = await api.put(f"/fhir/Immunization/{kept['id']}", json=kept)
    assert (again.json()["meta"]["versionId"], again.json()["occurrenceString"]) == ("1", "as a child")
    assert "carelog-note" not in again.headers or "occurrence" not in again.headers["carelog-note"]
    [entry] = (await carelog.record.page(operator(), owner, EntryQuery(types=("immunization",)))).items
    shown = (await api.get(f"/api/entries/{entry.id}")).json()
    assert shown["occurred_said"] == "as a child"
    assert what_happened(entry).endswith("(date not known: as a child)")
    accepted([kept])


@pytest.mark.parametrize(
    ("resource", "element"),
    [
        ({"resourceType": "Procedure", "status": "completed", "code": {"text": "stent"}}, "_performedDateTime"),
        (
            {
                "resourceType": "Observation",
                "status": "final",
                "code": PULSE,
                "valueQuantity": {"value": 70, "unit": "bpm"},
            },
            "_effectiveDateTime",
        ),
        (
            {
                "resourceType": "MedicationStatement",
                "status": "active",
                "medicationCodeableConcept": {"text": "aspirin"},
            },
            "_effectiveDateTime",
        ),
        ({"resourceType": "Condition", "code": {"text": "gout"}}, "_recordedDate"),
        (
            {"resourceType": "Immunization", "status": "completed", "vaccineCode": {"text": "MMR"}},
            "occurrenceString",
        ),
    ],
)
async def test_without_a_date_there_is_none(
    carelog: Carelog,
    api: httpx.AsyncClient,
    accepted: Callable[[Iterable[Resource]], None],
    resource: Resource,
    element: str,
) -> None:
    owner = await person(api)
    kind = resource["resourceType"]
    about = {"patient" if kind == "Immunization" else "subject": {"reference": f"Patient/{owner}"}}
    sent = await api.post(f"/fhir/{kind}", json=resource | about)
    assert sent.status_code == 201, sent.text
    assert "no date" in sent.headers["carelog-note"]
    kept = (await api.get(f"/fhir/{kind}/{sent.json()['id']}")).json()
    assert kept[element] == (ABSENT if element.startswith("_") else "unknown")
    assert not {"effectiveDateTime", "performedDateTime", "occurrenceDateTime", "recordedDate"} & kept.keys()
    again = await api.put(f"/fhir/{kind}/{kept['id']}", json=kept)
    assert (again.json()["meta"]["versionId"], again.json()[element]) == ("1", kept[element])
    [entry] = (await carelog.record.page(operator(), owner, EntryQuery())).items
    assert entry.occurred_said == "unknown"
    assert what_happened(entry).endswith("(date not known)")
    accepted([kept, (await api.get(f"/fhir/Patient/{owner}/$summary")).json()])


async def test_what_has_no_date_is_not_found_by_one(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    await api.post("/fhir/Immunization", json=vaccination(owner))
    found = await api.get(f"/fhir/Immunization?patient={owner}")
    assert len(found.json()["entry"]) == 1
    assert "entry" not in (await api.get(f"/fhir/Immunization?patient={owner}&date=ge2000")).json()


async def test_a_date_that_is_learnt_later_takes_the_place_of_none(carelog: Carelog, api: httpx.AsyncClient) -> None:
    owner = await person(api)
    await api.post("/fhir/Immunization", json=vaccination(owner))
    dated = (await api.post("/fhir/Immunization", json=vaccination(owner, occurrenceDateTime="1990-05-01"))).json()
    assert (dated["occurrenceDateTime"], dated["meta"]["versionId"]) == ("1990-05-01", "2")
    [entry] = (await carelog.record.page(operator(), owner, EntryQuery(types=("immunization",)))).items
    assert entry.occurred_said is None


async def test_somebody_may_tell_the_date_by_hand(carelog: Carelog, api: httpx.AsyncClient) -> None:
    owner = await person(api)
    kept = (await api.post("/fhir/Immunization", json=vaccination(owner))).json()
    shown = await api.get(f"/api/entries/{kept['id']}")
    moved = await api.patch(
        f"/api/entries/{kept['id']}",
        json={"occurred_at": "1990-05-01T08:00:00Z"},
        headers={"If-Match": shown.headers["etag"]},
    )
    assert (moved.status_code, moved.json()["occurred_said"]) == (200, None)
    assert (await api.get(f"/fhir/Immunization/{kept['id']}")).json()["occurrenceDateTime"] == "1990-05-01T08:00:00Z"


@pytest.mark.parametrize("start", ["2020", "2020-01", "2020-01-01"])
async def test_a_procedure_of_days_or_years_is_taken_with_its_exactness(api: httpx.AsyncClient, start: str) -> None:
    owner = await person(api)
    given = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": "dialysis"},
        "subject": {"reference": f"Patient/{owner}"},
        "performedPeriod": {"start": start, "end": "2021-03"},
    }
    kept = await api.post("/fhir/Procedure", json=given)
    assert kept.status_code == 201, kept.text
    assert (kept.json()["performedDateTime"], kept.json()["note"]) == (start, [{"text": "until 2021-03"}])
