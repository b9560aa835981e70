"""What the rules of a record make of imports: they are kept without what the rules do not allow, and are told so."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door

from carelog.app import Carelog
from carelog.identity import operator
from carelog.record.editing import Draft
from carelog.record.query import EntryQuery

Resource = dict[str, Any]
SUBJECT = "https://carelog.dev/fhir/NamingSystem/subject"


async def person(api: httpx.AsyncClient) -> UUID:
    given = {"resourceType": "Patient", "identifier": [{"system": "urn:clinic", "value": str(uuid4())}]}
    return UUID((await api.post("/fhir/Patient", json=given)).json()["id"])


async def send(api: httpx.AsyncClient, *resources: Resource) -> list[dict[str, Any]]:
    """The responses to a transaction, which is done whatever the rules say."""
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": r} for r in resources]}
    answer = await api.post("/fhir", json=bundle)
    assert answer.status_code == 200, answer.text
    return [e["response"] for e in answer.json()["entry"]]


def issues(response: dict[str, Any]) -> set[str]:
    return {issue["code"] for issue in response.get("outcome", {}).get("issue", ())}


async def read(api: httpx.AsyncClient, response: dict[str, Any]) -> Resource:
    found: Resource = (await api.get(f"/fhir/{response['location'].partition('/_history')[0]}")).json()
    return found


def contact(owner: UUID, id_: str, rank: int | None = None, **elements: Any) -> Resource:
    phone = {"system": "phone", "value": f"+4202221{len(id_):02}{ord(id_[0]):03}"} | ({"rank": rank} if rank else {})
    return {
        "resourceType": "RelatedPerson",
        "id": id_,
        "patient": {"reference": f"Patient/{owner}"},
        "name": [{"text": f"Kin {id_}"}],
        "telecom": [phone],
        **elements,
    }


def dose(owner: UUID, **elements: Any) -> Resource:
    return {
        "resourceType": "MedicationAdministration",
        "id": "d1",
        "status": "completed",
        "medicationCodeableConcept": {"text": "metformin"},
        "subject": {"reference": f"Patient/{owner}"},
        "effectiveDateTime": "2026-01-05T08:00:00Z",
        **elements,
    }


async def test_the_newest_primary_contact_is_the_primary_one(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    [first] = await send(api, contact(owner, "a", 1))
    [second, third] = await send(api, contact(owner, "b", 1), contact(owner, "c"))
    ranks = [(await read(api, r))["telecom"][0].get("rank") for r in (first, second, third)]
    assert ranks == [None, 1, None]
    assert "business-rule" in issues(second)


async def test_the_last_contact_stays_and_the_import_goes_on(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    # RelatedPerson has no status in R4; a system that withdraws one says so anyway.
    [kept] = await send(api, contact(owner, "a"))
    [withdrawn, other] = await send(api, contact(owner, "a", status="entered-in-error"), dose(owner))
    assert (withdrawn["status"][:3], issues(withdrawn)) == ("200", {"business-rule"})
    assert other["status"].startswith("201")
    assert (await read(api, kept))["active"] is True


async def test_a_dose_is_linked_to_the_schedule_of_its_medication(carelog: Carelog, api: httpx.AsyncClient) -> None:
    owner = await person(api)
    plan = Draft("medication_schedule", {"name": "Metformin", "times": ["08:00"]})
    schedule = await carelog.record.create(operator(), owner, plan)
    [told] = await send(api, dose(owner))
    assert (await read(api, told))["request"] == {"reference": f"MedicationRequest/{schedule.entry.id}"}


async def test_a_dose_of_a_prescription_is_kept_without_a_schedule(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    order = {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "metformin"},
        "subject": {"reference": f"Patient/{owner}"},
        "authoredOn": "2026-01-01",
    }
    [taken, ordered] = await send(api, dose(owner, request={"reference": "MedicationRequest/r1"}), order)
    assert (taken["status"][:3], ordered["status"][:3]) == ("201", "201")
    assert "business-rule" in issues(taken)
    assert "request" not in await read(api, taken)
    assert (await read(api, ordered))["authoredOn"] == "2026-01-01"


async def test_results_are_named_by_the_report_over_them(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    about = {"status": "final", "subject": {"reference": f"Patient/{owner}"}, "effectiveDateTime": "2026-01-05"}
    result = {"resourceType": "Observation", "code": {"text": "Ferritin"}, "valueString": "low", **about}
    report = {
        "resourceType": "DiagnosticReport",
        "code": {"text": "Blood"},
        "result": [{"reference": "urn:uuid:one"}, {"reference": "urn:uuid:nowhere"}],
        **about,
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"resource": report}, {"fullUrl": "urn:uuid:one", "resource": result}],
    }
    told = [e["response"] for e in (await api.post("/fhir", json=bundle)).json()["entry"]]
    assert "not-found" in issues(told[0])
    shown = await read(api, told[0])
    assert [r["reference"] for r in shown["result"]] == [told[1]["location"].partition("/_history")[0]]


async def test_what_an_export_names_is_named_in_the_record_it_comes_into(
    carelog: Carelog, api: httpx.AsyncClient
) -> None:
    """As from another installation: the same resources for another subject, whose entries get ids of their own."""
    owner, other = await person(api), await person(api)
    me, record = operator(), carelog.record
    medication = await record.create(me, owner, Draft("medication", {"name": "metformin"}))
    plan = {"medication_id": str(medication.entry.id), "name": "metformin", "times": ["08:00"]}
    schedule = await record.create(me, owner, Draft("medication_schedule", plan))
    taken = {"schedule_id": str(schedule.entry.id), "medication_id": str(medication.entry.id), "status": "taken"}
    await record.create(me, owner, Draft("medication_log", taken))
    entries = (await api.get(f"/fhir/Patient/{owner}/$everything")).json()["entry"]
    moved = [e["resource"] for e in entries if e["resource"]["resourceType"].startswith("Medication")]
    for resource in moved:
        resource["subject"]["reference"] = f"Patient/{other}"
    await send(api, *moved)
    found = {
        entry.type: entry for entry in (await record.page(me, other, EntryQuery())).items if entry.type != "profile"
    }
    assert len(found) == 3

    def names(type_name: str, field: str) -> UUID:
        named: UUID = found[type_name].payload.model_dump()[field]
        return named

    assert names("medication_schedule", "medication_id") == found["medication"].id
    assert names("medication_log", "schedule_id") == found["medication_schedule"].id
    assert names("medication_log", "medication_id") == found["medication"].id
    assert not {e.id for e in found.values()} & {medication.entry.id, schedule.entry.id}


async def test_what_the_record_has_already_is_kept_beside_it_and_told(carelog: Carelog, api: httpx.AsyncClient) -> None:
    owner = await person(api)
    known = await carelog.record.create(operator(), owner, Draft("condition", {"name": "asthma"}))
    asthma = {
        "resourceType": "Condition",
        "code": {"text": "Asthma"},
        "subject": {"reference": f"Patient/{owner}"},
        "recordedDate": "2026-01-05",
    }
    [told, again] = await send(api, {**asthma, "id": "1"}, {**asthma, "id": "2"})
    for response in (told, again):
        assert (response["status"][:3], issues(response)) == ("201", {"duplicate"})
        assert str(known.entry.id) in response["outcome"]["issue"][0]["details"]["text"]


async def test_what_contradicts_the_record_is_kept_and_linked(carelog: Carelog, api: httpx.AsyncClient) -> None:
    owner = await person(api)
    known = await carelog.record.create(
        operator(), owner, Draft("allergy", {"substance": "penicillin", "certainty": "confirmed"})
    )
    refuted = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "code": {"text": "penicillin"},
        "verificationStatus": {"coding": [{"code": "refuted"}]},
        "patient": {"reference": f"Patient/{owner}"},
        "recordedDate": known.entry.occurred_at.isoformat(),
    }
    [told] = await send(api, refuted)
    assert told["status"].startswith("201")
    linked = (await carelog.record.get(operator(), known.entry.id)).contradicts
    assert linked == (f"allergy:{told['location'].split('/')[1]}",)


@pytest.mark.parametrize("date", ["2019", "2019-05", "2019-05-03"])
async def test_a_date_is_given_back_as_exact_as_it_was_told(api: httpx.AsyncClient, date: str) -> None:
    owner = await person(api)
    about = {"subject": {"reference": f"Patient/{owner}"}}
    given = [
        {"resourceType": "Condition", "id": "c", "code": {"text": "asthma"}, "recordedDate": date, **about},
        {"resourceType": "Condition", "id": "o", "code": {"text": "gout"}, "onsetDateTime": date, **about},
        {
            "resourceType": "Observation",
            "id": "o",
            "status": "final",
            "code": {"text": "Steps"},
            "valueInteger": 5,
            "effectiveDateTime": date,
            **about,
        },
    ]
    told = await send(api, *given)
    recorded, begun, observed = [await read(api, response) for response in told]
    assert (recorded["recordedDate"], begun["onsetDateTime"], observed["effectiveDateTime"]) == (date, date, date)
    [unchanged] = await send(api, observed)
    assert unchanged["status"].startswith("200")
    assert (await read(api, told[2]))["meta"]["versionId"] == "1"
    shown = (await api.get(f"/fhir/Patient/{owner}/$everything?_type=Observation")).json()["entry"][0]["resource"]
    assert shown["effectiveDateTime"] == date
    moved = {**observed, "effectiveDateTime": "2019-06-01T00:00:00Z"}
    await send(api, moved)
    assert (await read(api, told[2]))["effectiveDateTime"] == "2019-06-01T00:00:00Z"


async def test_a_review_by_nobody_who_reviews_is_not_believed(carelog: Carelog, door: Door) -> None:
    owner = await person(await door.client(await door.key()))
    api = await door.client(await door.key(subjects=[owner]))
    reviewed = {
        "resourceType": "Communication",
        "id": str(uuid4()),
        "meta": {"tag": [{"system": "https://carelog.dev/fhir/CodeSystem/entry-type", "code": "check_in"}]},
        "status": "completed",
        "subject": {"reference": f"Patient/{owner}"},
        "sent": "2026-01-05T08:00:00Z",
        "payload": [{"contentString": "All is well"}],
        "extension": [
            {"url": "https://carelog.dev/fhir/StructureDefinition/check-in-status", "valueString": "reviewed"},
            {"url": "https://carelog.dev/fhir/StructureDefinition/check-in-reviewed-by", "valueString": "user:x"},
        ],
    }
    [told] = await send(api, reviewed)
    assert (told["status"][:3], issues(told)) == ("201", {"business-rule"})
    [kept] = (await carelog.record.page(operator(), owner, EntryQuery(types=("check_in",)))).items
    assert kept.payload.model_dump(include={"status", "reviewed_by"}) == {"status": "pending", "reviewed_by": None}


async def test_a_patient_that_says_nothing_a_profile_holds_makes_none(api: httpx.AsyncClient, carelog: Carelog) -> None:
    known = {"system": "urn:clinic", "value": str(uuid4())}
    plain = {"resourceType": "Patient", "identifier": [known], "name": [{"text": "Asha Rao"}]}
    first = await api.post("/fhir/Patient", json=plain)
    assert first.status_code == 201, first.text
    owner = UUID(first.json()["id"])
    assert first.json()["name"] == [{"text": "Asha Rao"}]
    again = await api.post("/fhir/Patient", json=plain)
    assert (again.status_code, again.json()["id"]) == (200, str(owner))
    assert (await carelog.record.page(operator(), owner)).items == []
    assert (await api.post("/fhir/Patient", json=plain | {"gender": "female"})).status_code == 201
    assert [entry.headline() for entry in (await carelog.record.page(operator(), owner)).items] == ["profile: female"]


@pytest.mark.parametrize("kind", ["Observation", "MedicationAdministration"])
async def test_what_has_been_cannot_lie_ahead(api: httpx.AsyncClient, carelog: Carelog, kind: str) -> None:
    owner = await person(api)
    rate = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{owner}"},
        "valueQuantity": {"value": 72, "system": "http://unitsofmeasure.org", "code": "/min", "unit": "/min"},
    }
    resource = rate if kind == "Observation" else dose(owner)
    ahead = await api.post(f"/fhir/{kind}", json=resource | {"effectiveDateTime": "2026-01-06T09:01:00Z"})
    assert ahead.status_code == 422
    assert "more than a day in the future" in ahead.json()["issue"][0]["details"]["text"]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": resource | {"effectiveDateTime": "2027-01-05"}}]}  # fmt: skip
    assert (await api.post("/fhir", json=bundle)).status_code == 422
    assert (await carelog.record.page(operator(), owner, EntryQuery(types=("vitals", "medication_log")))).items == []
    near = await api.post(f"/fhir/{kind}", json=resource | {"effectiveDateTime": "2026-01-06T08:59:00Z"})
    assert near.status_code == 201


async def test_what_is_planned_may_be_of_any_day(api: httpx.AsyncClient) -> None:
    owner = await person(api)
    appointment = {
        "resourceType": "Appointment",
        "status": "booked",
        "description": "Eye check",
        "start": "2027-01-05T09:00:00Z",
        "participant": [{"actor": {"reference": f"Patient/{owner}"}, "status": "accepted"}],
    }
    assert (await api.post("/fhir/Appointment", json=appointment)).status_code == 201
