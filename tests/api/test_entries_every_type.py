"""Every entry type of the registry, from its first writing to its retraction, as a caller of the API lives it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from door import Door, make_vcon
from entry_examples import EXAMPLES

from carelog.api.shapes import EntryOut
from carelog.kit.clock import ManualClock
from carelog.record import EntryType, entry_types, parse_payload
from carelog.record.merging import payload_json
from carelog.record.rules import RULES


@pytest.fixture
def clock() -> ManualClock:
    """The day of most examples, in the evening."""
    return ManualClock(datetime(2026, 2, 18, 18, 0, tzinfo=UTC))


@pytest.fixture
async def subject(door: Door) -> str:
    return str((await door.hand_in(make_vcon()))["subject_id"])


def kept(type_name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A payload as it is stored."""
    return payload_json(parse_payload(type_name, payload))


def place(kind: EntryType, subject: str) -> str:
    return f"/api/catalogue/{kind.path}" if kind.shared else f"/api/subjects/{subject}/{kind.path}"


class Filled:
    """A record into which examples are put; what they name is put there first, since names lead somewhere."""

    def __init__(self, api: httpx.AsyncClient, subject: str) -> None:
        self.api = api
        self.subject = subject
        self.named: dict[str, str] = {}

    async def example(self, kind: EntryType, number: int = 0) -> dict[str, Any]:
        payload = dict(EXAMPLES[kind.name][number])
        rule = RULES.get(kind.name)
        for field, wanted in (rule.refers if rule else {}).items():
            if field in payload:
                payload[field] = await self.one(wanted)
        if kind.name == "check_in":  # who reviewed it, and when, is for the server to say
            payload = {
                name: value for name, value in payload.items() if name not in ("status", "reviewed_by", "reviewed_at")
            }
        return payload

    async def one(self, type_name: str) -> str:
        if type_name not in self.named:
            kind = entry_types()[type_name]
            payload = await self.example(kind) | ({"active": True} if type_name == "medication_schedule" else {})
            self.named[type_name] = (await self.add(kind, payload)).json()["id"]
        return self.named[type_name]

    async def add(self, kind: EntryType, payload: dict[str, Any], **query: str) -> httpx.Response:
        address = place(kind, self.subject)
        if kind.one:
            answer = await self.api.patch(address, json={"payload": payload})
        else:
            answer = await self.api.post(address, json={"payload": payload}, params={"on_duplicate": "keep", **query})
        assert answer.is_success, (kind.name, answer.text)
        return answer


@pytest.fixture
def filled(api: httpx.AsyncClient, subject: str) -> Filled:
    return Filled(api, subject)


def lists() -> Iterator[EntryType]:
    return (kind for kind in entry_types().values() if not kind.one)


async def test_every_example_comes_back_as_it_was_sent(filled: Filled, api: httpx.AsyncClient) -> None:
    for kind in entry_types().values():
        for number in range(len(EXAMPLES[kind.name])):
            payload = await filled.example(kind, number)
            written = await filled.add(kind, payload)
            read = await api.get(f"/api/entries/{written.json()['id']}")
            assert read.json() == written.json(), kind.name
            assert read.headers["ETag"] == written.headers["ETag"]
            shown = EntryOut.model_validate(read.json())
            expected = kept(kind.name, payload)
            assert expected.items() <= shown.payload.items(), kind.name
            told = parse_payload(kind.name, shown.payload).on_clock(shown.local.zone)
            assert shown.headline == told.headline()
            assert (shown.type, shown.source, shown.evidence, shown.state) == (kind.name, "manual", [], "active")
            assert shown.context_id == f"{kind.prefix}:{shown.id}"


async def test_a_list_holds_its_own_type_alone_and_is_filtered_by_each_of_its_fields(
    filled: Filled, api: httpx.AsyncClient
) -> None:
    for kind in lists():
        for number in range(len(EXAMPLES[kind.name])):
            await filled.add(kind, await filled.example(kind, number))
    for kind in lists():
        listed = (await api.get(place(kind, filled.subject))).json()["items"]
        assert {item["type"] for item in listed} == {kind.name}
        assert len(listed) >= len(EXAMPLES[kind.name]), kind.name
        for field in kind.model.filters:
            said = [item["payload"][field] for item in listed if field in item["payload"]]
            for value in {str(v).lower() if isinstance(v, bool) else v for v in said}:
                answer = await api.get(place(kind, filled.subject), params={field: value})
                assert answer.status_code == 200, (kind.name, field, answer.text)
                found = answer.json()["items"]
                asked = {True: "true", False: "false"}
                expected = [
                    item["id"]
                    for item in listed
                    if field in item["payload"] and asked.get(item["payload"][field], item["payload"][field]) == value
                ]
                assert [item["id"] for item in found] == expected, (kind.name, field)


async def test_a_change_merges_and_a_retraction_takes_it_out_of_the_list(
    filled: Filled, api: httpx.AsyncClient
) -> None:
    for kind in entry_types().values():
        if kind.name == "emergency_contact":
            await filled.add(kind, {"name": "Ines", "phone": "+12025550143"})
        payload = await filled.example(kind, 0)
        written = await filled.add(kind, payload)
        address, tag = f"/api/entries/{written.json()['id']}", written.headers["ETag"]
        changed = await api.patch(
            address, json={"occurred_at": "2025-12-24T08:00:00Z", "reason": "a slip"}, headers={"If-Match": tag}
        )
        assert changed.status_code == 200, (kind.name, changed.text)
        assert changed.json()["payload"] == written.json()["payload"]
        assert datetime.fromisoformat(changed.json()["occurred_at"]) == datetime(2025, 12, 24, 8, tzinfo=UTC)
        late = await api.delete(address, headers={"If-Match": tag})
        assert late.status_code == 412, kind.name
        gone = await api.delete(address, headers={"If-Match": changed.headers["ETag"]})
        assert (gone.status_code, gone.content) == (204, b""), kind.name
        history = (await api.get(f"{address}/history")).json()
        assert [(e["revision"], e["state"], e["reason"]) for e in history] == [
            (1, "active", None),
            (2, "active", "a slip"),
            (3, "retracted", None),
        ]
        if kind.one:
            assert (await api.get(place(kind, filled.subject))).status_code == 404
            continue
        listed = (await api.get(place(kind, filled.subject))).json()["items"]
        assert written.json()["id"] not in [item["id"] for item in listed]
        shown = (await api.get(place(kind, filled.subject), params={"retracted": "true"})).json()["items"]
        assert written.json()["id"] in [item["id"] for item in shown], kind.name


async def test_every_list_can_be_had_as_a_table(filled: Filled, api: httpx.AsyncClient) -> None:
    for kind in lists():
        for number in range(len(EXAMPLES[kind.name])):
            await filled.add(kind, await filled.example(kind, number))
    for kind in lists():
        address = place(kind, filled.subject)
        listed = (await api.get(address)).json()["items"]
        answer = await api.get(address, headers={"Accept": "text/csv"})
        assert answer.headers["Content-Type"].startswith("text/csv"), kind.name
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert [row["context_id"] for row in rows] == [item["context_id"] for item in listed], kind.name
        assert all(None not in row and None not in row.values() for row in rows), kind.name
        for row, item in zip(rows, listed, strict=True):
            assert row["headline"].lstrip("'") == item["headline"]
            plain = {k: v for k, v in item["payload"].items() if isinstance(v, str)}
            assert {k: row[k].lstrip("'") for k in plain} == plain, kind.name


def test_every_type_has_an_example() -> None:
    assert EXAMPLES.keys() == entry_types().keys()
