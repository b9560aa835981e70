"""Who may ask for what at the conserver's paths."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from conserver_client import PARTNER, TOKEN, client_of, older_vcon

from carelog.api.conserver.contract import ROUTES
from carelog.app import Carelog, open_carelog
from carelog.conversations.older import parse_older
from carelog.identity import SCOPES, Principal, operator
from carelog.kit import jsontext
from carelog.kit.clock import ManualClock
from carelog.pipeline.submission import Submission
from carelog.settings import Settings

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

OPEN = {"/version", "/health", "/stats/queue"}
ID = str(uuid4())
PARAMETERS = {
    "egress_list": "done",
    "ingress_list": "first",
    "vcon_uuids": ID,
    "name": "Asha Rao",
    "list_name": "first",
}
Configure = Callable[..., Settings]


OPERATIONS = [(method, route.path) for route in ROUTES for method in route.methods or ()]
GUARDED = [(method, path) for method, path in OPERATIONS if path not in OPEN]


async def ask(client: httpx.AsyncClient, method: str, path: str, uuid: str = ID) -> httpx.Response:
    body: object = {"/vcon/ingress": [uuid], "/config": {}}.get(path, older_vcon(uuid=uuid))
    asked = PARAMETERS | {"vcon_uuids": uuid}
    return await client.request(
        method, path.replace("{vcon_uuid}", uuid), params=asked, json=body if method == "POST" else None
    )


def test_only_these_are_open_to_everyone(dialect: str) -> None:
    assert {path for _, path in OPERATIONS} - {path for _, path in GUARDED} == OPEN
    assert len(GUARDED) == 15


async def test_without_a_valid_token_nothing_is_answered(conserver: Carelog) -> None:
    revoked = await conserver.keyring.add("test")
    await conserver.keyring.revoke(UUID(revoked.split("_")[1]))
    for token in (None, "", "garbage", TOKEN[:-1], f"{TOKEN}x", TOKEN.upper(), f"Bearer {TOKEN}", revoked, "clk_", "é"):
        headers = [(b"x-conserver-api-token", token.encode())] if token is not None else []
        async with client_of(conserver, None) as client:
            client.headers = httpx.Headers(headers)
            for method, path in GUARDED:
                answer = await ask(client, method, path)
                assert answer.status_code == 403, (token, method, path)
                assert list(answer.json()) == ["detail"]
                assert answer.headers["X-Vcon-Server-Version"]


async def test_a_token_in_another_place_opens_nothing(conserver: Carelog) -> None:
    async with client_of(conserver, None) as client:
        assert (await client.get("/vcon", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 403
        assert (await client.get("/vcon", params={"x-conserver-api-token": TOKEN})).status_code == 403
        api = await client.get("/api/subjects", headers={"Authorization": f"Bearer {TOKEN}"})
        assert api.status_code == 401


async def test_without_tokens_the_paths_are_closed(
    configured: Configure, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured()
    monkeypatch.delenv("CONSERVER_API_TOKEN")
    async with open_carelog(configured(), clock) as carelog, client_of(carelog, "") as client:
        for method, path in GUARDED:
            assert (await ask(client, method, path)).status_code == 403, path
        key = await carelog.keyring.add("test")
        assert (await client.get("/vcon", headers={"x-conserver-api-token": key})).status_code == 200


async def test_a_partners_key_opens_the_one_path(conserver: Carelog) -> None:
    async with client_of(conserver, PARTNER) as client:
        for method, path in GUARDED:
            expected = 204 if path == "/vcon/external-ingress" else 403
            assert (await ask(client, method, path)).status_code == expected, path


async def test_a_carelog_key_may_do_what_its_scopes_say(conserver: Carelog) -> None:
    keys = {scope: await conserver.keyring.add("test", scopes=[scope]) for scope in SCOPES}
    for method, path in GUARDED:
        if path == "/vcon/external-ingress":
            continue
        allowing = []
        for scope, key in keys.items():
            async with client_of(conserver, key) as client:
                if (await ask(client, method, path)).status_code != 403:
                    allowing.append(scope)
        assert len(allowing) == 1, (method, path, allowing)


async def test_a_key_for_some_subjects_sees_nothing_of_others(conserver: Carelog) -> None:
    known = older_vcon(parties=[{"tel": "+420601123456", "name": "Tomas", "role": "patient"}])
    async with client_of(conserver) as client:
        for vcon in (known, secret := older_vcon()):
            assert (await client.post("/vcon?ingress_lists=first", json=vcon)).status_code == 201
    subject = (await conserver.conversations.get(operator(), UUID(known["uuid"]))).subject_id
    key = await conserver.keyring.add("test", subjects=[subject])
    async with client_of(conserver, key) as stranger:
        for method, path in GUARDED:
            if path != "/vcon/external-ingress":
                answer = await ask(stranger, method, path, secret["uuid"])
                assert not any(trace in answer.text for trace in ("Asha", "pulse", "912224449000")), path
    assert (await conserver.conversations.get(operator(), UUID(secret["uuid"]))).document


async def test_tokens_come_from_a_file_too_and_in_another_header(
    configured: Configure, clock: ManualClock, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path_factory.mktemp("tokens") / "tokens.txt"
    file.write_text("one-of-two\n\n  two-of-two  \n")
    monkeypatch.setenv("CONSERVER_API_TOKEN_FILE", str(file))
    monkeypatch.setenv("CONSERVER_HEADER_NAME", "Authorization")
    async with open_carelog(configured(), clock) as carelog, client_of(carelog, None) as client:
        for token in ("one-of-two", "two-of-two", TOKEN, f"Bearer {TOKEN}"):
            assert (await client.get("/vcon", headers={"Authorization": token})).status_code == 200, token
        for token in ("", "Bearer ", "one-of-two\ttwo-of-two"):
            assert (await client.get("/vcon", headers={"Authorization": token})).status_code == 403, token


async def test_web_pages_of_other_origins_are_let_in_only_when_named(configured: Configure, clock: ManualClock) -> None:
    origin = {"Origin": "https://clinic.example.org"}
    async with open_carelog(configured(), clock) as carelog, client_of(carelog) as client:
        assert "access-control-allow-origin" not in (await client.get("/vcon", headers=origin)).headers
    settings = configured(cors_origins=["https://clinic.example.org"])
    async with open_carelog(settings, clock) as carelog, client_of(carelog) as client:
        for path in ("/vcon", "/api/conversations"):
            headers = (await client.get(path, headers=origin)).headers
            assert headers["access-control-allow-origin"] == "https://clinic.example.org"
            assert "access-control-allow-credentials" not in headers
        other = await client.get("/vcon", headers={"Origin": "https://elsewhere.example.org"})
        assert "access-control-allow-origin" not in other.headers


async def test_with_lists_that_nobody_knows_allowed_they_are_empty(configured: Configure, clock: ManualClock) -> None:
    settings = configured(allow_unknown_lists=True)
    async with open_carelog(settings, clock) as carelog, client_of(carelog) as client:
        assert (await client.post("/vcon?ingress_lists=nowhere", json=older_vcon())).status_code == 201
        assert (await client.get("/vcon/egress?egress_list=nowhere")).json() == []
        assert (await client.get("/vcon/count?egress_list=nowhere")).json() == 0
        assert (await client.get("/dlq?ingress_list=nowhere")).json() == []
        assert (await client.post("/dlq/reprocess?ingress_list=nowhere")).json() == 0


async def test_a_strangers_vcon_cannot_be_replaced(conserver: Carelog) -> None:
    vcon = older_vcon()
    async with client_of(conserver) as client:
        await client.post("/vcon", json=vcon)
    stranger = Principal("stranger", frozenset({"conversations:write"}), frozenset({uuid4()}))
    newer = parse_older(jsontext.dump(vcon | {"subject": "Theirs now"}))
    [receipt] = await conserver.intake.accept(stranger, [Submission(newer, replaces=True)])
    assert receipt.error is not None
    assert "Theirs" not in (await conserver.conversations.get(operator(), UUID(vcon["uuid"]))).document
