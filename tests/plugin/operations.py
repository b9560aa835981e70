"""Every operation of the API, each with a request that its description allows, over a record that holds everything."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx
from door import Door, make_vcon
from sqlalchemy import update

from carelog.api import create_app
from carelog.delivery import Message, outbox
from carelog.delivery.tables import delivery
from carelog.identity import operator
from carelog.record import Evidence
from carelog.record.editing import Draft
from carelog.record.fhir.export import Wanted
from carelog.record.rejections import Value
from carelog.record.review import adding as reviews
from carelog.record.review.items import Doubt, NewReview, Placed, Reading

# What has a name in the configuration, and is there for everyone.
NAMED = {"list_name": "seen", "kind": "Observation", "readings": "vitals.heart_rate", "link_kind": "related_to"}
WRONG = Value.phone("+912224449999")


@dataclass(frozen=True, order=True)
class Operation:
    method: str
    path: str

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def of_a_record(self) -> bool:
        """Whether its address names something of a record."""
        return any(f"{{{name}}}" in self.path for name in ("conversation_id", "entry_id", "run_id", "dead_letter_id",
                                                           "subject_id", "delivery_id", "id", "review_id"))  # fmt: skip

    @property
    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = description()["paths"][self.path][self.method.lower()]
        return found


HAND_IN = Operation("POST", "/api/conversations")


@cache
def description() -> dict[str, Any]:
    return create_app(None, max_body_bytes=1024).openapi()  # type: ignore[arg-type]  # only its description is read


def operations() -> list[Operation]:
    return [Operation(method.upper(), path) for path, methods in description()["paths"].items() for method in methods]


@dataclass(frozen=True)
class Record:
    """One subject's record with everything that there can be in it, and what would betray it in an answer."""

    subject: UUID
    document: dict[str, Any]
    ids: dict[str, str]
    traces: tuple[str, ...]

    def betrayed_by(self, answer: httpx.Response) -> list[str]:
        return [trace for trace in self.traces if trace in answer.text]


async def make_record(door: Door) -> Record:
    document = make_vcon("I feel dizzy since Sunday.", name="Asha Rao", subject="Quillwort call")
    receipt = await door.hand_in(document)
    await door.let_die(UUID(receipt["runs"][0]))
    [entry] = await door.add_entries(UUID(receipt["id"]), [datetime(2026, 1, 5, tzinfo=UTC)])
    subject = UUID(receipt["subject_id"])
    grant = await door.carelog.grants.give(operator(), subject, email="mira@example.org", access="read_only")
    ids = {
        "conversation_id": receipt["id"],
        "subject_id": receipt["subject_id"],
        "entry_id": str(entry),
        "id": str(entry),
        "run_id": receipt["runs"][0],
        "dead_letter_id": receipt["runs"][0],
        "grant_id": str(grant.id),
        "delivery_id": str(await _dead_delivery(door, subject)),
        "rejection_id": str((await door.carelog.rejections.report(operator(), subject, WRONG, "wrong_person")).id),
        "review_id": str(await _doubt(door, subject, UUID(receipt["id"]))),
        "notification_id": str(await _reminder(door, subject)),
        "other_id": str(entry),
        "version": "1",
        "export_id": str(await door.carelog.fhir.exports.ask(operator(), Wanted(None, None), "http://carelog.test")),
        "file_name": "Patient.ndjson",
        # Of nobody: what these are of is tried elsewhere.
        "user_id": str(uuid4()),
        "session_id": str(uuid4()),
    }
    of_nobody = ("user_id", "session_id", "version", "file_name")
    of_it = [ids[name] for name in ids if name not in of_nobody]
    return Record(subject, document, ids, traces=("Asha", "dizzy", "Quillwort", "912224449000", "mira@", *of_it))


async def _dead_delivery(door: Door, subject: UUID) -> UUID:
    message = Message("email", "asha@example.org", "You feel dizzy", f"test:{subject}", subject_id=subject)
    async with door.carelog.health.write() as connection:
        await outbox.queue(connection, [message], door.carelog.clock.now())
        dying = update(delivery).where(delivery.c.subject_id == subject)
        error = {"code": "delivery.refused", "message": "it was refused"}
        return (await connection.execute(dying.values(state="dead", error=error).returning(delivery.c.id))).scalar_one()


async def _doubt(door: Door, subject: UUID, conversation: UUID) -> UUID:
    """A reading that waits to be judged."""
    quote = Evidence(conversation=conversation, turn=0, pointer="/dialog/0/body", start=0, end=12, quote="I feel dizzy")
    reading = Reading("local/1", {"name": "dizzy", "polarity": "present"}, (quote,))
    doubt = NewReview("symptom", Doubt.UNGROUNDED, (reading,), door.carelog.clock.now(), "UTC")
    async with door.carelog.health.write() as connection:
        await reviews.add(connection, [Placed(subject, conversation, None, doubt)], {}, door.carelog.clock.now())
    return (await door.carelog.reviews.page(operator(), subject_id=subject)).items[0].id


async def _reminder(door: Door, subject: UUID) -> UUID:
    """A notification that asks for a dose."""
    record, me = door.carelog.record, operator()
    schedule = await record.create(me, subject, Draft("medication_schedule", {"name": "metformin", "times": ["08:00"]}))
    told = {"kind": "medication", "title": "Time for metformin", "reference_id": str(schedule.entry.id)}
    return (await record.create(me, subject, Draft("notification", told))).entry.id


async def ask(client: httpx.AsyncClient, operation: Operation, record: Record) -> httpx.Response:
    """The operation over the record: an operation with a new kind of id fails here until the record has one."""
    path = re.sub(r"{(\w+)}", lambda match: NAMED.get(match[1]) or record.ids[match[1]], operation.path)
    if operation == HAND_IN:
        return await client.post(path, json=record.document)
    headers = {"If-Match": "*", "Prefer": "respond-async"}
    if operation.path.startswith("/fhir") and operation.method in ("POST", "PUT"):
        resource = observation(record)
        entry = {"resource": resource, "request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
        if operation.path.endswith("/_search"):
            return await client.request(operation.method, path, data={"code": "8867-4"}, headers=headers)
        body = bundle if operation.path == "/fhir" else resource
        return await client.request(operation.method, path, json=body, headers=headers)
    content = operation.described.get("requestBody", {}).get("content", {})
    schema = next((kind["schema"] for kind in content.values()), None)
    body = None if schema is None else example_of(schema)
    return await client.request(operation.method, path, json=body, headers=headers)


def observation(record: Record) -> dict[str, Any]:
    """A resource for the record, such as others send it."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{record.subject}"},
        "effectiveDateTime": "2026-01-05T09:00:00Z",
        "valueQuantity": {"value": 99, "system": "http://unitsofmeasure.org", "code": "/min", "unit": "/min"},
    }


def told_of(answer: httpx.Response) -> tuple[str, str | None]:
    """The code of a refusal, and the scope that it names: in the envelope, or as an OperationOutcome."""
    told = answer.json()
    if told.get("resourceType") == "OperationOutcome":
        found = re.search(r"the scope (\S+)", told["issue"][0]["details"]["text"])
        return _CODES.get(told["issue"][0]["code"], "other"), found[1] if found else None
    assert told["status"] == "error"
    return told["error"]["code"], told["error"]["details"].get("scope")


# https://hl7.org/fhir/R4/valueset-issue-type.html
_CODES = {"login": "unauthenticated", "forbidden": "forbidden", "not-found": "not_found", "conflict": "conflict"}


def example_of(schema: dict[str, Any]) -> Any:
    """The smallest value of a schema, near enough: what is refused for its content is refused after who may ask."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _EXAMPLES.get(name) or example_of(description()["components"]["schemas"][name])
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if of := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return example_of(of[0])
    match schema.get("type"):
        case "object":
            return {name: example_of(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [example_of(schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
        case "null":
            return None
        case _:
            return _TEXTS.get(schema.get("format", ""), "x" * max(schema.get("minLength", 1), 1))


# Of which something must be given, whatever it is.
_EXAMPLES = {"EntryPatch": {"payload": {}}, "GrantIn": {"email": "nobody@example.org", "access": "full"}}
_TEXTS = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "date-time": "2026-01-05T09:00:00Z",
    "date": "2026-01-05",
    "time": "09:00:00",
    "email": "nobody@example.org",
}
