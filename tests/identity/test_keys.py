"""API keys: shown once, kept as a hash, limited, ended when they should be."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from carelog.app import Carelog
from carelog.identity import CATALOGUE, SCOPES
from carelog.identity.tables import api_key
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from carelog.kit.ids import new_id


@pytest.fixture
def dialect() -> str:
    return "sqlite"


async def test_a_key_that_is_limited_to_some_does_not_change_what_all_read_unless_it_is_said(carelog: Carelog) -> None:
    for subjects, may in ((None, True), ([new_id()], False)):
        principal = await carelog.keyring.authenticate(await carelog.keyring.add("clinic", subjects=subjects))
        assert principal.may_change(CATALOGUE) is may


async def test_a_key_opens_what_it_was_made_for(carelog: Carelog) -> None:
    subject = new_id()
    token = await carelog.keyring.add("clinic", scopes=["entries:read"], subjects=[subject])
    principal = await carelog.keyring.authenticate(token)
    principal.require("entries:read")
    with pytest.raises(Forbidden):
        principal.require("conversations:write")
    assert principal.may_see(subject)
    assert not principal.may_see(new_id())


async def test_the_database_does_not_hold_the_secret(carelog: Carelog) -> None:
    token = await carelog.keyring.add("clinic")
    secret = token.split("_", 2)[2]
    async with carelog.auth.read() as connection:
        [row] = (await connection.execute(select(api_key))).all()
    assert secret not in str(row)


async def test_nothing_but_the_whole_token_opens(carelog: Carelog) -> None:
    token = await carelog.keyring.add("clinic")
    other = await carelog.keyring.add("other")
    swapped = "_".join([*token.split("_", 2)[:2], other.split("_", 2)[2]])
    unknown = f"clk_{new_id().hex}_{token.split('_', 2)[2]}"
    for wrong in ("", "clk_", token[:-1], token + "A", token.upper(), swapped, unknown, "é" * 80, token + "\n"):
        with pytest.raises(Unauthenticated):
            await carelog.keyring.authenticate(wrong)


async def test_a_revoked_key_and_one_past_its_time_open_nothing(carelog: Carelog, clock: ManualClock) -> None:
    revoked = await carelog.keyring.add("revoked")
    short = await carelog.keyring.add("short", lifetime=timedelta(hours=1))
    key_id = UUID(revoked.split("_")[1])
    await carelog.keyring.revoke(key_id)
    with pytest.raises(Unauthenticated):
        await carelog.keyring.authenticate(revoked)
    with pytest.raises(NotFound):
        await carelog.keyring.revoke(key_id)
    await carelog.keyring.authenticate(short)
    clock.advance(seconds=3600)
    with pytest.raises(Unauthenticated):
        await carelog.keyring.authenticate(short)


async def test_a_key_that_another_process_revokes_opens_nothing_from_then_on(
    opened: Callable[[], AbstractAsyncContextManager[Carelog]],
) -> None:
    async with opened() as here, opened() as elsewhere:
        token = await here.keyring.add("clinic")
        assert await here.keyring.authenticate(token) == await here.keyring.authenticate(token)
        await elsewhere.keyring.revoke(UUID(token.split("_")[1]))
        with pytest.raises(Unauthenticated):
            await here.keyring.authenticate(token)


async def test_a_key_of_no_subjects_sees_nobody(carelog: Carelog) -> None:
    principal = await carelog.keyring.authenticate(await carelog.keyring.add("none", subjects=[]))
    assert not principal.may_see(new_id())


async def test_a_key_needs_a_name_and_known_scopes(carelog: Carelog) -> None:
    for name, scopes in (("", list(SCOPES)), ("x" * 81, list(SCOPES)), ("a", ["everything"]), ("a", [])):
        with pytest.raises(InvalidInput):
            await carelog.keyring.add(name, scopes=scopes)
