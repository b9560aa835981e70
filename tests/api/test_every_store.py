"""Every query of a store that takes a principal, asked by one who may see another record alone. They are found by
looking at the stores themselves: a new one is tried without being named here, and fails until it is known what to ask
it for."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from door import Door, make_vcon
from operations import Record, make_record
from sqlalchemy import func, select

from carelog.conversations.handed_transcript import HandedTranscript
from carelog.conversations.listing import ConversationIds
from carelog.db import health_metadata
from carelog.identity import SCOPES, Principal
from carelog.kit import jsontext
from carelog.kit.errors import CarelogError
from carelog.pipeline.copy_store import CopyQuery
from carelog.pipeline.reprocessing import ReprocessQuery
from carelog.pipeline.submission import from_vcon
from carelog.record.editing import Draft
from carelog.record.memory import NewEvent
from carelog.record.query import EntryQuery
from carelog.record.rejections import Value
from carelog.record.subjects import Subject
from carelog.reminders.answers import Dose

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


def queries(door: Door) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public method of a part of Carelog that takes a principal."""
    whole = door.carelog
    parts = {name: getattr(whole, name) for name in whole.__dataclass_fields__ if name != "configuration"}
    for name, part in (*parts.items(), ("conversation_ids", ConversationIds(whole.health))):
        for method, function in inspect.getmembers(type(part), inspect.isfunction):
            if not method.startswith("_") and "principal" in inspect.signature(function).parameters:
                yield f"{name}.{method}", getattr(part, method)


def arguments(record: Record, door: Door) -> dict[str, Any]:
    """What may be asked for, by the names that the queries have for it."""
    ids = {name: UUID(value) for name, value in record.ids.items() if len(value) == 36}
    draft = Draft(type="symptom", payload={"name": "cough", "polarity": "present"})
    return {
        **ids,
        "subject": record.subject,
        "keep": record.subject,
        "other": ids["other_id"],
        "id_": ids["run_id"],
        "conversations": [ids["conversation_id"]],
        "run_ids": [ids["run_id"]],
        "reference": "+91 22 2444 9000",
        "submissions": [from_vcon(jsontext.dump(record.document))],
        "ingress_list": "nowhere",
        "list_name": "seen",
        "draft": draft,
        "handed": HandedTranscript("Patient: I feel fine.", "text/plain"),
        "event": NewEvent("food:breakfast", {"name": "idli"}),
        "context_id": f"vitals:{ids['entry_id']}",
        "updates": {"notes": "mine now"},
        "value": Value.phone("+912224449998"),
        "reason": "wrong_person",
        "payloads": [("emergency_contact", {"name": "Mine", "phone": "12"})],
        "file": BytesIO(b"no archive"),
        "drafts": [draft],
        "type_name": "vitals",
        "kind": "vitals.heart_rate",
        "payload": {"note": "mine now"},
        "changes": {"name": "Somebody Else"},
        "revision": None,
        "now": door.carelog.clock.now(),
        "email": "stranger@example.org",
        "access": "full",
        "said": Dose("taken"),
        "minutes": 10,
        "patch": {"quiet": None},
        "page": 1,
        "size": 100,
        "wanted": {"tel": "+912224449000"},
    }


# Of which every one has a default, and which are made to reach as far as they can.
_SAID: dict[str, dict[str, Any]] = {
    "record.every": {"query": EntryQuery()},
    "copies.page": {"query": CopyQuery()},
    "links.add": {"kind": "related_to"},
    "links.remove": {"kind": "related_to"},
    "reprocessing.step": {"query": ReprocessQuery()},
}


async def counted(door: Door) -> dict[str, int]:
    async with door.carelog.health.read() as connection:
        return {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in health_metadata.sorted_tables
        }


async def asked(query: Callable[..., Any], who: Principal, given: dict[str, Any]) -> str:
    """All that it answers, as text."""
    try:
        answer = query(who, **given)
        answer = [part async for part in answer] if isinstance(answer, AsyncIterator) else await answer
    except CarelogError as error:
        return f"{error.message} {error.details}"
    return repr(answer)


async def test_no_query_of_a_store_tells_or_changes_anything_of_another_record(door: Door) -> None:
    record = await make_record(door)
    own = await door.hand_in(make_vcon("All is well.", name="Tomas", tel="+420601123456"))
    may_all = {"scopes": frozenset(SCOPES), "subjects": frozenset({UUID(own["subject_id"])})}
    known = arguments(record, door)
    before = await counted(door)
    tried = []
    for name, query in queries(door):
        parameters = inspect.signature(query).parameters.values()
        needed = [p.name for p in parameters if p.name != "principal" and p.default is p.empty]
        given = {one: known[one] for one in needed if one not in _SAID.get(name, {})} | _SAID.get(name, {})
        if name.startswith("insights.") and "subject" in given:
            given["subject"] = Subject(record.subject, name=None, zone=None, recorded_at=known["now"])
        if name == "grants.give":
            given["email"] = known["email"]
        answer = await asked(query, Principal(id="key:stranger", **may_all), given)
        betrayed = [trace for trace in record.traces if trace in answer and trace not in repr(given)]
        assert not betrayed, name
        assert await counted(door) == before, name
        tried.append(name)
    assert {"record.page", "conversations.get", "erasure.erase", "grants.give", "deletion.delete"} <= set(tried)


async def test_the_same_queries_tell_their_owner(door: Door) -> None:
    """So that the test above is not one that any answer passes."""
    record = await make_record(door)
    owner = {"scopes": frozenset(SCOPES), "subjects": frozenset({record.subject})}
    known = arguments(record, door)
    for query, given in (
        (door.carelog.conversations.get, {"conversation_id": known["conversation_id"]}),
        (door.carelog.record.history, {"entry_id": known["entry_id"]}),
        (door.carelog.subjects.find, {"reference": known["reference"]}),
        (door.carelog.dead_letters.page, {}),
    ):
        answer = await asked(query, Principal(id="key:owner", **owner), given)
        assert any(trace in answer for trace in record.traces), query
