"""Records as they are read in FHIR: one by one, found by codes and dates, page by page, and only by who may."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon
from entry_examples import EXAMPLES

from carelog.app import Carelog
from carelog.record import NewEntry, entry_types, parse_payload
from carelog.record.store import Placed, add

Accepted = Callable[[Iterable[dict[str, Any]]], None]
Resource = dict[str, Any]
START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


async def record(
    door: Door, *entries: tuple[str, dict[str, Any]], name: str = "Asha Rao", tel: str = "+912224449000"
) -> UUID:
    """The subject of a record with these entries, an hour apart, the first one the oldest."""
    receipt = await door.hand_in(make_vcon(name=name, tel=tel))
    owner = UUID(receipt["subject_id"])
    placed = [
        Placed(
            owner,
            None,
            f"test:{uuid4()}",
            NewEntry(
                type_name, parse_payload(type_name, payload), (), START + timedelta(hours=n), "UTC", "test", "manual"
            ),
        )
        for n, (type_name, payload) in enumerate(entries)
    ]
    async with door.carelog.health.write() as connection:
        await add(connection, placed, door.carelog.clock.now())
    return owner


def pulse(value: float) -> tuple[str, dict[str, Any]]:
    return "vitals", {"kind": "heart_rate", "value": {"value": value, "unit": "/min"}}


def resources(answer: httpx.Response) -> list[Resource]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    return [e["resource"] for e in answer.json().get("entry", [])]


async def test_searches_find_what_they_ask_for_and_nothing_else(door: Door, api: httpx.AsyncClient) -> None:
    pressure = {"systolic": {"value": 120, "unit": "mm[Hg]"}, "diastolic": {"value": 80, "unit": "mm[Hg]"}}
    owner = await record(
        door,
        pulse(60),
        ("vitals", {"kind": "blood_pressure", **pressure}),
        (
            "lab_result",
            {"test": "Ferritin", "loinc": "2276-4", "value": {"value": 40, "unit": "ng/mL"}, "status": "final"},
        ),
        ("symptom", {"name": "Chest pain", "polarity": "absent"}),
        ("condition", {"name": "asthma", "status": "active"}),
    )

    async def found(query: str) -> list[str]:
        answer = await api.get(f"/fhir/Observation?patient={owner}&{query}")
        return [r["code"]["text"] for r in resources(answer)]

    assert await found("") == ["Chest pain", "Ferritin", "Blood pressure", "Heart rate"]
    assert await found("code=8867-4") == ["Heart rate"]
    assert await found("code=http://loinc.org|85354-9,http://loinc.org|2276-4") == ["Ferritin", "Blood pressure"]
    assert await found("code=http://snomed.info/sct|8867-4") == []
    assert await found("code:text=chest") == ["Chest pain"]
    assert await found("category=vital-signs") == ["Blood pressure", "Heart rate"]
    assert await found("status=final&category=laboratory") == ["Ferritin"]
    assert await found("_tag=https://carelog.dev/fhir/CodeSystem/entry-type|symptom") == ["Chest pain"]
    assert await found("date=lt2026-01-01T09:00:00Z") == ["Heart rate"]
    assert await found("date=ge2026-01-01T09:00:00Z&date=lt2026-01-01T10:30:00Z") == ["Ferritin", "Blood pressure"]
    assert await found("date=2026-01-02") == []
    assert await found("date=ne2026-01-01") == []
    assert await found("_lastUpdated=gt2026-02") == []
    assert len(await found("_lastUpdated=2026")) == 4
    conditions = resources(await api.get(f"/fhir/Condition?subject=Patient/{owner}&clinical-status=active"))
    assert [c["code"]["text"] for c in conditions] == ["asthma"]
    named = resources(await api.get(f"/fhir/Condition?_id={conditions[0]['id']},{uuid4()}"))
    assert named == conditions


@pytest.mark.parametrize(
    "query",
    [
        "cod=8867-4",
        "date=yesterday",
        "patient=Practitioner/1",
        "_count=-1",
        "_page=0.x",
        "_page=9.",
        "code:below=1",
        "_format=xml",
        "code=%00",
    ],
)
async def test_what_a_search_cannot_mean_is_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/fhir/Observation?{query}")
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_pages_hold_each_resource_once(door: Door, api: httpx.AsyncClient) -> None:
    owner = await record(door, *[pulse(60 + n) for n in range(23)], ("food", {"name": "roti"}))
    for query in (f"Observation?patient={owner}&_count=5", "Observation?code=8867-4&_count=4"):
        seen: list[float] = []
        address = f"/fhir/{query}"
        while address:
            answer = await api.get(address)
            seen += [r["valueQuantity"]["value"] for r in resources(answer) if "valueQuantity" in r]
            address = next((n["url"] for n in answer.json()["link"] if n["relation"] == "next"), "")
        assert sorted(seen) == [60.0 + n for n in range(23)]


async def test_pages_of_what_is_named_by_id_lose_nothing(door: Door, api: httpx.AsyncClient) -> None:
    owners = {str(await record(door, name=f"P {n}", tel=f"+9122244490{n:02}")) for n in range(3)}
    conversations = {r["id"] for r in resources(await api.get("/fhir/DocumentReference"))}
    for kind, ids in (("Patient", owners), ("DocumentReference", conversations)):
        seen: list[str] = []
        address = f"/fhir/{kind}?_id={','.join(ids)}&_count=2"
        while address:
            answer = await api.get(address)
            seen += [r["id"] for r in resources(answer)]
            address = next((n["url"] for n in answer.json()["link"] if n["relation"] == "next"), "")
        assert sorted(seen) == sorted(ids)


async def test_nobody_reads_what_is_not_theirs(door: Door, api: httpx.AsyncClient) -> None:
    owner = await record(door, pulse(60), ("condition", {"name": "asthma"}))
    other = await record(door, pulse(90), name="Jon Berg", tel="+912224449001")
    [observation] = resources(await api.get(f"/fhir/Observation?patient={owner}"))
    conversation = resources(await api.get(f"/fhir/Communication?patient={owner}"))[0]["id"]
    stranger = await door.client(await door.key(subjects=[other]))
    assert [r["valueQuantity"]["value"] for r in resources(await stranger.get("/fhir/Observation"))] == [90.0]
    assert [r["id"] for r in resources(await stranger.get("/fhir/Patient"))] == [str(other)]
    assert len(resources(await stranger.get("/fhir/Communication"))) == 1
    for address in (
        f"Observation?patient={owner}",
        f"Observation/{observation['id']}",
        f"Observation/{observation['id']}/_history",
        f"Observation/{observation['id']}/_history/1",
        f"Patient/{owner}",
        f"Patient/{owner}/$everything",
        f"Patient/{owner}/$summary",
        f"Communication/{conversation}",
        f"DocumentReference/{conversation}",
    ):
        answer = await stranger.get(f"/fhir/{address}")
        assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome"), address
    assert resources(await stranger.get(f"/fhir/Observation?_id={observation['id']}")) == []
    assert resources(await stranger.get(f"/fhir/Patient?_id={owner}")) == []
    nobody = await door.client(None)
    writer = await door.client(await door.key(scopes=["entries:write"]))
    for address in ("Observation", f"Patient/{owner}", f"Patient/{owner}/$everything", "$export", "exports/1"):
        assert (await nobody.get(f"/fhir/{address}")).status_code == 401
        assert (await writer.get(f"/fhir/{address}")).status_code == 403
    assert (await nobody.post("/fhir", json={})).status_code == 401
    without = await door.client(await door.key(scopes=["entries:read"]))
    assert resources(await without.get("/fhir/Communication")) == []
    assert (await without.get(f"/fhir/DocumentReference/{conversation}")).status_code == 404


async def test_looks_at_a_record_are_in_the_audit_trail(door: Door, api: httpx.AsyncClient) -> None:
    owner = await record(door, pulse(60))
    for address in (f"Patient/{owner}/$everything", f"Patient/{owner}/$summary", f"Observation?patient={owner}"):
        await api.get(f"/fhir/{address}")
    page = await door.carelog.audit.page()
    operations = {e.event.operation for e in page.items if e.event.action == "read" and e.event.subject == owner}
    assert {"read_fhir_everything", "read_fhir_summary", "search_fhir"} <= operations


async def test_a_quote_is_provenance(door: Door, api: httpx.AsyncClient, accepted: Accepted) -> None:
    receipt = await door.hand_in(make_vcon("My pulse was 72."))
    conversation = UUID(receipt["id"])
    [entry] = await door.add_entries(conversation, [START])
    provenance = (await api.get(f"/fhir/Provenance/{entry}")).json()
    assert provenance["target"] == [{"reference": f"Observation/{entry}"}]
    assert provenance["entity"][0]["what"] == {
        "reference": f"DocumentReference/{conversation}",
        "display": "pulse",
    }
    assert resources(await api.get(f"/fhir/Provenance?target=Observation/{entry}")) == [provenance]
    whole = resources(await api.get(f"/fhir/Patient/{receipt['subject_id']}/$everything"))
    kinds = [r["resourceType"] for r in whole]
    assert kinds == ["Patient", "Observation", "Provenance", "Communication", "DocumentReference"]
    accepted(whole)


async def test_everything_holds_every_entry_and_passes_both_validators(
    door: Door, api: httpx.AsyncClient, accepted: Accepted
) -> None:
    entries = [
        (name, payload)
        for name, payloads in EXAMPLES.items()
        for payload in (payloads[-1:] if entry_types()[name].one else payloads)
        if not entry_types()[name].shared
    ]
    owner = await record(door, *entries)
    whole = resources(await api.get(f"/fhir/Patient/{owner}/$everything?_count=500"))
    tags = [tag["code"] for r in whole for tag in r["meta"].get("tag", ())]
    assert sorted(tag for tag in tags if tag != "conversation") == sorted(name for name, _ in entries)
    only = resources(await api.get(f"/fhir/Patient/{owner}/$everything?_type=Condition,AllergyIntolerance"))
    assert {r["resourceType"] for r in only} == {"Condition", "AllergyIntolerance"}
    bundle = (await api.get(f"/fhir/Patient/{owner}/$everything")).json()
    summary = (await api.get(f"/fhir/Patient/{owner}/$summary")).json()
    own = [r for e in summary["entry"] if (r := e["resource"])["resourceType"] in ("Composition", "Device", "Patient")]
    accepted([*whole, bundle, summary, *own])
    back = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": r} for r in whole]}
    told = (await api.post("/fhir", json=back)).json()["entry"]
    for sent, response in zip(whole, told, strict=True):
        kept = sent["meta"].get("tag", [{}])[0].get("code") in EXAMPLES
        assert response["response"]["status"][:3] == ("200" if kept else "422"), (sent["resourceType"], response)
        assert not kept or response["response"]["location"].endswith(("/_history/1", str(owner)))


def references_in(element: Any) -> Iterator[str]:
    for value in element.values() if isinstance(element, dict) else element:
        if isinstance(value, dict | list):
            yield from references_in(value)
        elif isinstance(element, dict) and value is element.get("reference"):
            yield value


async def test_a_summary_says_what_is_not_known_and_never_that_there_is_nothing(
    door: Door, api: httpx.AsyncClient, accepted: Accepted
) -> None:
    owner = await record(
        door,
        ("condition", {"name": "asthma", "status": "active"}),
        ("condition", {"name": "measles", "status": "resolved"}),
        ("condition", {"name": "diabetes", "certainty": "refuted"}),
        ("medication", {"name": "ramipril", "status": "taking"}),
        ("medication", {"name": "aspirin", "status": "stopped"}),
    )
    document = (await api.get(f"/fhir/Patient/{owner}/$summary")).json()
    assert (document["type"], document["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    sections = {s["code"]["coding"][0]["code"]: s for s in document["entry"][0]["resource"]["section"]}
    assert {"11450-4", "10160-0", "48765-2"} <= sections.keys()
    assert sections["48765-2"]["emptyReason"]["coding"][0]["code"] == "unavailable"
    assert "entry" not in sections["48765-2"]
    held = {e["fullUrl"]: e["resource"] for e in document["entry"]}
    assert all(name == f"urn:uuid:{resource['id']}" for name, resource in held.items())
    assert set(references_in(document)) <= held.keys()

    def told(code: str) -> list[str]:
        shown = [held[entry["reference"]] for entry in sections[code]["entry"]]
        return [(r.get("code") or r["medicationCodeableConcept"])["text"] for r in shown]

    assert (told("11450-4"), told("10160-0"), told("11348-0")) == (["asthma"], ["ramipril"], ["measles"])
    accepted([document])


async def test_metadata_names_what_is_served(api: httpx.AsyncClient, door: Door, accepted: Accepted) -> None:
    nobody = await door.client(None)
    statement = (await nobody.get("/fhir/metadata")).json()
    served = {r["type"] for r in statement["rest"][0]["resource"]}
    assert {kind.fhir for kind in entry_types().values()} <= served
    for kind in served:
        assert (await api.get(f"/fhir/{kind}")).status_code == 200, kind
    accepted([statement])


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_not_there_is_told_in_fhir(api: httpx.AsyncClient) -> None:
    for address, status in (
        ("/fhir/Nonsense", 404),
        ("/fhir/Observation/1", 404),
        (f"/fhir/Observation/{uuid4()}", 404),
        ("/fhir/a/b/c/d/e", 404),
    ):
        answer = await api.get(address)
        assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    wrong = await api.post("/fhir", content=b"<Bundle/>", headers={"Content-Type": "application/fhir+xml"})
    assert (wrong.status_code, wrong.json()["resourceType"]) == (415, "OperationOutcome")
    assert (await api.delete("/fhir/Observation/1")).status_code == 405
    assert (await api.post("/fhir", content=b"{", headers={"Content-Type": "application/json"})).status_code == 400


async def test_too_large_a_body_is_refused_in_fhir(opened: Callable[..., AbstractAsyncContextManager[Carelog]]) -> None:
    async with opened(max_body_bytes=2000) as carelog, AsyncExitStack() as clients:
        door = Door(carelog, carelog.api(), clients)
        client = await door.client(await door.key())
        answer = await client.post("/fhir", json={"resourceType": "Bundle", "note": "x" * 3000})
        assert (answer.status_code, answer.json()["resourceType"]) == (413, "OperationOutcome")


async def test_grants_are_consents_and_looks_are_audit_events_for_whom_they_are_for(
    door: Door, api: httpx.AsyncClient, accepted: Accepted
) -> None:
    owner = await record(door, pulse(60))
    carelog = door.carelog
    later = carelog.clock.now() + timedelta(days=30)
    for access, ends in (("read_only", later), ("full", None)):
        await carelog.grants.give(carelog.operator, owner, email="kin@example.org", access=access, expires_at=ends)
    [first, _] = (await carelog.grants.of_subject(carelog.operator, owner)).items
    await carelog.grants.revoke(carelog.operator, first.id, owner)
    consents = resources(await api.get(f"/fhir/Consent?patient={owner}"))
    assert sorted(c["status"] for c in consents) == ["active", "inactive"]
    assert len(resources(await api.get(f"/fhir/Consent?patient={owner}&status=active"))) == 1
    whole = resources(await api.get(f"/fhir/Patient/{owner}/$everything"))
    assert sum(r["resourceType"] == "Consent" for r in whole) == 2
    events = resources(await api.get(f"/fhir/AuditEvent?patient={owner}&action=R"))
    assert events and all("network" not in e["agent"][0] for e in events)
    accepted([*consents, *events])
    plain = await door.client(await door.key(scopes=["entries:read"]))
    assert resources(await plain.get(f"/fhir/Consent?patient={owner}")) == []
    assert (await plain.get(f"/fhir/AuditEvent?patient={owner}")).status_code == 403
