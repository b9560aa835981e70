"""Refresh tokens, in any order in which clients, thieves and administrators may come."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from carelog.db import Connection, Database, migrate
from carelog.identity import sessions, users
from carelog.identity.tables import refresh_token, session

LIFETIME = timedelta(days=30)


class Families(RuleBasedStateMachine):
    """The model: for each session the one token that is good, if any, and all that were."""

    tokens = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 1, 5, tzinfo=UTC)
        self.good: dict[str, UUID] = {}
        self.family: dict[str, UUID] = {}
        self.ends: dict[UUID, datetime] = {}
        self.database = Database(f"sqlite:///{Path(self.folder.name) / 'auth.db'}")
        self.user_id = self.runner.run(self._prepare())

    async def _prepare(self) -> UUID:
        await migrate(self.database, "auth")
        async with self.database.write() as connection:
            return await users.add(connection, users.NewUser("a@example.org", "A", "patient", "-"), self.now)

    async def _write(self, work: Any, *given: Any, **options: Any) -> Any:
        async with self.database.write() as connection:
            return await work(connection, *given, **options)

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(target=tokens)
    def sign_in(self) -> str:
        session_id, token = self.runner.run(
            self._write(sessions.begin, self.user_id, self.now, lifetime=LIFETIME, origin="-", device=None)
        )
        self.good[token] = self.family[token] = session_id
        self.ends[session_id] = self.now + LIFETIME
        assert isinstance(token, str)
        return token

    @rule(target=tokens, token=tokens)
    def refresh(self, token: str) -> str:
        done = self.runner.run(self._write(sessions.refresh, token, self.now, lifetime=LIFETIME))
        session_id = self.family[token]
        if token in self.good and self.now < self.ends[session_id]:
            assert done.token not in self.family
            assert (done.session_id, done.reused) == (session_id, False)
            del self.good[token]
            self.good[done.token] = self.family[done.token] = session_id
            self.ends[session_id] = self.now + LIFETIME
            return str(done.token)
        assert done.token is None
        if token not in self.good:
            self._end(session_id)
        self.good.pop(token, None)
        return token

    @rule(token=tokens)
    def two_at_once(self, token: str) -> None:
        async def race() -> list[Any]:
            both = [self._write(sessions.refresh, token, self.now, lifetime=LIFETIME) for _ in range(2)]
            return await asyncio.gather(*both)

        done = self.runner.run(race())
        was_good = token in self.good and self.now < self.ends[self.family[token]]
        assert sum(one.token is not None for one in done) == was_good
        for one in done:
            if one.token:
                self.family[one.token] = self.family[token]
        self._end(self.family[token])

    @rule(token=tokens)
    def sign_out(self, token: str) -> None:
        which = session.c.id == self.family[token]
        self.runner.run(self._write(sessions.revoke, which, self.now, "signed out"))
        self._end(self.family[token])

    @rule()
    def sign_out_everywhere(self) -> None:
        self.runner.run(self._write(sessions.revoke, session.c.user_id == self.user_id, self.now, "signed out"))
        self.good.clear()

    @rule(hours=st.integers(1, 400))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(text=st.text(max_size=60))
    def guess(self, text: str) -> None:
        assert self.runner.run(self._write(sessions.refresh, text, self.now, lifetime=LIFETIME)).token is None

    def _end(self, session_id: UUID) -> None:
        self.good = {token: family for token, family in self.good.items() if family != session_id}

    @invariant()
    def sessions_that_go_on_are_those_with_a_good_token(self) -> None:
        async def shown(connection: Connection) -> set[UUID]:
            return {one.id for one in await sessions.live(connection, self.user_id, self.now)}

        going_on = {family for family in self.good.values() if self.now < self.ends[family]}
        assert self.runner.run(self._write(shown)) == going_on

    @invariant()
    def no_token_is_stored(self) -> None:
        async def stored(connection: Connection) -> set[str]:
            return set((await connection.execute(select(refresh_token.c.token_hash))).scalars())

        assert not self.runner.run(self._write(stored)) & set(self.family)


TestFamilies = Families.TestCase
TestFamilies.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
