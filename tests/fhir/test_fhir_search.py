"""What searches find: by codes that entries have in many ways, by names and identifiers, sorted, and by a form."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon
from entry_examples import EXAMPLES

from carelog.record import NewEntry, entry_types, parse_payload
from carelog.record.fhir.elements import codings
from carelog.record.fhir.kinds import kinds
from carelog.record.store import Placed, add

Resource = dict[str, Any]


async def record(door: Door, *entries: tuple[str, dict[str, Any]], name: str = "Asha Rao") -> UUID:
    """The subject of a record with these entries, an hour apart, written one after another."""
    receipt = await door.hand_in(make_vcon(name=name, tel=f"+91222444{uuid4().int % 10_000:04}"))
    owner = UUID(receipt["subject_id"])
    for n, (type_name, payload) in enumerate(entries):
        at = door.carelog.clock.now() + timedelta(hours=n)
        new = NewEntry(type_name, parse_payload(type_name, payload), (), at, "UTC", "test", "manual")
        async with door.carelog.health.write() as connection:
            written_at = door.carelog.clock.now() - timedelta(minutes=n)
            await add(connection, [Placed(owner, None, f"test:{uuid4()}", new)], written_at)
    return owner


def resources(answer: httpx.Response) -> list[Resource]:
    assert answer.status_code == 200, answer.text
    return [e["resource"] for e in answer.json().get("entry", [])]


def tokens_of(element: Any) -> Iterator[str]:
    for one in element if isinstance(element, list) else [element]:
        if isinstance(one, str):
            yield one
        yield from (f"{c.get('system', '')}|{c['code']}" for c in codings(one))


async def test_every_code_that_an_entry_shows_finds_it(door: Door, api: httpx.AsyncClient) -> None:
    examples = [
        (name, payload)
        for name, payloads in EXAMPLES.items()
        for payload in payloads
        if not entry_types()[name].shared and name != "profile"
    ]
    owner = await record(door, *examples)
    tried = 0
    for kind in kinds().values():
        if not kind.patient or not kind.tokens or not kind.types:
            continue
        shown = resources(await api.get(f"/fhir/{kind.name}?patient={owner}&_count=500"))
        for parameter, element in kind.tokens.items():
            for token in {token for resource in shown for token in tokens_of(resource.get(element))}:
                query = {"patient": str(owner), parameter: token, "_count": "500"}
                found = resources(await api.get(f"/fhir/{kind.name}", params=query))
                expected = {r["id"] for r in shown if token in tokens_of(r.get(element))}
                assert {r["id"] for r in found} == expected, (kind.name, parameter, token)
                tried += 1
    assert tried > 50


async def test_a_page_of_what_is_rare_is_full(door: Door, api: httpx.AsyncClient) -> None:
    def result(code: str) -> tuple[str, dict[str, Any]]:
        return "lab_result", {"test": code, "loinc": code, "value": {"value": 1, "unit": "g/L"}, "status": "final"}

    owner = await record(door, *[result("2276-4" if n % 10 == 0 else "718-7") for n in range(40)])
    answer = await api.get(f"/fhir/Observation?patient={owner}&code=2276-4&_count=4")
    assert len(resources(answer)) == 4
    assert {link["relation"] for link in answer.json()["link"]} == {"self"}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_count_of_0_tells_how_many_there_are(door: Door, api: httpx.AsyncClient, method: str) -> None:
    """https://hl7.org/fhir/R4/search.html#count"""
    owner, at = await record(door), door.carelog.clock.now()
    told = [parse_payload("observation", {"name": "Pain" if n % 3 else "Ache"}) for n in range(1100)]
    new = [NewEntry("observation", one, (), at, "UTC", "test", "manual") for one in told]
    async with door.carelog.health.write() as connection:
        await add(connection, [Placed(owner, None, f"test:{uuid4()}", one) for one in new], at)

    async def counted(kind: str, **asked: str) -> int:
        given = {"_count": "0", **asked}
        address = f"/fhir/{kind}" if method == "GET" else f"/fhir/{kind}/_search"
        sent = {"params": given} if method == "GET" else {"data": given}
        answer = await api.request(method, address, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        assert bundle.keys() == {"resourceType", "type", "total", "link"}
        assert [link["relation"] for link in bundle["link"]] == ["self"]
        total: int = bundle["total"]
        return total

    assert await counted("Observation", patient=str(owner)) == 1100
    assert await counted("Observation", patient=str(owner), **{"code:text": "ache"}) == 367
    assert await counted("Communication", patient=str(owner)) == 1
    assert await counted("Patient", name="asha") == 1
    assert await counted("Condition", patient=str(owner)) == 0


async def test_all_parameters_hold_and_one_value_of_each(door: Door, api: httpx.AsyncClient) -> None:
    owner = await record(
        door,
        ("observation", {"name": "Pain", "codes": [{"system": "http://loinc.org", "code": "72514-3"}]}),
        (
            "observation",
            {
                "name": "Both",
                "codes": [{"system": "http://loinc.org", "code": "72514-3"}, {"system": "urn:local", "code": "p,1"}],
                "category": "survey",
            },
        ),
    )

    async def found(query: str) -> list[str]:
        return [r["code"]["text"] for r in resources(await api.get(f"/fhir/Observation?patient={owner}&{query}"))]

    assert await found("code=http://loinc.org|72514-3,1-8&_sort=date") == ["Pain", "Both"]
    assert await found("code=72514-3&code=urn:local|") == ["Both"]
    assert await found(r"code=urn:local|p\,1") == ["Both"]
    assert await found("code=|72514-3") == []
    assert await found("category=survey&_lastUpdated=gt2000&_count=1") == ["Both"]
    assert await found("_tag=observation&_tag=symptom") == []
    ids = [r["id"] for r in resources(await api.get(f"/fhir/Observation?patient={owner}"))]
    assert len(await found(f"_id={','.join(ids)}&_id={ids[0]}")) == 1


async def test_pages_are_sorted_as_asked(door: Door, api: httpx.AsyncClient) -> None:
    pulses = [("vitals", {"kind": "heart_rate", "value": {"value": 60.0 + n, "unit": "/min"}}) for n in range(7)]
    owner = await record(door, *pulses)
    rising = [60.0 + n for n in range(7)]
    for sort, expected in (
        ("date", rising),
        ("-date", rising[::-1]),
        ("_lastUpdated", rising[::-1]),
        ("-_lastUpdated", rising),
    ):
        seen: list[float] = []
        address = f"/fhir/Observation?patient={owner}&_sort={sort}&_count=3"
        while address:
            answer = await api.get(address)
            seen += [r["valueQuantity"]["value"] for r in resources(answer)]
            address = next((n["url"] for n in answer.json()["link"] if n["relation"] == "next"), "")
        assert seen == expected, sort
    assert (await api.get("/fhir/Communication?_sort=date")).status_code == 400


async def test_patients_are_found_by_the_beginnings_of_their_names_and_by_identifiers(
    door: Door, api: httpx.AsyncClient
) -> None:
    asha, jon = await record(door, name="Asha Rao"), await record(door, name="Jon Råsberg")
    person = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:clinic", "value": "17"}],
        "name": [{"text": "Ines 50%_Sample"}],
    }
    ines = UUID((await api.post("/fhir/Patient", json=person)).json()["id"])

    async def found(query: str) -> set[UUID]:
        return {UUID(r["id"]) for r in resources(await api.get(f"/fhir/Patient?{query}"))}

    assert await found("name=ra") == {asha}
    assert await found("name=RÅS") == {jon}
    assert await found("name=asha,jon") == {asha, jon}
    assert await found("name=asha&name=jon") == set()
    assert await found("name=sha") == set()
    assert await found("name=50%25_") == {ines}
    assert await found("name=%25") == set()
    for identifier in ("urn:clinic|17", "17", "urn:clinic|"):
        assert await found(f"identifier={identifier}") == {ines}
    assert await found("identifier=urn:other|17") == set()
    assert await found(f"identifier={asha}&name=asha") == {asha}
    assert await found("name=&identifier=17") == {ines}
    assert (await api.get("/fhir/Observation?patient=")).status_code == 400
    stranger = await door.client(await door.key(subjects=[asha]))
    assert {r["id"] for r in resources(await stranger.get("/fhir/Patient?name=asha,jon"))} == {str(asha)}
    assert resources(await stranger.get("/fhir/Patient?identifier=urn:clinic|17")) == []


async def test_consents_and_audit_events_are_read_by_id_by_whom_they_are_for(
    door: Door, api: httpx.AsyncClient
) -> None:
    owner, other = await record(door), await record(door, name="Jon Berg")
    await door.carelog.grants.give(door.carelog.operator, owner, email="kin@example.org", access="full")
    await api.get(f"/fhir/Patient/{owner}")
    plain = await door.client(await door.key(scopes=["entries:read"]))
    limited = await door.client(await door.key(subjects=[other]))
    for kind in ("Consent", "AuditEvent"):
        [shown, *_] = resources(await api.get(f"/fhir/{kind}?patient={owner}"))
        address = f"/fhir/{kind}/{shown['id']}"
        assert (await api.get(address)).json() == shown
        assert resources(await api.get(f"/fhir/{kind}?_id={shown['id']}")) == [shown]
        assert resources(await api.get(f"/fhir/{kind}?_id={shown['id']}&patient={other}")) == []
        assert (await api.get(f"/fhir/{kind}/{uuid4()}")).status_code == 404
        for stranger in (plain, limited):
            assert (await stranger.get(address)).status_code == 404
            assert (await stranger.get(f"{address}/_history")).status_code == 404
            assert resources(await stranger.get(f"/fhir/{kind}?_id={shown['id']}")) == []


async def test_what_is_not_known_is_refused_unless_it_may_be_passed_over(door: Door, api: httpx.AsyncClient) -> None:
    await record(door)
    assert (await api.get("/fhir/Observation?colour=red")).status_code == 400
    lenient = await api.get("/fhir/Observation?colour=red&_count=7", headers={"Prefer": "handling=lenient"})
    [here] = [link["url"] for link in lenient.json()["link"]]
    assert here.endswith("/fhir/Observation?_count=7")
    wrong = await api.get("/fhir/Observation?date=soon", headers={"Prefer": "handling=lenient"})
    assert wrong.status_code == 400


async def test_a_form_finds_what_an_address_does_and_its_pages_go_on(door: Door, api: httpx.AsyncClient) -> None:
    pulses = [("vitals", {"kind": "heart_rate", "value": {"value": 60.0 + n, "unit": "/min"}}) for n in range(3)]
    owner = await record(door, *pulses)
    answer = await api.post("/fhir/Observation/_search?_count=2", data={"patient": str(owner), "code": "8867-4"})
    assert len(resources(answer)) == 2
    [following] = [link["url"] for link in answer.json()["link"] if link["relation"] == "next"]
    assert len(resources(await api.get(following))) == 1
    assert (await api.post("/fhir/Observation/_search", json={})).status_code == 415


@pytest.mark.parametrize(
    ("accept", "status", "kind"),
    [
        ("application/fhir+json", 200, "application/fhir+json"),
        ("application/json", 200, "application/json"),
        ("text/html, */*;q=0.1", 200, "application/fhir+json"),
        ("application/fhir+xml, application/fhir+json;q=0.5", 200, "application/fhir+json"),
        ("application/fhir+xml", 406, "application/fhir+json"),
        ("application/fhir+json;q=0", 406, "application/fhir+json"),
    ],
)
async def test_answers_are_in_the_kind_of_json_that_is_accepted(
    api: httpx.AsyncClient, accept: str, status: int, kind: str
) -> None:
    for address in ("/fhir/metadata", "/fhir/Observation"):
        answer = await api.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert (await api.get("/fhir/Observation?_format=json", headers={"Accept": accept})).status_code == 200


async def test_what_a_client_has_already_is_not_sent_again(door: Door, api: httpx.AsyncClient) -> None:
    owner = await record(door, ("food", {"name": "roti"}))
    [shown] = resources(await api.get(f"/fhir/Observation?patient={owner}"))
    address = f"/fhir/Observation/{shown['id']}"
    seen = (await api.get(address)).headers["etag"]
    assert (await api.get(address, headers={"If-None-Match": seen})).status_code == 304
    assert (await api.get(address, headers={"If-None-Match": 'W/"9"'})).status_code == 200


async def test_a_parameter_without_a_value_is_not_there(door: Door, api: httpx.AsyncClient) -> None:
    owner = await record(door, ("symptom", {"name": "cough", "polarity": "present"}))
    found = (await api.get(f"/fhir/Observation?patient={owner}&code=&date=&_count=")).json()
    assert len(found["entry"]) == len((await api.get(f"/fhir/Observation?patient={owner}")).json()["entry"])
    assert found["link"][0]["url"].endswith(f"/fhir/Observation?patient={owner}")


async def test_the_count_that_was_read_is_told(door: Door, api: httpx.AsyncClient) -> None:
    found = (await api.get(f"/fhir/Observation?patient={await record(door)}&_count=100000")).json()
    assert found["link"][0]["url"].endswith("&_count=500")


@pytest.mark.parametrize("tag", ["*", '"1"', 'W/"1"', 'W/"7", "1"'])
async def test_who_has_the_version_is_told_so_by_either_kind_of_tag(
    door: Door, api: httpx.AsyncClient, tag: str
) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2"""
    owner = await record(door, ("symptom", {"name": "cough", "polarity": "present"}))
    [one, *_] = resources(await api.get(f"/fhir/Observation?patient={owner}"))
    answer = await api.get(f"/fhir/Observation/{one['id']}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["etag"]) == (304, 'W/"1"')


async def test_conditional_creation_is_told_where_it_works(api: httpx.AsyncClient) -> None:
    served = (await api.get("/fhir/metadata")).json()["rest"][0]["resource"]
    told = {resource["type"] for resource in served if resource.get("conditionalCreate")}
    assert told == {r["type"] for r in served if {"code": "create"} in r["interaction"]}
    assert "Observation" in told
