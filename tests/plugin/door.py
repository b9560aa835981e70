"""The API of a whole Carelog in process, and what is handed in at it."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import update

from carelog.app import Carelog
from carelog.identity import SCOPES, operator
from carelog.pipeline.tables import run as run_table
from carelog.record import Evidence, NewEntry, parse_payload
from carelog.record import store as record_store
from carelog.record.store import EntryQuery, Placed


@dataclass
class Door:
    """The API, and clients that come to it with different keys."""

    carelog: Carelog
    app: FastAPI
    open_clients: AsyncExitStack
    clients: dict[str | None, httpx.AsyncClient] = field(default_factory=dict)

    async def key(
        self, *, scopes: Sequence[str] = tuple(SCOPES), subjects: Sequence[UUID] | None = None, **limits: timedelta
    ) -> str:
        return await self.carelog.keyring.add("test", scopes=scopes, subjects=subjects, **limits)

    async def client(self, token: str | None) -> httpx.AsyncClient:
        if token not in self.clients:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            self.clients[token] = await self.open_clients.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(self.app), base_url="http://carelog.test", headers=headers
                )
            )
        return self.clients[token]

    async def add_entries(self, conversation: UUID, moments: Sequence[datetime], **payload: object) -> list[UUID]:
        """Entries of a heart rate, as a link would leave them, in the record that the conversation belongs to."""
        stored = await self.carelog.conversations.get(operator(), conversation)
        kind = {"kind": "heart_rate", "value": {"value": 72, "unit": "/min"}, **payload}
        evidence = Evidence(conversation=conversation, turn=0, pointer="/dialog/0/body", start=0, end=5, quote="pulse")
        placed = [
            Placed(
                subject_id=stored.subject_id,
                conversation_id=conversation,
                origin=f"test:{uuid4()}",
                entry=NewEntry(
                    type="vitals",
                    payload=parse_payload("vitals", kind),
                    evidence=(evidence,),
                    occurred_at=moment,
                    occurred_zone="+05:30",
                    recorded_by="test",
                ),
            )
            for moment in moments
        ]
        async with self.carelog.health.write() as connection:
            await record_store.add(connection, placed, self.carelog.clock.now())
        found = await self.carelog.record.page(
            operator(), stored.subject_id, EntryQuery(conversation_id=conversation), limit=200
        )
        return [entry.id for entry in found.items]

    async def let_die(self, run_id: UUID) -> None:
        """Make a run a dead letter, as a link that always fails would."""
        async with self.carelog.health.write() as connection:
            await connection.execute(
                update(run_table).where(run_table.c.id == run_id).values(state="dead", error={"code": "link.failed"})
            )

    async def hand_in(self, document: Mapping[str, Any], **parameters: str) -> dict[str, Any]:
        """The receipt of a conversation, handed in with a key that may do everything."""
        client = await self.client(await self.key())
        answer = await client.post("/api/conversations", json=document, params=parameters)
        assert answer.status_code == 201, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt


def make_vcon(
    *said: str,
    name: str = "Asha Rao",
    tel: str | None = "+912224449000",
    start: str = "2026-01-05T09:00:00+05:30",
    party: Mapping[str, Any] | None = None,
    **parameters: object,
) -> dict[str, Any]:
    """A vCon of a patient who says these things; `parameters` are set in it as they are."""
    patient = {"name": name, "role": "patient"} | ({"tel": tel} if tel else {}) | dict(party or {})
    dialog = [
        {"type": "text", "start": start, "parties": 0, "mediatype": "text/plain", "body": body, "encoding": "none"}
        for body in said or ("My pulse was 72.",)
    ]
    return {
        "vcon": "0.4.0",
        "uuid": str(uuid4()),
        "created_at": "2026-01-05T04:00:00Z",
        "parties": [patient],
        "dialog": dialog,
        **parameters,
    }
