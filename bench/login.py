"""`login`: sign-ins a second over HTTP, from eight users at once, beside a bare loop that does nothing but check the
same password against the same argon2id hash, as many at once as Carelog does."""

import asyncio
from time import perf_counter

import orjson

from bench.client import Connection
from bench.figure import Figure
from bench.place import Databases
from carelog.identity.passwords import Passwords
from carelog.identity.users import new_user

_TIMES = 100
"""A network may try 300 times in five minutes."""
_USERS = tuple(f"bench{n}@example.org" for n in range(8))
"""More than some tries at once at one account count as guessing."""
_PASSWORD = "seventeen small lanterns"


async def measure(databases: Databases) -> Figure:
    place = databases.place()
    async with place.opened() as carelog:
        for email in _USERS:
            new = await new_user(
                carelog.reception.passwords, email=email, password=_PASSWORD, name="Bench", role="patient"
            )
            await carelog.reception.users.add(carelog.operator, new)
    async with place.running("up", "--port", "0", "--no-worker") as server:
        address = await server.listening()
        await _sign_in(address, len(_USERS))  # to be warm
        return Figure("login", "sign-ins/s", await _sign_in(address, _TIMES), await _bare(_TIMES))


async def _sign_in(address: str, times: int) -> float:
    """A second."""
    waiting = iter(range(times))

    async def client(email: str) -> None:
        connection, body = Connection(address, ""), orjson.dumps({"email": email, "password": _PASSWORD})
        for _ in waiting:
            answer = await connection.request("POST", "/api/auth/login", body)
            assert answer.status == 200
        connection.close()

    began = perf_counter()
    await asyncio.gather(*map(client, _USERS))
    return times / (perf_counter() - began)


async def _bare(times: int) -> float:
    """A second, of checks alone."""
    passwords = Passwords()
    known = await passwords.hash(_PASSWORD)
    waiting = iter(range(times))

    async def client() -> None:
        for _ in waiting:
            assert (await passwords.check(_PASSWORD, known))[0]

    began = perf_counter()
    await asyncio.gather(*(client() for _ in _USERS))
    return times / (perf_counter() - began)
