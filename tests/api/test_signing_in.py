"""Signing in over HTTP."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import pyotp
import pytest
from door import Door, make_vcon

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

PASSWORD = "a bicycle for the moon"
EMAIL, PHONE = "asha@example.org", "+912224449000"
Opened = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
async def anyone(door: Door) -> httpx.AsyncClient:
    return await door.client(None)


async def post(client: httpx.AsyncClient, path: str, status: int = 200, **body: object) -> dict[str, Any]:
    answer = await client.post(f"/api/auth/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


async def register(door: Door, email: str = EMAIL, **said: str) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    """Somebody who has just registered: a client with their access token, and what was answered."""
    anyone = await door.client(None)
    done = await post(anyone, "register", 201, email=email, password=PASSWORD, name="Asha Rao", **said)
    return await door.client(done["access_token"]), done


async def code_of(client: httpx.AsyncClient, path: str, status: int, **body: object) -> str:
    answer = await post(client, path, status, **body)
    assert answer["status"] == "error"
    code: str = answer["error"]["code"]
    return code


async def test_a_patient_signs_up_and_sees_their_own_record_alone(door: Door) -> None:
    other = await door.hand_in(make_vcon())
    me, done = await register(door, phone=PHONE, zone="Asia/Kolkata")
    assert (done["status"], done["token_type"], done["expires_in"]) == ("signed_in", "Bearer", 900)
    account = (await me.get("/api/auth/me")).json()
    assert account["phone_verified"] is account["email_verified"] is account["second_factor"] is False
    assert (account["role"], account["phone"]) == ("patient", PHONE)
    assert [one["id"] for one in (await me.get("/api/subjects")).json()["items"]] == [account["subject_id"]]
    assert (await me.get(f"/api/subjects/{other['subject_id']}")).status_code == 404
    assert (await me.get("/api/users")).status_code == 403


async def test_tokens_are_refreshed_and_a_copied_one_ends_the_session(door: Door, anyone: httpx.AsyncClient) -> None:
    me, done = await register(door)
    newer = await post(anyone, "refresh", refresh_token=done["refresh_token"])
    assert await code_of(anyone, "refresh", 401, refresh_token=done["refresh_token"]) == "session.ended"
    assert await code_of(anyone, "refresh", 401, refresh_token=newer["refresh_token"]) == "session.ended"
    assert (await me.get("/api/auth/me")).status_code == 401


async def test_an_expired_token_says_so(door: Door, clock: ManualClock) -> None:
    me, _ = await register(door)
    clock.advance(seconds=900)
    answer = await me.get("/api/auth/me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token.expired")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_sessions_are_listed_and_ended(door: Door, anyone: httpx.AsyncClient) -> None:
    me, _ = await register(door)
    again = await anyone.post(
        "/api/auth/login", json={"email": EMAIL, "password": PASSWORD}, headers={"User-Agent": "Carelog for Android"}
    )
    other = await door.client(again.json()["access_token"])
    shown = (await other.get("/api/auth/sessions")).json()
    assert sorted((one["current"], one["device"]) for one in shown)[1] == (True, "Carelog for Android")
    [first] = [one["id"] for one in shown if not one["current"]]
    assert (await other.delete(f"/api/auth/sessions/{first}")).status_code == 204
    assert (await other.delete(f"/api/auth/sessions/{first}")).status_code == 404
    assert (await me.get("/api/auth/me")).status_code == 401
    await post(other, "logout-all", 204)
    assert (await other.get("/api/auth/me")).status_code == 401


async def test_the_second_factor_from_end_to_end(door: Door, anyone: httpx.AsyncClient, clock: ManualClock) -> None:
    me, _ = await register(door)
    totp = pyotp.parse_uri((await post(me, "totp", 201, password=PASSWORD))["uri"])
    assert isinstance(totp, pyotp.TOTP)
    assert await code_of(me, "totp/confirm", 422, code="000000") == "code.wrong"
    codes = (await post(me, "totp/confirm", code=totp.at(clock.now())))["recovery_codes"]
    assert len(set(codes)) == 10
    asked = await post(anyone, "login", email=EMAIL, password=PASSWORD)
    assert set(asked) == {"status", "challenge", "expires_in"}
    clock.advance(seconds=30)
    done = await post(anyone, "login/second-factor", challenge=asked["challenge"], code=totp.at(clock.now()))
    again = await door.client(done["access_token"])
    await post(again, "totp/disable", 204, password=PASSWORD, code=codes[0])
    assert (await post(anyone, "login", email=EMAIL, password=PASSWORD))["status"] == "signed_in"


async def test_an_account_is_changed_with_the_password_where_it_matters(door: Door) -> None:
    await register(door, "taken@example.org")
    me, _ = await register(door)
    changed = await me.patch("/api/auth/me", json={"name": "Asha  Nair", "zone": "Europe/Prague"})
    assert (changed.json()["name"], changed.json()["zone"]) == ("Asha Nair", "Europe/Prague")
    subject = (await me.get(f"/api/subjects/{changed.json()['subject_id']}")).json()
    assert (subject["name"], subject["zone"]) == ("Asha Nair", "Europe/Prague")
    for body, status, code in (
        ({"email": "new@example.org"}, 422, "invalid_input"),
        ({"email": "new@example.org", "password": "not that one"}, 401, "credentials.wrong"),
        ({"email": "Taken@example.org", "password": PASSWORD}, 409, "account.exists"),
        ({"phone": "12345", "password": PASSWORD}, 422, "invalid_input"),
        ({"zone": "Moon/Crater"}, 422, "invalid_input"),
        ({"role": "admin"}, 422, "invalid_input"),
    ):
        answer = await me.patch("/api/auth/me", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), body
        assert not {"new@example.org", "12345", "Moon"} & set(answer.text.split('"'))
    moved = await me.patch("/api/auth/me", json={"email": "new@example.org", "phone": PHONE, "password": PASSWORD})
    assert (moved.json()["email"], moved.json()["phone"]) == ("new@example.org", PHONE)


async def test_a_new_password_is_set(door: Door, anyone: httpx.AsyncClient) -> None:
    me, _ = await register(door)
    assert await code_of(me, "password", 422, password=PASSWORD, new_password="password123") == "password.weak"
    await post(me, "password", 204, password=PASSWORD, new_password="another good one")
    assert await code_of(anyone, "login", 401, email=EMAIL, password=PASSWORD) == "credentials.wrong"
    await post(anyone, "login", email=EMAIL, password="another good one")


async def test_nothing_that_delivers_is_said_plainly(door: Door, anyone: httpx.AsyncClient) -> None:
    me, _ = await register(door, phone=PHONE)
    for path in ("verify/email", "verify/phone"):
        assert await code_of(me, path, 409) == "delivery.none"
    for email in (EMAIL, "nobody@example.org"):
        assert await code_of(anyone, "password-reset", 409, email=email) == "delivery.none"
    assert await code_of(me, "verify/phone/confirm", 422, code="000000") == "code.wrong"


async def test_too_many_failures_are_told_when_to_come_again(door: Door, anyone: httpx.AsyncClient) -> None:
    await register(door)
    for _ in range(6):
        answer = await anyone.post("/api/auth/login", json={"email": EMAIL, "password": "not that one"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate.limited")
    assert answer.headers["Retry-After"] == "1"


async def test_an_address_is_believed_of_a_trusted_proxy_alone(opened: Opened) -> None:
    """The client of these tests comes from 127.0.0.1, as it says itself."""
    for proxies, limited in (([], True), (["127.0.0.0/8"], False)):
        async with AsyncExitStack() as stack:
            carelog = await stack.enter_async_context(opened(trusted_proxies=proxies))
            client = await Door(carelog, carelog.api(), stack).client(None)
            wrong = {"email": f"{uuid4()}@example.org", "password": "not that one"}
            answers = [
                await client.post("/api/auth/login", json=wrong, headers={"X-Forwarded-For": f"6.6.6.6, 192.0.2.{i}"})
                for i in range(6)
            ]
            assert (answers[-1].status_code == 429) is limited


async def test_registration_may_be_closed(opened: Opened) -> None:
    async with AsyncExitStack() as stack:
        carelog = await stack.enter_async_context(opened(registration="closed"))
        client = await Door(carelog, carelog.api(), stack).client(None)
        body = {"email": EMAIL, "password": PASSWORD, "name": "Asha Rao"}
        assert await code_of(client, "register", 403, **body) == "registration.closed"


@pytest.fixture
async def admin(door: Door) -> httpx.AsyncClient:
    _, done = await register(door, "head@example.org")
    await door.carelog.reception.users.set_role(operator(), UUID(done["user_id"]), "admin")
    return await door.client(done["access_token"])


async def test_an_administrator_manages_the_others(door: Door, admin: httpx.AsyncClient) -> None:
    body = {"email": "c@example.org", "password": PASSWORD, "name": "Dr. Chandra", "role": "clinician"}
    added = await admin.post("/api/users", json=body)
    assert (added.status_code, added.json()["role"], added.json()["subject_id"]) == (201, "clinician", None)
    assert (await admin.post("/api/users", json=body)).json()["error"]["code"] == "account.exists"
    path = f"/api/users/{added.json()['id']}"
    assert (await admin.get(path)).json() == added.json()
    listed = (await admin.get("/api/users", params={"role": "clinician"})).json()["items"]
    assert [one["email"] for one in listed] == ["c@example.org"]
    assert (await admin.patch(path, json={"role": "carer", "state": "disabled"})).json()["state"] == "disabled"
    anyone = await door.client(None)
    assert await code_of(anyone, "login", 401, email="c@example.org", password=PASSWORD) == "credentials.wrong"
    assert (await admin.get(f"/api/users/{uuid4()}")).status_code == 404
    me = (await admin.get("/api/auth/me")).json()["id"]
    assert (await admin.patch(f"/api/users/{me}", json={"role": "patient"})).status_code == 409


async def test_a_key_is_no_user(door: Door) -> None:
    client = await door.client(await door.key())
    for path in ("me", "sessions"):
        assert (await client.get(f"/api/auth/{path}")).json()["error"]["code"] == "forbidden"
    assert await code_of(client, "logout", 403) == "forbidden"


async def test_no_secret_gets_into_logs_and_errors(
    door: Door, anyone: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    me, done = await register(door, phone=PHONE)
    secrets = [PASSWORD, EMAIL, PHONE, done["refresh_token"], done["access_token"], "swordfish and chips", "987654"]
    answers = [
        await anyone.post("/api/auth/login", json={"email": EMAIL, "password": "swordfish and chips"}),
        await anyone.post("/api/auth/login", json={"email": EMAIL, "password": {"x": "swordfish and chips"}}),
        await anyone.post("/api/auth/register", json={"email": EMAIL, "password": PASSWORD, "name": "A"}),
        await anyone.post("/api/auth/refresh", json={"refresh_token": done["refresh_token"] + "x"}),
        await me.post("/api/auth/verify/phone/confirm", json={"code": "987654"}),
        await me.post("/api/auth/verify/phone/confirm", json={"code": "987654" * 9}),
        await anyone.post("/api/auth/register", content=b'{"email": "' + EMAIL.encode() + b'", '),
    ]
    assert all(400 <= answer.status_code < 500 for answer in answers)
    for text in (caplog.text, *(answer.text for answer in answers)):
        assert not [secret for secret in secrets if secret in text]


async def test_a_password_that_is_no_text_is_refused(anyone: httpx.AsyncClient) -> None:
    """JSON may hold half of a surrogate pair."""
    for path, body in (
        ("login", r'{"email": "asha@example.org", "password": "\ud800 and more"}'),
        ("refresh", r'{"refresh_token": "clr_\udfff"}'),
    ):
        answer = await anyone.post(
            f"/api/auth/{path}", content=body.encode(), headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422
