"""Registering over HTTP, with a code by e-mail."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import httpx
import pytest
from door import Door
from sqlalchemy import select

from carelog.app import Carelog
from carelog.delivery.tables import delivery
from carelog.identity import operator
from carelog.kit.clock import ManualClock

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

PASSWORD, EMAIL = "a bicycle for the moon", "asha@example.org"
MAIL = {"type": "smtp", "host": "mail.example.org", "tls": "none", "sent_from": "clinic@example.org"}
Opened = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
async def door(opened: Opened) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack, opened(senders={"email": MAIL}) as carelog:
        yield Door(carelog, carelog.api(), stack)


async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
    body = {"email": email, "password": PASSWORD, "name": "Asha Rao", "zone": "Asia/Kolkata"}
    return await client.post("/api/auth/register", json=body)


async def mail(door: Door, to: str) -> str:
    """What was sent there last."""
    found = select(delivery.c.text).where(delivery.c.recipient == to).order_by(delivery.c.id.desc()).limit(1)
    text: str = (await door.carelog.health.rows(found))[0].text
    return text


async def register(door: Door, email: str) -> httpx.AsyncClient:
    anyone = await door.client(None)
    body = {"registration": (await ask(anyone, email)).json()["registration"], "code": (await mail(door, email))[:6]}
    done = await anyone.post("/api/auth/register/confirm", json=body)
    assert done.status_code == 201, done.text
    assert (await anyone.post("/api/auth/register/confirm", json=body)).json()["error"]["code"] == "code.wrong"
    return await door.client(done.json()["access_token"])


async def test_a_patient_comes_in_by_the_code(door: Door) -> None:
    me = (await (await register(door, EMAIL)).get("/api/auth/me")).json()
    assert (me["email"], me["email_verified"], me["zone"], me["role"]) == (EMAIL, True, "Asia/Kolkata", "patient")


async def test_where_no_mail_can_be_sent_a_patient_needs_no_code(opened: Opened) -> None:
    async with AsyncExitStack() as stack, opened() as carelog:
        door = Door(carelog, carelog.api(), stack)
        done = await ask(await door.client(None), EMAIL)
        assert done.status_code == 201, done.text
        me = (await (await door.client(done.json()["access_token"])).get("/api/auth/me")).json()
        assert (me["email"], me["email_verified"]) == (EMAIL, False)


async def test_where_a_code_is_demanded_and_no_mail_can_be_sent_nobody_registers(opened: Opened) -> None:
    async with AsyncExitStack() as stack, opened(registration="confirmed") as carelog:
        refused = await ask(await Door(carelog, carelog.api(), stack).client(None), EMAIL)
        assert refused.json()["error"]["code"] == "delivery.none"


async def test_the_answer_does_not_tell_who_has_an_account(door: Door) -> None:
    await register(door, EMAIL)
    anyone = await door.client(None)
    known, new = await ask(anyone, EMAIL), await ask(anyone, "mira@example.org")
    shapes = [
        (one.status_code, sorted(one.json()), sorted(one.headers), one.headers["content-length"])
        for one in (known, new)
    ]
    assert shapes[0] == shapes[1]
    assert known.status_code == 202
    assert re.search(r"has one already", await mail(door, EMAIL))
    me = await register(door, "dev@example.org")
    moved = [
        await me.patch("/api/auth/me", json={"email": email, "password": PASSWORD})
        for email in (EMAIL.upper(), "devi@example.org")
    ]
    assert moved[0].content == moved[1].content
    assert moved[0].json()["email"] == "dev@example.org"
    code = (await mail(door, "devi@example.org"))[:6]
    confirmed = await me.post("/api/auth/email/confirm", json={"code": code})
    assert (confirmed.json()["email"], confirmed.json()["email_verified"]) == ("devi@example.org", True)
    assert "another e-mail address" in await mail(door, "dev@example.org")


async def test_who_is_added_by_an_administrator_is_told_by_mail_too(door: Door) -> None:
    me = await register(door, EMAIL)
    user = await door.carelog.reception.users.find(operator(), EMAIL)
    await door.carelog.reception.accounts.reset_by_administrator(operator(), user.id, "another good one")
    assert "password of your Carelog account was changed" in await mail(door, EMAIL)
    assert (await me.get("/api/auth/me")).status_code == 401


async def test_a_grant_takes_a_sign_in_as_fresh_as_the_setting_says(opened: Opened, clock: ManualClock) -> None:
    async with AsyncExitStack() as stack:
        carelog = await stack.enter_async_context(opened(senders={"email": MAIL}, fresh_sign_in_minutes=2))
        door = Door(carelog, carelog.api(), stack)
        me = await register(door, EMAIL)
        body = {"email": "mira@example.org", "access": "read_only"}
        assert (await me.post("/api/subjects/me/grants", json=body)).status_code == 201
        clock.advance(seconds=120)
        refused = await me.post("/api/subjects/me/grants", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "sign_in_again")
        assert "2 minutes" in refused.json()["error"]["message"]
