"""Followers: what another server has finished comes into an ingress list here."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote
from uuid import UUID

from carelog.conserver import popped
from carelog.conserver.definitions import FollowerDefinition
from carelog.conserver.in_force import ConfigurationInForce
from carelog.conserver.popped import Popped, pause
from carelog.conversations.older import parse_older
from carelog.db import Database
from carelog.db.leases import Leases
from carelog.identity import Principal
from carelog.kit import jsontext
from carelog.kit.beside import beside
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, ComeAgain, InvalidInput
from carelog.kit.http import retry_after
from carelog.kit.place import place_of
from carelog.kit.tls import trusted
from carelog.pipeline.intake import Intake, UnknownList
from carelog.pipeline.submission import Submission
from carelog.pipeline.tables import chore

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
_LEASE: Final = timedelta(seconds=60)
_TIMEOUT_SECONDS: Final = 30.0
_AT_ONCE: Final = 100
_MOST_WAITING: Final = 1000
_LONGEST_PAUSE: Final = timedelta(seconds=15)
_TRIES: Final = 10
_GONE: Final = frozenset({404, 410})
_NOT_NOW: Final = frozenset({401, 403, 429})


class _Answer(NamedTuple):
    """What the other server said; None is in the place of a body that is too large."""

    status: int
    wait: timedelta | None
    content: bytes | None


class FollowerTrouble(Exception):
    """The other server cannot be followed now, or what it has cannot be taken in: all of it waits."""

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


class Follower:
    """Follows one server. Of all processes on one database, one at a time does.

    Popping takes ids off the other server's list for good. So each is written down before it is asked for, and stays
    so until the conversation is here; ids that an answer held which never arrived are lost to both.
    """

    def __init__(
        self,
        name: str,
        definition: FollowerDefinition,
        database: Database,
        intake: Intake,
        clock: Clock,
        *,
        header: str,
        max_bytes: int,
    ) -> None:
        self._name = name
        self._chore = f"follower {name}"
        self._definition = definition
        self._database = database
        self._intake = intake
        self._clock = clock
        self._header = header
        self._max_bytes = max_bytes
        self._principal = Principal(id=f"follower:{name}", scopes=frozenset({"conversations:write"}))
        self._leases = Leases(database, chore, clock, _LEASE)
        self._stopped = asyncio.Event()
        self._troubles = 0

    def stop(self) -> None:
        """End `run` after what is in hand: never between the popping of an id and its being written down."""
        self._stopped.set()

    async def run(self) -> None:
        """Follow until `stop`, whatever happens."""
        import httpx  # here, since it takes a while to load and few follow anybody

        async with httpx.AsyncClient(verify=trusted(), timeout=_TIMEOUT_SECONDS, follow_redirects=False) as client:
            while not self._stopped.is_set():
                try:
                    wait = await self.step(client)
                except Exception as error:  # noqa: BLE001  a follower that ends would leave the rest unfetched
                    log.error(
                        "a follower stumbled",
                        extra={"follower": self._name, "error": type(error).__name__, "place": place_of(error)},
                    )
                    wait = timedelta(seconds=5)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), max(wait.total_seconds(), 0.01))

    async def step(self, client: "httpx.AsyncClient") -> timedelta:
        """Fetch what was popped before, pop more and fetch that. Returns how long to wait for the next step."""
        lease = await self._leases.take(self._chore)
        if lease is None:
            return timedelta(seconds=min(self._definition.pulling_interval, 5))
        wait = timedelta(seconds=self._definition.pulling_interval)
        try:
            async with beside(lease.keep()):
                fetched = await self._fetch_due(client)
                if fetched < _AT_ONCE:
                    more = await self._pop(client) if await self._has_room() else 0
                    fetched += await self._fetch_due(client)
                    if more >= self._definition.fetch_vcon_limit:
                        wait = timedelta(0)
                else:
                    wait = timedelta(0)
            self._troubles = 0
        except FollowerTrouble as trouble:
            self._troubles += 1
            wait = max(pause(self._troubles), trouble.wait or timedelta(0))
            log.warning("cannot follow now", extra={"follower": self._name, "problem": trouble.reason})
        finally:
            async with self._database.write() as connection:
                await lease.give_back(connection, due_at=self._clock.now() + wait)
        return wait

    async def _pop(self, client: "httpx.AsyncClient") -> int:
        """Take ids off the other server's list, and write them down. Returns how many they were."""
        definition = self._definition
        answer = await self._get(
            client, "/vcon/egress", {"egress_list": definition.egress_list, "limit": definition.fetch_vcon_limit}
        )
        if answer.status == 204:
            return 0
        if answer.status != 200:
            raise FollowerTrouble(f"the egress list answered {answer.status}", answer.wait)
        try:
            ids = jsontext.parse(answer.content or b"")
        except InvalidInput:
            raise FollowerTrouble("the egress list did not answer in JSON") from None
        if not isinstance(ids, list):
            raise FollowerTrouble("the egress list did not answer with a list")
        await self._keep([str(id_) for id_ in ids])
        return len(ids)

    async def _keep(self, ids: Sequence[str]) -> None:
        """Write down what was popped, however long the database is away: these ids are nowhere else by now."""
        tries = 0
        while True:
            try:
                async with self._database.write() as connection:
                    await popped.keep(connection, self._name, ids, self._clock.now())
                return
            except Exception as error:  # noqa: BLE001  whatever a driver raises
                tries += 1
                log.error(
                    "what was popped cannot be written down yet",
                    extra={"follower": self._name, "vcons": list(ids), "error": type(error).__name__},
                )
                await asyncio.sleep(min(pause(tries), _LONGEST_PAUSE).total_seconds())

    async def _fetch_due(self, client: "httpx.AsyncClient") -> int:
        """Bring here what is due. Returns how many were tried."""
        async with self._database.read() as connection:
            waiting = await popped.due(connection, self._name, self._clock.now(), _AT_ONCE)
        for one in waiting:
            await self._bring(client, one)
            if self._stopped.is_set():
                break
        return len(waiting)

    async def _bring(self, client: "httpx.AsyncClient", one: Popped) -> None:
        """Raises FollowerTrouble for what is no fault of this one."""
        try:
            UUID(one.vcon)
        except ValueError:
            await self._put_off(one, "it is no UUID", most=1)
            return
        status, wait, content = await self._get(client, f"/vcon/{quote(one.vcon)}", {})
        if status in _NOT_NOW:
            raise FollowerTrouble(f"a vCon was answered with {status}", wait)
        if status >= 500 or status == 408:
            # Of this one alone, maybe: those behind it shall not wait, and it is never given up.
            await self._put_off(one, f"it was answered with {status}", most=None)
        elif status != 200:
            await self._put_off(one, "it is not there" if status in _GONE else f"it was answered with {status}")
        elif content is None:
            await self._put_off(one, f"it has more than {self._max_bytes} bytes")
        else:
            await self._take_in(one, content)

    async def _take_in(self, one: Popped, content: bytes) -> None:
        try:
            conversation = await asyncio.to_thread(parse_older, content)
            if conversation.uuid != UUID(one.vcon):
                await self._put_off(one, "another vCon was answered than was asked for")
                return
            lists = (self._definition.follower_ingress_list,)
            submission = Submission(conversation, ingress_lists=lists, replaces=True)
        except InvalidInput as error:
            if await asyncio.to_thread(_is_object, content):
                await self._put_off(one, error.message, most=1)
            else:  # such as the page of a proxy before it: no fault of this one
                await self._put_off(one, "it was answered with no JSON object", most=None)
            return
        [receipt] = await self._intake.accept(self._principal, [submission])
        await self._settle(one, receipt.error)

    async def _settle(self, one: Popped, error: CarelogError | None) -> None:
        if error is None:
            async with self._database.write() as connection:
                await popped.forget(connection, [one.id])
        elif isinstance(error, ComeAgain):
            raise FollowerTrouble("too much waits here already", error.retry_after)
        elif isinstance(error, UnknownList):
            raise FollowerTrouble("no chain here reads the ingress list")
        else:
            await self._put_off(one, error.message, most=1)

    async def _has_room(self) -> bool:
        """Whether there is no pile already of what could not be fetched."""
        async with self._database.read() as connection:
            return await popped.waiting(connection, self._name) < _MOST_WAITING

    async def _put_off(self, one: Popped, reason: str, *, most: int | None = _TRIES) -> None:
        log.warning("a followed vCon is not here", extra={"follower": self._name, "vcon": one.vcon, "problem": reason})
        async with self._database.write() as connection:
            await popped.postpone(connection, one, reason, self._clock.now(), most=most)

    async def _get(self, client: "httpx.AsyncClient", path: str, asked: Mapping[str, str | int]) -> _Answer:
        """Raises FollowerTrouble when there is no answer."""
        import httpx

        url = f"{str(self._definition.url).rstrip('/')}{path}"
        try:
            async with client.stream("GET", url, params=dict(asked), headers=self._headers()) as answer:
                wait = retry_after(answer.headers.get("retry-after"))
                content = bytearray()
                async for piece in answer.aiter_bytes():
                    content += piece
                    if len(content) > self._max_bytes:
                        return _Answer(answer.status_code, wait, None)
                return _Answer(answer.status_code, wait, bytes(content))
        except httpx.HTTPError as error:
            raise FollowerTrouble(f"it cannot be reached ({type(error).__name__})") from None

    def _headers(self) -> dict[str, str]:
        definition = self._definition
        token = definition.auth_token.get_secret_value() if definition.auth_token else None
        if definition.auth_token_env:
            token = os.environ.get(definition.auth_token_env)
            if not token:
                raise FollowerTrouble(f"the environment has no {definition.auth_token_env}")
        return {self._header: token} if token else {}


class Followers:
    """Follows every server that the configuration in force names."""

    def __init__(
        self,
        configuration: ConfigurationInForce[Any],
        database: Database,
        intake: Intake,
        clock: Clock,
        *,
        header: str,
        max_bytes: int,
    ) -> None:
        self._configuration = configuration
        self._database = database
        self._intake = intake
        self._clock = clock
        self._header = header
        self._max_bytes = max_bytes
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End `run` after what is in hand."""
        self._stopped.set()

    async def run(self) -> None:
        """Follow until `stop`; a configuration that changes is followed as it is then."""
        following: dict[str, tuple[FollowerDefinition, Follower]] = {}
        async with asyncio.TaskGroup() as tasks:
            while not self._stopped.is_set():
                wanted = self._configuration.current.definitions.followers
                for name, (definition, follower) in list(following.items()):
                    if wanted.get(name) != definition:
                        follower.stop()
                        del following[name]
                for name, definition in wanted.items():
                    if name not in following:
                        follower = self._follower(name, definition)
                        following[name] = definition, follower
                        tasks.create_task(follower.run(), name=f"follower {name}")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), _LOOK_SECONDS)
            for _, follower in following.values():
                follower.stop()

    def _follower(self, name: str, definition: FollowerDefinition) -> Follower:
        return Follower(
            name,
            definition,
            self._database,
            self._intake,
            self._clock,
            header=self._header,
            max_bytes=self._max_bytes,
        )


def _is_object(content: bytes) -> bool:
    try:
        return isinstance(jsontext.parse(content), dict)
    except InvalidInput:
        return False
