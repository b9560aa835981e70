"""What another system says is kept whole, or else whoever sent it is told each place that was not."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from carelog.app import Carelog
from carelog.identity import operator
from carelog.record.fhir.resources import said_by
from carelog.record.query import EntryQuery

Resource = dict[str, Any]
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def mg(value: float) -> Resource:
    return {"value": value, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}


def said(kind: str, **elements: Any) -> tuple[dict[str, Any], list[str]]:
    """What an entry keeps of a resource, and what it does not."""
    found = said_by({"resourceType": kind, **elements})
    return found.payload.model_dump(mode="json", exclude_none=True), list(found.unread)


def medication(*dosages: Resource, **elements: Any) -> tuple[dict[str, Any], list[str]]:
    of = {"status": "active", "medicationCodeableConcept": {"text": "warfarin"}}
    return said("MedicationStatement", **of, dosage=list(dosages), **elements)


def order(*dosages: Resource, **elements: Any) -> tuple[dict[str, Any], list[str]]:
    of = {"status": "active", "intent": "order", "medicationCodeableConcept": {"text": "ibuprofen"}}
    return said("MedicationRequest", **of, dosageInstruction=list(dosages), **elements)


def result(**elements: Any) -> tuple[dict[str, Any], list[str]]:
    of = {
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2951-2", "display": "Sodium"}]},
        "valueQuantity": {"value": 160, "unit": "mmol/L"},
    }
    return said("Observation", **of | elements)


def flags(*codes: str) -> list[Resource]:
    return [{"coding": [{"system": INTERPRETATION, "code": code}]} for code in codes]


def test_two_doses_a_day_are_both_kept() -> None:
    morning = {"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": mg(5)}]}
    evening = {"timing": {"repeat": {"when": ["EVE"]}}, "doseAndRate": [{"doseQuantity": mg(2.5)}]}
    kept, unread = medication(morning, evening)
    assert (kept["frequency"]["text"], unread) == ("5 mg in the morning; 2.5 mg in the evening", [])
    assert "dose" not in kept
    kept, _ = medication(morning, evening | {"doseAndRate": morning["doseAndRate"]})
    assert (kept["dose"], kept["frequency"]["text"]) == (
        {"value": 5, "unit": "mg"},
        "in the morning; in the evening",
    )
    kept, _ = order({"sequence": 1, "text": "400 mg once"}, {"sequence": 2, "text": "200 mg every 6 hours"})
    assert kept["frequency"] == "400 mg once, then 200 mg every 6 hours"


def test_doses_that_do_not_fit_beside_each_other_are_kept_as_instructions() -> None:
    kept, unread = medication({"text": "a" * 100}, {"text": "b" * 100})
    assert (kept["instructions"], unread) == (f"{'a' * 100}; {'b' * 100}", [])


def test_how_often_and_by_which_way_an_order_is_taken_is_kept() -> None:
    often = {"repeat": {"frequency": 1, "period": 4, "periodUnit": "h"}}
    kept, unread = order({"timing": often, "route": {"text": "Oral route"}, "doseAndRate": [{"doseQuantity": mg(400)}]})
    assert (kept["frequency"], kept["instructions"], unread) == ("every 4 hours", "route: Oral route", [])
    kept, _ = medication({"timing": often, "route": {"text": "Oral route"}})
    assert kept["frequency"] == {"text": "every 4 hours", "times_per_day": 6, "as_needed": False}
    assert kept["route"] == "oral"


def test_ranges_and_most_of_a_dose_are_kept_in_words() -> None:
    most = {"numerator": {"value": 4, "unit": "g"}, "denominator": {"value": 1, "unit": "d"}}
    kept, unread = medication({"doseAndRate": [{"doseRange": {"low": mg(1), "high": mg(2)}}], "maxDosePerPeriod": most})
    assert (kept["instructions"], unread) == ("dose: 1 mg to 2 mg; at most 4 g in 1 d", [])


@pytest.mark.parametrize(
    ("codes", "flag"),
    [
        (("N", "HH"), "critical_high"),
        (("HH", "N"), "critical_high"),
        (("H", "LL"), "critical_low"),
        (("N", "A"), "abnormal"),
    ],
)
def test_the_gravest_flag_stands_before_the_others(codes: tuple[str, ...], flag: str) -> None:
    kept, unread = result(interpretation=flags(*codes))
    assert kept["flag"] == flag
    assert len(unread) == 1 and unread[0].startswith("interpretation[")
    kept, unread = result(interpretation=[{"coding": [*flags("N")[0]["coding"], *flags("HH")[0]["coding"]]}])
    assert (kept["flag"], unread) == ("critical_high", ["interpretation[0].coding[0]"])


def test_a_range_for_others_is_told_in_words_and_is_not_the_reference() -> None:
    ours = {"low": {"value": 135, "unit": "mmol/L"}, "high": {"value": 145, "unit": "mmol/L"}}
    theirs = {"low": {"value": 130, "unit": "mmol/L"}, "appliesTo": [{"text": "infants"}]}
    for ranges in ([ours, theirs], [theirs, ours]):
        kept, unread = result(referenceRange=ranges)
        assert kept["reference"] == {"low": 135, "high": 145}
        assert (kept["reference_text"], unread) == ("infants: from 130 mmol/L", [])


def test_several_places_and_reasons_are_kept() -> None:
    of = {"status": "completed", "code": {"text": "biopsy"}, "performedDateTime": "2026-01-01"}
    kept, unread = said("Procedure", **of, bodySite=[{"text": "left arm"}, {"text": "right arm"}])
    assert (kept["body_site"], unread) == ("left arm; right arm", [])
    kept, unread = said("Procedure", **of, bodySite=[{"text": "a" * 150}, {"text": "b" * 150}])
    assert (kept["body_site"], unread) == ("a" * 150, ["bodySite[1]"])


def test_reactions_are_kept_with_what_is_said_of_them_and_the_worst_of_them() -> None:
    reactions = [
        {"manifestation": [{"text": "hives"}], "severity": "mild", "description": "all over the arms"},
        {"manifestation": [{"text": "collapse"}], "severity": "severe", "exposureRoute": {"text": "oral"}},
    ]
    kept, unread = said(
        "AllergyIntolerance", code={"text": "nuts"}, category=["food", "medication"], reaction=reactions
    )
    assert (kept["severity"], kept["reactions"]) == ("severe", ["hives", "collapse"])
    assert kept["notes"] == "description: all over the arms\nexposure: oral"
    assert unread == ["category[1]", "reaction[0].severity"]


def test_components_keep_ranges_reasons_and_what_they_mean() -> None:
    parts = [
        {"code": {"text": "ketones"}, "valueRange": {"low": mg(1), "high": mg(2)}},
        {"code": {"text": "glucose"}, "dataAbsentReason": {"text": "spilt"}},
        {"code": {"text": "protein"}, "valueString": "++", "interpretation": flags("N", "HH")},
    ]
    kept, unread = said("Observation", status="final", code={"text": "urine"}, component=parts)
    assert [part["text"] for part in kept["parts"]] == ["1 mg to 2 mg", "no value: spilt", "++"]
    assert (kept["interpretation"], unread) == ("protein: Critical high; Normal", [])


def test_parts_that_have_no_place_are_told_wherever_they_stand() -> None:
    _, unread = medication(
        {"text": "daily", "site": {"text": "arm"}, "doseAndRate": [{"rateRatio": {"numerator": mg(1)}}]},
        note=[{"text": "with food", "time": "2026-01-01"}],
        extension=[{"url": "https://clinic.example/tall-man", "valueString": "x"}],
        informationSource={"display": "a daughter"},
    )
    assert unread == ["dosage[0].site", "dosage[0].doseAndRate", "note[0].time", "informationSource", "extension[0]"]
    _, unread = said("Condition", code={"text": "gout"}, category=[{"text": "encounter"}], evidence=[{"code": []}])
    assert unread[0] == "category"


async def test_a_single_resource_is_told_what_was_not_kept(carelog: Carelog, api: httpx.AsyncClient) -> None:
    given = {"resourceType": "Patient", "identifier": [{"system": "urn:clinic", "value": str(uuid4())}]}
    owner = UUID((await api.post("/fhir/Patient", json=given)).json()["id"])
    asthma = {
        "resourceType": "Condition",
        "id": "c1",
        "code": {"text": "asthma"},
        "subject": {"reference": f"Patient/{owner}"},
        "recordedDate": "2026-01-01",
        "evidence": [{"code": [{"text": "wheeze"}]}],
    }
    kept = await api.post("/fhir/Condition", json=asthma)
    assert (kept.status_code, kept.headers["carelog-note"]) == (201, "kept without these elements: evidence")
    assert kept.json()["resourceType"] == "Condition"
    told = await api.put(
        f"/fhir/Condition/{kept.json()['id']}",
        json=asthma | {"id": kept.json()["id"], "note": [{"text": "mild"}]},
        headers={"Prefer": "return=OperationOutcome"},
    )
    assert (told.status_code, told.headers["etag"]) == (200, 'W/"2"')
    [issue] = told.json()["issue"]
    assert (issue["severity"], issue["expression"]) == ("information", ["Condition.evidence"])
    nothing = await api.post("/fhir/Condition", json=asthma | {"id": "c2"}, headers={"Prefer": "return=minimal"})
    assert (nothing.status_code, nothing.content) == (201, b"")
    assert nothing.headers["location"]
    assert len((await carelog.record.page(operator(), owner, EntryQuery())).items) == 2


def test_a_bare_code_of_a_vital_sign_is_called_by_its_name() -> None:
    for code, name in {"8867-4": "Heart rate", "8310-5": "Body temperature"}.items():
        of = {"coding": [{"system": "http://loinc.org", "code": code}]}
        kept, unread = said("Observation", status="final", code=of, valueString="as ever")
        assert (kept["name"], kept["codes"][0]["code"], unread) == (name, code, [])
    kept, _ = said("Observation", status="final", code={"coding": [{"code": "8867-4"}]}, valueString="as ever")
    assert kept["name"] == "8867-4"


@pytest.mark.parametrize("unit", ["degF", "°F", "[degF]"])
def test_degrees_fahrenheit_are_known_without_their_code(unit: str) -> None:
    of = {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]}
    kept, _ = said("Observation", status="final", code=of, valueQuantity={"value": 98.6, "unit": unit})
    assert (kept["value"], kept["said"]) == ({"value": 37, "unit": "Cel"}, "98.6 [degF]")
