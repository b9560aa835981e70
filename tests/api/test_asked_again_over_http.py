"""Handing in again, too much, and sealed: what a sender sees."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from door import Door, make_vcon
from joserfc import jwk, jws

from carelog.app import Carelog

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
TRANSCRIPT = {"Content-Type": "text/plain"}


@asynccontextmanager
async def client_of(carelog: Carelog) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncExitStack() as stack:
        door = Door(carelog, carelog.api(), stack)
        yield await door.client(await door.key())


async def test_a_request_that_names_itself_is_answered_as_before(api: httpx.AsyncClient) -> None:
    headers = {**TRANSCRIPT, "Idempotency-Key": "visit 7"}
    first = await api.post(
        "/api/conversations?channel=calls&title=A", content=b"Patient: I slept well.", headers=headers
    )
    again = await api.post(
        "/api/conversations?title=A&channel=calls", content=b"Patient: I slept well.", headers=headers
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    other = await api.post(
        "/api/conversations?channel=calls&title=A", content=b"Patient: I slept ill.", headers=headers
    )
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency.reused")
    assert len((await api.get("/api/conversations")).json()["items"]) == 1


async def test_what_is_in_the_wrong_place_is_named(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        "/api/conversations?Idempotency-Key=a&lane=fast&lane=slow", json=make_vcon(), headers={"Idempotency-Key": ""}
    )
    assert answer.status_code == 422
    places = {problem["place"] for problem in answer.json()["error"]["details"]["problems"]}
    assert places == {"/query", "/query/lane", "/header/Idempotency-Key"}


async def test_too_much_is_refused_for_the_bulk_lane_alone(opened: Opened) -> None:
    chains = {"record": {"channels": ["vcon"], "links": [{"tag": {"tags": ["seen"]}}]}}
    async with opened(chains=chains, bulk_limit=1) as carelog, client_of(carelog) as api:
        assert (await api.post("/api/conversations?lane=bulk", json=make_vcon())).status_code == 201
        carelog.clock.advance(seconds=2)  # type: ignore[attr-defined]
        refused = await api.post("/api/conversations?lane=bulk", json=make_vcon())
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "queue.full")
        assert int(refused.headers["Retry-After"]) > 0
        assert (await api.post("/api/conversations?lane=urgent", json=make_vcon())).status_code == 201


async def test_what_is_deleted_is_not_found_any_more(api: httpx.AsyncClient) -> None:
    id_ = (await api.post("/api/conversations", json=make_vcon())).json()["id"]
    assert (await api.delete(f"/api/conversations/{id_}")).status_code == 204
    assert (await api.get(f"/api/conversations/{id_}/vcon")).status_code == 404
    assert (await api.delete(f"/api/conversations/{id_}")).status_code == 404
    assert (await api.get("/api/conversations")).json()["items"] == []


def signed(key: rsa.RSAPrivateKey, vcon: dict[str, Any]) -> dict[str, Any]:
    members = {"protected": {"alg": "RS256"}, "header": {"kid": "clinic"}}
    return dict(jws.serialize_json([members], json.dumps(vcon).encode(), jwk.RSAKey.import_key(key)))  # type: ignore[arg-type]


async def test_a_signed_vcon_is_opened_and_kept_as_it_came(opened: Opened, tmp_path: Path) -> None:
    key, stranger = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    trusted = tmp_path / "clinic.pem"
    trusted.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    vcon = make_vcon("I feel dizzy.")
    async with opened(trusted_keys=[trusted]) as carelog, client_of(carelog) as api:
        sealed = json.dumps(signed(key, vcon))
        answer = await api.post("/api/conversations", content=sealed, headers={"Content-Type": "application/json"})
        assert answer.status_code == 201, answer.text
        id_ = answer.json()["id"]
        assert (await api.get(f"/api/conversations/{id_}/vcon")).json() == vcon
        original = await api.get(f"/api/conversations/{id_}/original")
        assert original.text == sealed
        assert "clinic" in original.headers["X-Signed-By"]
        forged = await api.post("/api/conversations", json=signed(stranger, make_vcon("I feel fine.")))
        assert (forged.status_code, forged.json()["error"]["code"]) == (422, "conversation.untrusted")
        payload = base64.urlsafe_b64encode(json.dumps(vcon | {"subject": "x"}).encode()).decode().rstrip("=")
        changed = await api.post("/api/conversations", json=signed(key, vcon) | {"payload": payload})
        assert (changed.status_code, changed.json()["error"]["code"]) == (422, "conversation.untrusted")


async def test_without_keys_a_sealed_vcon_is_refused_by_the_name_of_the_setting(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/conversations", json=signed(rsa.generate_private_key(65537, 2048), make_vcon()))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "conversation.sealed")
    assert "trusted_keys" in answer.json()["error"]["message"]
